"""Walking back through pages that come newest first: all of the window, once, and no walk without end."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import RequestRefused
from ingest.fetch.interface import Page
from ingest.fetch.pages import NewestFirst, before
from ingest.fetch.rows import text_frame
from ingest.windows import Window, milliseconds
from tests.ingest.scripted_venues import at

START = at("2026-01-10")
WINDOW = Window(START, START + timedelta(milliseconds=100))
FIRST = milliseconds(START)


def walked(ask, limit: int) -> list[int]:
    def page(asked) -> Page:
        assert asked["limit"] == limit
        return Page(ask(asked["end"]))

    pages = NewestFirst(before("end"), limit)(page, WINDOW, timedelta(milliseconds=1), int, "venue.example")
    return [row for rows in pages for row in rows]


@given(st.lists(st.integers(FIRST - 50, FIRST + 150)), st.integers(1, 7), st.integers(0, 7))
def test_every_row_of_the_window_comes_however_the_venue_splits_its_pages(stamps, size, spare):
    def ask(end: int) -> list[int]:
        return sorted({s for s in stamps if s < end}, reverse=True)[:size]

    rows = [stamp for stamp in walked(ask, limit=size + spare) if stamp >= FIRST]
    assert rows == sorted({stamp for stamp in stamps if FIRST <= stamp < FIRST + 100}, reverse=True)


def test_what_reaches_the_start_ends_the_walk():
    asked = []

    def ask(end: int) -> list[int]:
        asked.append(end)
        return [end - 40, end - 50]

    walked(ask, limit=2)
    assert asked == [FIRST + 100, FIRST + 50]


@pytest.mark.parametrize("page", [[FIRST + 60, FIRST + 50], [FIRST + 500, FIRST + 400], ["noon", None]])
def test_a_venue_that_repeats_a_full_page_or_ignores_what_was_asked_is_refused(page):
    with pytest.raises(RequestRefused, match=r"nothing older than asked for: .* \(venue.example\)"):
        walked(lambda end: page, limit=2)


def test_a_venue_that_repeats_a_short_page_ends_the_walk():
    assert walked(lambda end: [FIRST + 60], limit=2) == [FIRST + 60, FIRST + 60]


@pytest.mark.parametrize("wrong", [0, "noon", None])
def test_one_wrong_stamp_does_not_end_the_walk_early(wrong):
    pages = {FIRST + 100: [FIRST + 60, wrong], FIRST + 60: [FIRST + 20]}
    assert FIRST + 20 in walked(lambda end: pages.get(end, []), limit=5)


@pytest.mark.parametrize("record", [["1", "2.50"], {"a": "1", "b": "2.50", "c": "more"}, ["1", "2.50", "", "more"]])
def test_rows_become_text_by_place_or_by_name_and_what_is_absent_or_blank_is_null(record):
    frame = text_frame([record, {"a": 0}], ("a", "b", "d"))
    assert frame.rows() == [("1", "2.50", None), ("0", None, None)]
