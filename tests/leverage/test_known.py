"""What was known at a moment, and signals from it: nothing is known before `available_at`."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

import leverage
from leverage.known import LABEL, known_labels, label_signals

FLUSH, CALM = "leverage_flush", "calm"
Revision = tuple[int, int, str, datetime]


def revisions(*rows: Revision, backfill: bool = False) -> pl.DataFrame:
    """Revisions of days of January 2026, as (day, revision, event, available_at)."""
    frame = pl.DataFrame(
        [(date(2026, 1, day), number, event, at, backfill) for day, number, event, at in rows],
        schema={"day": pl.Date, "revision": pl.Int64, "event": pl.String, "available_at": pl.Datetime("us"),
                "is_backfill": pl.Boolean},
        orient="row",
    )  # fmt: skip
    blank = {name: pl.lit(None, pl.String) for name in LABEL if name not in frame.columns}
    return frame.with_columns(**blank)


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 1, day, hour, minute)


def events(frame: pl.DataFrame, *moments: datetime, **options: timedelta) -> list[str | None]:
    return known_labels(frame, moments, **options)["event"].to_list()


def test_a_label_is_known_from_the_moment_at_which_it_was_available() -> None:
    frame = revisions((1, 1, FLUSH, at(2, 5, 30)))
    assert events(frame, at(1, 23), at(2, 5, 29), at(2, 5, 30), at(9)) == [None, None, FLUSH, FLUSH]


def test_the_newest_day_counts_and_of_it_the_newest_revision() -> None:
    frame = revisions(
        (1, 1, CALM, at(2, 1)), (1, 2, FLUSH, at(2, 6)), (2, 1, CALM, at(3, 1)), (1, 3, "capitulation", at(4))
    )
    asked = (at(2, 1), at(2, 6), at(3, 1), at(5))
    assert events(frame, *asked) == [CALM, FLUSH, CALM, CALM], "a late revision of an earlier day is no news"


def test_moments_are_answered_in_the_order_in_which_they_were_asked() -> None:
    frame = revisions((1, 1, FLUSH, at(2)), (2, 1, CALM, at(3)))
    assert events(frame, at(3), at(1), at(2)) == [CALM, None, FLUSH]


def test_what_was_computed_after_the_fact_is_known_when_it_was_published() -> None:
    frame = revisions((1, 1, FLUSH, at(20)), (2, 1, CALM, at(20)), backfill=True)
    assert events(frame, at(3), at(19), at(20)) == [None, None, CALM]


def test_with_a_delay_it_counts_as_if_the_warehouse_had_run_daily() -> None:
    frame = revisions((1, 1, FLUSH, at(20)), (2, 1, CALM, at(20)), backfill=True)
    delay = timedelta(hours=29, minutes=30)
    assert events(frame, at(2, 5), at(2, 5, 30), at(3, 6), backfill_delay=delay) == [None, FLUSH, CALM]


def test_before_any_label_nothing_is_known() -> None:
    assert events(revisions(), at(1)) == [None]


def hours(first: datetime, count: int) -> list[datetime]:
    return [first + timedelta(hours=number) for number in range(count)]


def signals(frame: pl.DataFrame, moments: list[datetime]) -> tuple[list[datetime], list[datetime]]:
    found = label_signals(known_labels(frame, moments), [FLUSH], [CALM])
    return tuple(found.filter(name)["moment"].to_list() for name in ("entries", "exits"))  # type: ignore[return-value]


def test_a_signal_is_given_once_at_the_first_moment_at_which_a_day_is_known() -> None:
    frame = revisions((1, 1, FLUSH, at(2, 1)), (1, 2, FLUSH, at(2, 6)), (2, 1, FLUSH, at(3, 6)), (3, 1, CALM, at(4, 6)))
    assert signals(frame, hours(at(1), 96)) == ([at(2, 1), at(3, 6)], [at(4, 6)])


def test_a_revision_to_another_label_is_a_signal() -> None:
    frame = revisions((1, 1, CALM, at(2, 1)), (1, 2, FLUSH, at(2, 6)))
    assert signals(frame, hours(at(2), 24)) == ([at(2, 6)], [at(2, 1)])


@pytest.mark.parametrize("shift", [-12, -1, 1, 12])
def test_signals_move_with_available_at_and_with_nothing_else(shift: int) -> None:
    frame = revisions((1, 1, FLUSH, at(2, 13)), (2, 1, CALM, at(3, 13)))
    moved = frame.with_columns(pl.col("available_at") + timedelta(hours=shift))
    by = timedelta(hours=shift)
    assert signals(moved, hours(at(1), 96)) == ([at(2, 13) + by], [at(3, 13) + by])


@pytest.mark.slow
def test_on_the_simulated_market_no_label_is_known_early(sample: Path) -> None:
    """Every hour of sixty days: what is known then is what regimes_as_of says, and moves with available_at."""
    release = leverage.open(sample)
    frame = release.table("regime_revisions", "BTC").polars()
    delay = timedelta(hours=29, minutes=30)
    asked = hours(datetime(2025, 12, 1), 58 * 24)
    known = known_labels(frame, asked, delay)
    assert known.filter(pl.col("known_at") > pl.col("moment")).height == 0
    assert known.filter(pl.col("day").cast(pl.Datetime("us")) + delay > pl.col("moment")).height == 0
    later = known_labels(frame, asked, delay + timedelta(hours=6))
    assert later["event"].to_list()[6:] == known["event"].to_list()[:-6]
    assert later["event"].to_list() != known["event"].to_list()
    published = datetime(2026, 1, 28, 7)
    newest = release.regimes_as_of(published, "BTC").polars().sort("day").row(-1, named=True)
    assert known_labels(frame, [published]).select("day", "event").row(0) == (newest["day"], newest["event"])
