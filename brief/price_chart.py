"""The price of the last days with support, the last value, and the labels as a ribbon."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl
from markupsafe import Markup

from brief.drawing import Scale, line, reaches, steps
from brief.tables import DAYS_DRAWN, DayTables
from brief.words import as_words
from tables.prices import price_text

DATES_SHOWN = 5
LEGEND = 6  # the most frequent labels that the legend names; the pointer names each


@dataclass(frozen=True)
class PriceChart:
    """What the template places: paths, ticks as (percent, text), ribbon spans, and the values for the pointer."""

    days: int
    close: str
    reach: str
    support: str
    price_ticks: list[tuple[float, str]]
    date_ticks: list[tuple[float, str]]
    last_top: float | None
    last: str | None
    support_top: float | None
    support_last: str | None
    ribbon: list[dict[str, Any]]
    legend: list[tuple[str, str]]
    alt: str
    values: Markup


def price_chart(tables: DayTables) -> PriceChart | None:
    """The chart up to the day; None where no close is known."""
    prices = _by_day(tables, "prices_daily", ["close_usd", "low_usd", "high_usd"])
    close, low, high = (prices[name].to_list() for name in ("close_usd", "low_usd", "high_usd"))
    if not any(value is not None for value in close):
        return None
    support = _by_day(tables, "support_daily", ["support_usd"])["support_usd"].to_list()
    labels = _by_day(tables, "regimes_daily", ["event"], pl.String)["event"].to_list()
    days = prices["day"].to_list()
    colours = dict(tables.frames["regime_labels"].select("label", "colour").iter_rows())
    scale = Scale.of(close, low, high, support)
    known = [index for index, value in enumerate(close) if value is not None]
    has_last = known[-1] == len(days) - 1
    return PriceChart(
        days=len(days),
        close=line(close, scale),
        reach=reaches(low, high, scale),
        support=steps(support, scale),
        price_ticks=[(scale.top(tick), _price(tick)) for tick in scale.ticks()],
        date_ticks=_dates(days),
        last_top=scale.top(close[-1]) if has_last else None,
        last=_price(close[-1]) if has_last else None,
        support_top=None if support[-1] is None else scale.top(support[-1]),
        support_last=None if support[-1] is None else _price(support[-1]),
        ribbon=_ribbon(labels, days, colours),
        legend=[(name, colours[name]) for name, _ in Counter(filter(None, labels)).most_common(LEGEND)],
        alt=_alt(tables.asset, days, close, support),
        values=_values(days, close, support, labels),
    )


def _by_day(tables: DayTables, name: str, columns: list[str], dtype: type[pl.DataType] = pl.Float64) -> pl.DataFrame:
    """One row for each of the days drawn; values are null where the table has no row, or is not there."""
    first = tables.day - timedelta(days=DAYS_DRAWN - 1)
    days = pl.DataFrame({"day": pl.date_range(first, tables.day, eager=True)})
    if name not in tables.frames:
        return days.with_columns(pl.lit(None, dtype).alias(column) for column in columns)
    return days.join(tables.drawn(name).select("day", *columns), on="day", how="left").sort("day")


def _price(value: float) -> str:
    return f"{value:,.{0 if abs(value) >= 1000 else 2 if abs(value) >= 1 else 5}f}"


def _dates(days: list[date]) -> list[tuple[float, str]]:
    last = len(days) - 1
    shown = [round(last * part / (DATES_SHOWN - 1)) for part in range(DATES_SHOWN)]
    return [(round(100 * index / last, 1), f"{days[index].day} {days[index]:%b}") for index in shown]


def _ribbon(labels: list[str | None], days: list[date], colours: dict[str, str]) -> list[dict[str, Any]]:
    """Runs of days with the same label: first index, number of days, label, colour. Days without a row are left out."""
    spans: list[dict[str, Any]] = []
    for index, label in enumerate(labels):
        if label is None:
            continue
        if spans and spans[-1]["label"] == label and spans[-1]["first"] + spans[-1]["count"] == index:
            spans[-1]["count"] += 1
        else:
            spans.append({"first": index, "count": 1, "label": label, "colour": colours[label], "day": days[index]})
    return spans


def _alt(asset: str, days: list[date], close: list[float | None], support: list[float | None]) -> str:
    known = [value for value in close if value is not None]
    text = (
        f"Close of {asset} by day, {days[0]} to {days[-1]}: between {price_text(min(known))} and "
        f"{price_text(max(known))} USD, last {price_text(known[-1])} USD"
    )
    return f"{text}; support {price_text(support[-1])} USD." if support[-1] is not None else f"{text}."


def _values(
    days: list[date], close: list[float | None], support: list[float | None], labels: list[str | None]
) -> Markup:
    """The values for the pointer as JSON that is safe inside a script element."""
    content = {
        "days": [day.isoformat() for day in days],
        "close": close,
        "support": support,
        "labels": [label and as_words(label) for label in labels],
    }
    return script_json(content)


def script_json(content: Any) -> Markup:  # noqa: ANN401 - whatever JSON can hold
    """JSON without `<`, so that no text in it can end the script element that holds it."""
    text = json.dumps(content, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    return Markup(text)  # noqa: S704 - escaped for its place
