"""What rows cover: the stretches between those that came, hole by hole, and what the venue says it does not have."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.coverage import Coverage, covered_stretches
from ingest.fetch.batches import parts_covering
from ingest.windows import Window, merge
from tests.ingest.scripted_venues import ScriptedVenues, asking, at, days

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEEK = days("2026-01-05", "2026-01-11")
NOW = "2026-02-02T04:00"
SYMBOL = "BTC_USDT"


def hours(window: Window, every: int = 1) -> list[datetime]:
    return [window.start + n * HOUR for n in range(0, round((window.end - window.start) / HOUR), every)]


@given(st.sets(st.integers(0, 6)))
def test_of_daily_rows_exactly_the_days_that_came_are_covered(came: set[int]) -> None:
    stamps = [WEEK.start + n * DAY for n in sorted(came)]
    covered = covered_stretches(WEEK, stamps, DAY, DAY)
    assert covered == merge(Window(stamp, stamp + DAY) for stamp in stamps)


@given(st.sets(st.integers(0, 7 * 24 - 1)))
def test_of_hourly_rows_exactly_the_hours_that_came_are_covered(came: set[int]) -> None:
    stamps = [WEEK.start + n * HOUR for n in sorted(came)]
    assert covered_stretches(WEEK, stamps, HOUR, HOUR) == merge(Window(stamp, stamp + HOUR) for stamp in stamps)


@pytest.mark.parametrize("every", [1, 4, 8])
def test_settlements_at_any_pace_cover_their_window(every: int) -> None:
    assert covered_stretches(WEEK, hours(WEEK, every), HOUR, 8 * HOUR) == [WEEK]


@pytest.mark.parametrize("every", [1, 4, 8])
@pytest.mark.parametrize("lost", [0, 5, -1])
def test_a_settlement_that_did_not_come_is_a_hole_at_any_pace(every: int, lost: int) -> None:
    stamps = hours(WEEK, every)
    gone = stamps.pop(lost)
    (hole,) = WEEK.without(covered_stretches(WEEK, stamps, HOUR, 8 * HOUR))
    assert hole.start <= gone < hole.end


def test_a_pace_that_changes_is_no_hole() -> None:
    middle = Window(WEEK.start, WEEK.start + 3 * DAY), Window(WEEK.start + 3 * DAY, WEEK.end)
    for one, other in ((8, 4), (4, 8), (8, 1), (1, 8)):
        assert covered_stretches(WEEK, hours(middle[0], one) + hours(middle[1], other), HOUR, 8 * HOUR) == [WEEK]


def parts(stamps: list[datetime], window: Window = WEEK, now: str = NOW, apart: timedelta | None = timedelta(0)):
    request = asking("gate_funding", ScriptedVenues(), window, now=now, symbols=(SYMBOL,))
    frame = pl.DataFrame({"settled_at": [s.replace(tzinfo=None) for s in stamps]}, schema={"settled_at": pl.Datetime})
    return parts_covering(request, frame[request.feed.observed], SYMBOL, window, HOUR, "https://v.example", apart=apart)


def test_a_hole_is_absent_and_its_rows_are_counted_once() -> None:
    stamps = [hour for hour in hours(WEEK) if hour.day != 8]
    before, after, hole = parts(stamps)
    assert (before.window.end, after.window.start) == (hole.window.start, hole.window.end)
    assert (hole.absent, hole.answered_at, hole.rows) == (True, at(NOW), 0)
    assert before.rows + after.rows == len(stamps)


def test_nothing_is_absent_within_three_days_of_the_present() -> None:
    empty, hole = parts([], now="2026-01-12T04:00")
    assert not empty.window
    assert hole.window == Window(WEEK.start, at("2026-01-09")), "the last days can still come"
    assert [part.absent for part in parts([], days("2026-01-10", "2026-01-11"), now="2026-01-12T04:00")] == [False]


def test_irregular_rows_cover_what_was_asked_and_only_no_row_at_all_is_an_absence() -> None:
    (covered,) = parts([WEEK.start + DAY], apart=None)
    assert covered.window == WEEK
    empty, absent = parts([], apart=None)
    assert (empty.window.end, absent.window) == (WEEK.start, WEEK)


# --- when an absence is asked for again


def told_at(*moments: str) -> Coverage:
    held = Coverage()
    for moment in moments:
        held.add(parts([], now=moment))
    return held


def missing(held: Coverage, now: str) -> list[Window]:
    held.now = at(now)
    return held.missing(SYMBOL, WEEK)


def test_an_absence_is_asked_for_again_after_one_two_four_and_eight_days() -> None:
    told: list[str] = []
    asked = []
    for day in range(28):
        now = f"2026-02-{day + 1:02d}T05:30"
        if missing(told_at(*told), now):
            told.append(now)
            asked.append(day)
    assert asked == [0, 1, 2, 4, 8, 16]


def test_an_absence_is_asked_for_in_each_run_until_it_is_confirmed_and_landed_once_a_day() -> None:
    held = told_at("2026-02-01T05:30")
    assert missing(held, "2026-02-01T06:30") == [WEEK]
    _, absent = parts([], now="2026-02-01T06:30")
    assert held.repeats(absent)
    _, absent = parts([], now="2026-02-02T05:30")
    assert not held.repeats(absent)
    held.add([absent])
    assert missing(held, "2026-02-02T06:30") == []


def test_an_absence_is_confirmed_by_a_second_answer_a_day_later() -> None:
    assert told_at("2026-02-01T05:30", "2026-02-01T18:00").confirmed_absent(SYMBOL, "rest") == []
    assert told_at("2026-02-01T05:30", "2026-02-02T05:30").confirmed_absent(SYMBOL, "rest") == [WEEK]


def test_what_comes_after_all_is_absent_no_more() -> None:
    held = told_at("2026-02-01T05:30")
    assert held.of(SYMBOL, "rest", absent=True) == [WEEK]
    held.add(parts(hours(WEEK)))
    assert held.of(SYMBOL, "rest", absent=True) == []
    assert missing(held, "2026-12-01T00:00") == []


def test_a_forgotten_absence_is_asked_for_at_once() -> None:
    held = told_at("2026-02-01T05:30", "2026-02-02T05:30")
    assert missing(held, "2026-02-02T06:00") == []
    held.forget(days("2026-01-06", "2026-01-06"))
    assert missing(held, "2026-02-02T06:00") == [days("2026-01-06", "2026-01-06")]
