"""Bybit open interest: both sides and one side kept apart, pages by cursor, midnight closes the day."""

from datetime import datetime, timedelta

import pytest

from ingest.errors import RequestRefused
from ingest.landing import Landing
from ingest.pull import pull
from tests.ingest.scripted_venues import ScriptedVenues, at, conformed, fetched, landed, ms
from tests.ingest.venues.bybit.bybit_answers import (
    OPEN_INTEREST,
    answering,
    ok,
    paged,
    put,
    sample,
    snapshot,
)


@pytest.mark.parametrize(
    ("margin_type", "one", "values"),
    [
        ("linear", "60000.25", (120000.5, None, 60000.25, None)),
        ("inverse", "60000.25", (None, 120000.5, None, 60000.25)),
        ("linear", None, (120000.5, None, None, None)),
        ("inverse", "", (None, 120000.5, None, None)),
    ],
)
def test_both_sides_and_one_side_are_kept_apart_and_in_the_contracts_own_unit(margin_type, one, values):
    rows = landed(put(OPEN_INTEREST, answering([snapshot(ms("2026-01-11"), one=one)]), margin_type=margin_type))
    assert rows.rows() == [("BTCUSDT", datetime(2026, 1, 11), *values)]


def test_a_cursor_is_decoded_once_and_leads_to_the_window_start_and_no_further():
    venues = paged(
        [snapshot(ms("2026-01-13")), snapshot(ms("2026-01-12"))],
        [snapshot(ms("2026-01-11")), snapshot(ms("2026-01-10"))],
        [snapshot(ms("2026-01-09"))],
        cursors=("lastid=7&lasttime=12", "lastid=5&lasttime=10"),
    )
    rows = landed(put(OPEN_INTEREST, venues, "2026-01-10", "2026-01-12"))
    assert rows["snapshot_at"].dt.day().to_list() == [13, 12, 11, 10]
    assert [params.get("cursor") for _, params in venues.asked] == [None, "lastid=7&lasttime=12"]
    params = venues.asked[0][1]
    assert (params["intervalTime"], params["limit"]) == ("1d", 200)
    assert params["startTime"] == ms("2026-01-10")
    assert params["endTime"] == ms("2026-01-13T01:00") - 1


def test_a_venue_without_a_further_cursor_has_no_more():
    venues = answering([snapshot(ms("2026-01-12"))], nextPageCursor="")
    assert landed(put(OPEN_INTEREST, venues, "2026-01-01", "2026-01-12")).height == 1
    assert len(venues.asked) == 1


def test_a_venue_that_repeats_a_page_under_a_new_cursor_is_refused():
    full = [snapshot(ms("2026-01-13") - n) for n in range(200)]
    venues = ScriptedVenues(lambda url, params: ok(full, nextPageCursor=f"{params.get('cursor', '')}x"))
    with pytest.raises(RequestRefused, match="nothing older than asked for"):
        fetched(put(OPEN_INTEREST, venues, "2025-01-01", "2026-01-12"))
    assert len(venues.asked) == 2


def test_the_newest_snapshot_is_asked_for_once_more_a_day_later(tmp_path):
    def until(*stamps):
        return answering([snapshot(ms(stamp)) for stamp in stamps], nextPageCursor="")

    first = put(OPEN_INTEREST, until("2026-02-01", "2026-01-31"), "2026-01-31", "2026-01-31", now="2026-02-01T05:30")
    pull(first, Landing(tmp_path))
    venues = until("2026-02-02", "2026-02-01")
    fetched(put(OPEN_INTEREST, venues, "2026-01-31", "2026-02-01", now="2026-02-02T05:30", held=first.held))
    assert [params["startTime"] for _, params in venues.asked] == [ms("2026-02-01")]


def test_the_snapshot_at_midnight_closes_the_day_and_is_awaited():
    def until(last):
        stamps = [ms("2026-02-01"), ms("2026-01-31"), ms("2026-01-30")]
        return answering([snapshot(stamp) for stamp in stamps if stamp <= last], nextPageCursor="")

    request = put(OPEN_INTEREST, until(ms("2026-01-31")), "2026-01-30", "2026-01-31", now="2026-02-01T00:10")
    fetched(request)
    late = put(OPEN_INTEREST, until(ms("2026-02-01")), "2026-01-30", "2026-01-31", held=request.held)
    assert datetime(2026, 2, 1) in landed(late)["snapshot_at"].to_list()
    assert late.feed.day_of(datetime(2026, 2, 1)) == datetime(2026, 1, 31).date()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (snapshot(ms("2026-01-11"), both="0"), "open_interest_both_sides_coin: positive"),
        (snapshot(ms("2026-01-11"), both="10", one="11"), "one side above both"),
        (snapshot(ms("2026-01-11"), both="", one=None), "no open interest"),
        (snapshot(ms("2026-01-11"), both="", one="half"), "open_interest_coin: unparsable"),
    ],
)
def test_an_open_interest_that_cannot_be_is_quarantined(row, reason):
    request = put(OPEN_INTEREST, answering([row]))
    done = conformed(request, fetched(request))
    assert done.rows.is_empty()
    assert reason in done.quarantined["reason"].item()


def test_the_recorded_open_interest_is_in_usd_and_one_side_is_half_of_both(api_samples):
    body = sample(api_samples, "open_interest_inverse.json")
    published = body["result"]["list"]
    last = at("1970-01-01") + timedelta(milliseconds=int(published[0]["timestamp"]))
    first = at("1970-01-01") + timedelta(milliseconds=int(published[-1]["timestamp"]))
    request = put(OPEN_INTEREST, ScriptedVenues(lambda url, params: body), f"{first:%Y-%m-%d}", f"{last:%Y-%m-%d}",
                  symbol="BTCUSD", margin_type="inverse", now="2026-11-22")  # fmt: skip
    rows = landed(request)
    assert rows["open_interest_both_sides_usd"].to_list() == [float(one["openInterest"]) for one in published]
    assert rows["open_interest_usd"].to_list() == [float(one["singleOpenInterest"]) for one in published]
    assert rows["open_interest_coin"].null_count() == rows["open_interest_both_sides_coin"].null_count() == rows.height
    halves = rows["open_interest_both_sides_usd"] / rows["open_interest_usd"]
    assert halves.is_between(1.9999, 2.0001).all()
    assert body["result"]["nextPageCursor"].count("%3D") == 2  # encoded, as the paging takes it
