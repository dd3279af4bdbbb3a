"""Interval arithmetic of half-open windows, against sets of hours."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.windows import Window, day_start, merge, milliseconds
from tests.ingest.scripted_venues import at, days

EPOCH = datetime(2026, 1, 30, tzinfo=UTC)
SPAN = 24 * 6


def window(first: int, last: int) -> Window:
    return Window(EPOCH + timedelta(hours=first), EPOCH + timedelta(hours=last))


HOURS = st.integers(0, SPAN)
WINDOWS = st.builds(window, HOURS, HOURS)  # some of them end before they begin: empty


def hours(*windows: Window) -> set[int]:
    moments = {n: EPOCH + timedelta(hours=n) for n in range(SPAN)}
    return {n for n, moment in moments.items() for w in windows if w.start <= moment < w.end}


@given(st.lists(WINDOWS, max_size=6))
def test_merged_windows_are_the_same_moments_apart_and_in_order(windows):
    merged = merge(windows)
    assert hours(*merged) == hours(*windows)
    assert all(merged)
    assert all(earlier.end < later.start for earlier, later in pairwise(merged))


@given(WINDOWS, st.lists(WINDOWS, max_size=6))
def test_what_is_left_of_a_window_is_what_was_not_taken_out_in_order(whole, covered):
    left = whole.without(covered)
    assert hours(*left) == hours(whole) - hours(*covered)
    assert all(left)
    assert left == sorted(left)


@given(WINDOWS, st.integers(1, SPAN + 1))
def test_pieces_of_a_window_follow_each_other_and_none_is_longer_than_allowed(whole, longest):
    pieces = list(whole.split(timedelta(hours=longest)))
    assert all(piece.end - piece.start <= timedelta(hours=longest) for piece in pieces)
    assert [piece.end for piece in pieces[:-1]] == [piece.start for piece in pieces[1:]]
    assert all(pieces) or pieces == [whole]
    assert (pieces[0].start, pieces[-1].end) == (whole.start, whole.end)
    assert list(whole.split(timedelta.max)) == [whole]
    backward = list(whole.split(timedelta(hours=longest), reverse=True))
    assert [piece.start for piece in backward[:-1]] == [piece.end for piece in backward[1:]]
    assert (backward[-1].start, backward[0].end) == (whole.start, whole.end)
    assert [len(hours(piece)) for piece in backward] == [len(hours(piece)) for piece in pieces], "the rest is left last"


@given(WINDOWS, WINDOWS)
def test_an_intersection_is_what_both_share(one, other):
    shared = one.intersect(other)
    assert hours(shared) == hours(one) & hours(other)
    assert bool(shared) == bool(hours(one) & hours(other))


@given(WINDOWS)
def test_the_days_of_a_window_are_those_that_begin_in_it(whole):
    listed = list(whole.days())
    assert listed == sorted(set(listed))
    assert {n for n in range(0, SPAN, 24) if EPOCH + timedelta(hours=n) in map(day_start, listed)} == {
        n for n in hours(whole) if n % 24 == 0
    }


@given(WINDOWS)
def test_the_months_of_a_window_are_whole_and_cover_it(whole):
    months = list(whole.months())
    assert not hours(whole) - hours(*months)
    assert all(m.start.day == 1 and m.end.day == 1 for m in months)
    if whole:
        assert all(m.intersect(whole) for m in months)


@pytest.mark.parametrize("day", ["2025-12-15", "2024-02-29"])
def test_a_month_ends_where_the_next_begins(day):
    (month,) = days(day, day).months()
    first = date.fromisoformat(day).replace(day=1)
    assert month.start == day_start(first)
    assert month.end == day_start((first + timedelta(days=31)).replace(day=1))


def test_days_are_half_open_and_include_both_ends():
    whole = days("2026-02-01", "2026-02-02")
    assert whole == Window(at("2026-02-01"), at("2026-02-03"))
    assert list(whole.days()) == [date(2026, 2, 1), date(2026, 2, 2)]
    assert str(whole) == "2026-02-01 00:00 to 2026-02-03 00:00 UTC"


def test_milliseconds_are_exact():
    assert milliseconds(at("2026-02-01T00:00:00.001")) == 1769904000001
