"""Deribit funding: the published hour, thirty days a request, stamps at the end of the hour they are for."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import RequestRefused
from tests.ingest.scripted_venues import ScriptedVenues, asking, at, conformed, days, fetched, landed, ms, parts_of
from tests.properties import examples

FEED, SYMBOL = "deribit_funding", "BTC-PERPETUAL"
HOUR = 3_600_000


def hour(stamp: int, rate: float = 1.25e-05, **more: object) -> dict[str, object]:
    return {"timestamp": stamp, "interest_1h": rate, "interest_8h": 9e-05, "index_price": 80_000.5, **more}


def every_hour(url: str, params: dict) -> dict[str, object]:
    """As the venue answers: both ends included, 744 rows at most."""
    first = -(-params["start_timestamp"] // HOUR) * HOUR
    stamps = range(first, params["end_timestamp"] + 1, HOUR)
    assert len(stamps) <= 744
    return {"jsonrpc": "2.0", "result": [hour(stamp) for stamp in stamps]}


def put(venues: ScriptedVenues, first: str = "2026-01-10", last: str = "2026-01-10", **more):
    return asking(FEED, venues, days(first, last), **{"symbols": (SYMBOL,), **more})


def answering(*rows: dict) -> ScriptedVenues:
    return ScriptedVenues(lambda url, params: {"result": list(rows)})


def test_an_hour_keeps_its_own_interest_and_is_floored():
    rows = landed(put(answering(hour(ms("2026-01-10T08:00") + 900, -2.5e-06))))
    assert rows.rows() == [(SYMBOL, datetime(2026, 1, 10, 8), -2.5e-06, 9e-05, 80_000.5)]


def test_a_window_of_months_is_asked_for_in_stretches_that_the_venue_answers():
    venues = ScriptedVenues(every_hour)
    request = put(venues, "2025-10-01", "2026-01-31")
    assert landed(request).height == 123 * 24 + 1
    assert [p["start_timestamp"] for _, p in venues.asked[:2]] == [ms("2025-10-01"), ms("2025-10-31")]
    assert {url for url, _ in venues.asked} == {"https://www.deribit.com/api/v2/public/get_funding_rate_history"}
    assert request.held.missing(SYMBOL, request.window) == []


def test_the_hour_that_ends_with_the_last_day_belongs_to_the_window():
    rows = landed(put(ScriptedVenues(every_hour)))
    assert (rows["settled_at"].min(), rows["settled_at"].max()) == (datetime(2026, 1, 10), datetime(2026, 1, 11))


def test_what_is_held_is_not_asked_for_again():
    request = put(ScriptedVenues(every_hour))
    fetched(request)
    venues = ScriptedVenues(every_hour)
    assert fetched(put(venues, held=request.held)) == []
    assert venues.asked == []


def test_hours_that_are_not_out_yet_are_asked_for_again():
    def late(url, params):
        return {
            "result": [row for row in every_hour(url, params)["result"] if row["timestamp"] <= ms("2026-02-01T20:00")]
        }

    request = put(ScriptedVenues(late), "2026-02-01", "2026-02-01", now="2026-02-02T00:10")
    fetched(request)
    (left,) = request.held.missing(SYMBOL, days("2026-02-01", "2026-02-01"))
    assert (left.start, left.end) == (at("2026-02-01T21:00"), at("2026-02-02"))


def test_an_empty_answer_covers_nothing():
    request = put(answering(), "2020-01-01", "2020-01-02")
    assert landed(request).is_empty()
    assert request.held.missing(SYMBOL, request.window) == [request.window]


def test_an_unknown_instrument_costs_that_one_alone():
    def answer(url, params):
        if params["instrument_name"] == "GONE":
            return {"error": {"code": -32602, "message": "Invalid params", "data": {"param": "instrument_name"}}}
        return every_hour(url, params)

    request = put(ScriptedVenues(answer), symbols=("GONE", SYMBOL))
    assert {p.series for p in parts_of(list(request.feed.fetch(request)))} == {SYMBOL}
    assert "code -32602: Invalid params {'param': 'instrument_name'}" in str(request.refused["GONE"])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (hour(ms("2026-01-10"), 0.2), "interest_1h: within -0.1 to 0.1"),
        (hour(ms("2026-01-10"), interest_1h="free"), "interest_1h: unparsable"),
        (hour(ms("2026-01-10"), interest_1h=None), "interest_1h: missing"),
        (hour(ms("2100-01-01")), "settled_at: absurd timestamp"),
        (hour(0, timestamp="noon"), "settled_at: missing"),
    ],
)
def test_an_hour_that_cannot_be_is_quarantined(row, reason):
    request = put(answering(row))
    done = conformed(request, fetched(request))
    assert done.rows.is_empty()
    assert reason in done.quarantined["reason"].item()


@pytest.mark.parametrize("body", [{"result": {"data": []}}, {"result": [1]}, [], None])
def test_an_answer_of_another_shape_is_refused(body):
    with pytest.raises(RequestRefused, match=r"expected a list of rows.*get_funding_rate_history"):
        fetched(put(ScriptedVenues(lambda url, params: body)))


STAMPS = list(range(ms("2026-01-10"), ms("2026-01-11") + 1, HOUR))


@examples(20)
@given(st.permutations(STAMPS * 2))
def test_order_and_duplicates_change_no_row(shuffled):
    request, ordered = (
        put(answering(*(hour(stamp, stamp // HOUR % 97 * 1e-06) for stamp in stamps))) for stamps in (shuffled, STAMPS)
    )
    assert landed(request).sort("settled_at").equals(landed(ordered))
    assert request.held.missing(SYMBOL, request.window) == ordered.held.missing(SYMBOL, request.window)
