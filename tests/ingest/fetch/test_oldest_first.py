"""Walking forward through pages of unknown size: every row once, and no question about a remainder without rows."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import RequestRefused
from ingest.fetch.interface import Page, Params
from ingest.fetch.pages import OldestFirst, between
from ingest.windows import Window, milliseconds
from tests.ingest.scripted_venues import at

START = at("2026-01-10")
HOURS = 12
WINDOW = Window(START, START + timedelta(hours=HOURS))
HOUR = 3_600_000


def walk(ask) -> list[int]:
    pages = OldestFirst(between("from", "to"), limit=None)(
        lambda params: Page(ask(params)), WINDOW, timedelta(hours=1), int, "venue.example"
    )
    return [row for page in pages for row in page]


@given(st.sets(st.integers(0, HOURS - 1)), st.integers(1, 5))
def test_pages_of_any_size_bring_every_row_once(present, size):
    stamps = [milliseconds(START) + hour * HOUR + 31 for hour in sorted(present)]
    assert walk(lambda params: [s for s in stamps if params["from"] <= s <= params["to"]][:size]) == stamps


def test_after_the_last_row_that_can_be_nothing_more_is_asked_and_no_limit_is_sent():
    asked: list[Params] = []

    def ask(params: Params) -> list[int]:
        asked.append(params)
        return [milliseconds(START) + hour * HOUR for hour in range(HOURS)]

    walk(ask)
    assert asked == [{"from": milliseconds(WINDOW.start), "to": milliseconds(WINDOW.end) - 1}]


def test_a_venue_that_repeats_a_page_is_refused():
    with pytest.raises(RequestRefused, match=r"a page outside of the window asked for: .* \(venue.example\)"):
        walk(lambda params: [milliseconds(START)])
