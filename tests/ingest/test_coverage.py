"""What a warehouse holds of a series, what it does not have to ask for again, and what an answer covers."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.coverage import Coverage, Part, covered_window
from ingest.errors import KeyMissing
from ingest.feed import Request
from ingest.feeds import feed_named
from ingest.windows import Window
from tests.ingest.scripted_venues import at, days

MARCH = days("2026-03-01", "2026-03-31")
FIRST, SECOND, THIRD = (days(f"2026-03-0{n}", f"2026-03-0{n}") for n in (1, 2, 3))
NOW = at("2026-03-20T04:00")


def part(window: Window, channel="archive", *, absent=False, series="BTC") -> Part:
    return Part(series, channel, window, 0 if absent else 24, absent=absent)


PARTS = st.lists(
    st.builds(
        lambda first, length, channel, absent, series: part(
            Window(FIRST.start + timedelta(hours=first), FIRST.start + timedelta(hours=first + length)),
            channel,
            absent=absent,
            series=series,
        ),
        st.integers(0, 100),
        st.integers(0, 24),
        st.sampled_from(["archive", "rest"]),
        st.booleans(),
        st.sampled_from(["BTC", "ETH"]),
    ),
    max_size=8,
)


def test_nothing_held_is_everything_missing():
    assert Coverage().missing("BTC", MARCH) == [MARCH]
    assert Coverage().lacks_archive("BTC", FIRST)


def test_what_came_by_either_channel_is_not_missing():
    held = Coverage([part(FIRST), part(THIRD, "rest")])
    assert held.missing("BTC", Window(FIRST.start, THIRD.end)) == [SECOND]
    assert held.of("BTC", "archive") == [FIRST]
    assert held.of("BTC", "rest") == [THIRD]


def test_another_series_is_another_matter():
    held = Coverage([part(FIRST, series="ETH")])
    assert held.missing("BTC", FIRST) == [FIRST]
    assert held.lacks_archive("BTC", FIRST)


def test_an_absent_archive_is_not_asked_for_again_but_its_rows_are_still_missing():
    held = Coverage([part(FIRST, absent=True)])
    assert not held.lacks_archive("BTC", FIRST)
    assert held.missing("BTC", FIRST) == [FIRST]
    assert held.of("BTC", "archive") == []
    assert held.of("BTC", "archive", absent=True) == [FIRST]


def test_an_absence_of_no_length_says_nothing_about_the_hours_after_it():
    nothing = Window(FIRST.start, FIRST.start)
    held = Coverage([part(nothing, absent=True), part(SECOND, absent=True)])
    assert held.lacks_archive("BTC", FIRST)
    assert held.of("BTC", "archive", absent=True) == [SECOND]


def test_rows_that_came_by_rest_leave_the_archive_to_be_fetched():
    held = Coverage([part(FIRST, "rest")])
    assert held.lacks_archive("BTC", FIRST)
    assert held.missing("BTC", FIRST) == []


def test_a_month_is_lacking_while_one_day_of_it_is():
    held = Coverage([part(days("2026-03-01", "2026-03-30"))])
    assert held.lacks_archive("BTC", MARCH)
    held.add([part(days("2026-03-31", "2026-03-31"), absent=True)])
    assert not held.lacks_archive("BTC", MARCH)


@given(PARTS, st.integers(0, 60), st.integers(0, 100))
def test_the_days_lacking_an_archive_are_those_that_lack_it_one_by_one(parts, first, hours):
    held = Coverage(parts)
    start = FIRST.start + timedelta(hours=first)
    window = Window(start, start + timedelta(hours=hours))
    assert held.days_lacking_archive("BTC", window) == [
        day for day in window.days() if held.lacks_archive("BTC", Window.of_days(day, day))
    ]


def test_a_months_archive_that_is_absent_or_short_leaves_the_days_to_be_fetched_one_by_one():
    held = Coverage([part(MARCH, absent=True), part(FIRST), part(SECOND, absent=True)])
    assert not held.lacks_archive("BTC", MARCH)
    assert held.days_lacking_archive("BTC", Window(FIRST.start, THIRD.end)) == [date(2026, 3, 3)]


def test_what_is_forgotten_is_missing_and_lacking_again_and_nothing_else_is():
    held = Coverage([part(FIRST), part(SECOND, "rest"), part(THIRD, absent=True)])
    held.forget(Window(SECOND.start, THIRD.end))
    assert held.missing("BTC", Window(FIRST.start, THIRD.end)) == [Window(SECOND.start, THIRD.end)]
    assert held.lacks_archive("BTC", THIRD)
    assert not held.lacks_archive("BTC", FIRST)


def test_a_files_content_stays_known_although_its_window_is_forgotten():
    held = Coverage([Part("inbox", "inbox", FIRST, 1, sha256="ab")])
    held.forget(FIRST)
    assert held.has_content("ab")
    assert not held.has_content("cd")
    assert held.missing("BTC", FIRST) == [FIRST], "a file of one's own is no answer of the venue"


@given(PARTS, st.randoms())
def test_parts_add_up_the_same_in_any_order_and_more_of_them_leave_no_more_missing(parts, random):
    together, singly = Coverage(parts), Coverage()
    for one in random.sample(parts, len(parts)):
        before = singly.missing(one.series, MARCH)
        singly.add([one])
        assert all(any(not left.without([w]) for w in before) for left in singly.missing(one.series, MARCH))
    for series in ("BTC", "ETH"):
        assert singly.missing(series, MARCH) == together.missing(series, MARCH)
        assert singly.lacks_archive(series, MARCH) == together.lacks_archive(series, MARCH)


# --- what an answer covers


def test_an_old_window_is_covered_however_little_came():
    asked = days("2026-03-01", "2026-03-10")
    assert covered_window(asked, at("2026-03-05"), NOW) == asked


@pytest.mark.parametrize(
    ("last", "end"),
    [
        ("2026-03-12", "2026-03-17"),  # what is older than three days is not going to come
        ("2026-03-19T05:00", "2026-03-19T05:00"),
        ("2026-03-20", "2026-03-20"),
        ("2026-03-25", "2026-03-20"),  # an observation beyond what was asked for covers no more than that
    ],
)
def test_near_the_present_only_what_came_is_covered(last, end):
    asked = days("2026-03-10", "2026-03-19")
    assert covered_window(asked, last and at(last), NOW) == Window(asked.start, at(end))


def test_an_answer_without_rows_covers_nothing_however_old_the_window_is():
    assert not covered_window(days("2026-03-01", "2026-03-10"), None, NOW)


def test_a_recent_window_without_rows_is_not_covered_at_all():
    asked = days("2026-03-18", "2026-03-19")
    assert not covered_window(asked, None, NOW)
    assert not covered_window(asked, at("1970-01-01"), NOW)


# --- what is due


@pytest.mark.parametrize(
    ("feed", "first", "last", "due"),
    [
        ("binance_um_klines", "2026-01-01", "2026-02-01", "2026-02-01"),
        ("binance_cm_liquidations", "2024-01-01", "2026-02-01", "2024-10-14"),
        ("binance_cm_liquidations", "2024-10-01", "2024-10-05", "2024-10-05"),
        ("binance_cm_liquidations", "2024-10-15", "2026-02-01", None),
        ("inbox_fund_flows", "2026-01-01", "2026-02-01", None),
        ("coinmetrics_network", "2026-01-01", "2026-02-01", "2026-01-31"),  # settles five hours after midnight
    ],
)
def test_due_is_what_is_settled_and_nothing_of_a_feed_that_ended_before_or_of_own_files(feed, first, last, due):
    found = feed_named(feed).due(date.fromisoformat(first), date.fromisoformat(last), at("2026-02-02T00:30"))
    assert found == (due and date.fromisoformat(due))


# --- the key


def test_a_feed_that_wants_a_key_says_which_variable_to_set():
    feed = feed_named("coinalyze_funding")
    request = Request(feed, (), FIRST, NOW, None, Coverage(), keys={"COINALYZE_API_KEY": ""})
    with pytest.raises(KeyMissing, match="set COINALYZE_API_KEY to get this feed"):
        request.key()
    request.keys["COINALYZE_API_KEY"] = "a key"
    assert request.key() == "a key"
