"""What changed since the day before, and what followed earlier days like this one. Counts, never forecasts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import polars as pl

from brief.figures import quantity
from brief.tables import DayTables
from brief.words import as_words
from regimes.words.numbers import counted

REVISIONS_NAMED = 3
HORIZONS = (1, 7, 30)


def since_yesterday(tables: DayTables) -> list[tuple[str, str]]:
    """Label, support and revisions: what each was and is."""
    now, before = tables.of_day("regimes_daily"), tables.of_day_before("regimes_daily")
    changes = [("Label", _turned(before.get("event"), now["event"], as_words))]
    support, earlier = tables.of_day("support_daily"), tables.of_day_before("support_daily")
    level = support.get("support_usd")
    if level is not None:
        said = _turned(earlier.get("support_usd"), level, lambda value: quantity(value, "USD"))
        status = _turned(earlier.get("support_status"), support["support_status"], lambda value: value or "not known")
        changes.append(("Support", f"{said}; {status}"))
    changes.append(("Revisions", _revisions(tables)))
    return changes


def _turned(before: Any, now: Any, say: Callable[[Any], str]) -> str:  # noqa: ANN401 - the values of any column
    if before is None:
        return f"{say(now)} (the day before has none)"
    return f"{say(now)}, unchanged" if before == now else f"{say(before)} → {say(now)}"


def _revisions(tables: DayTables) -> str:
    """The earlier days whose label was revised since the end of the day."""
    if "regime_changes" not in tables.frames:
        return "not recorded"
    changes = tables.up_to_day("regime_changes")
    ended = datetime.combine(tables.day + timedelta(days=1), time())
    revised = changes.filter(pl.col("restatement_reason").is_not_null() & (pl.col("available_at") >= ended))
    if revised.is_empty():
        return "no earlier day revised"
    newest = revised.sort("day", descending=True).head(REVISIONS_NAMED)
    named = [f"{row['day']} ({as_words(row['restatement_reason'])})" for row in newest.to_dicts()]
    more = revised.height - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def followed(tables: DayTables) -> list[dict[str, Any]]:
    """What price did after earlier days with the same label, by horizon: days, median return, days that were higher.

    A day counts once its horizon has passed, so nothing after the day is used.
    """
    row = tables.of_day("regimes_daily")
    found = []
    days = tables.up_to_day("regimes_daily")
    closes = days.select("day", "event", "close_usd").drop_nulls("close_usd")
    for horizon in HORIZONS:
        later = closes.select(pl.col("day").dt.offset_by(f"-{horizon}d"), pl.col("close_usd").alias("later_usd"))
        like = closes.filter(event=row["event"]).join(later, on="day", how="inner")
        returns = 100 * (pl.col("later_usd") / pl.col("close_usd") - 1)
        median, higher = like.select(returns.median().alias("median"), (returns > 0).sum().alias("higher")).row(0)
        if like.height:
            found.append(
                {
                    "after": f"{counted(horizon, 'day')} later",
                    "count": like.height,
                    "median": f"{median:+.1f} %",
                    "higher": higher,
                }
            )
    return found
