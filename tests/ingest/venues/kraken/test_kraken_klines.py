"""Kraken bars: milliseconds in, seconds out, `more_candles` until there are none."""

from __future__ import annotations

from datetime import datetime

import pytest

from ingest.errors import RequestRefused
from tests.ingest.scripted_venues import ScriptedVenues, asking, conformed, days, fetched, landed, ms

FEED, SYMBOL = "kraken_klines", "PF_XBTUSD"


def candle(day: str, **more: object) -> dict:
    prices = {"open": "80000.5", "high": "81000", "low": "79000", "close": "80500", "volume": "321.5"}
    return {"time": ms(day), **prices, **more}


def put(answer, first="2026-01-10", last="2026-01-12", **more):
    venues = answer if isinstance(answer, ScriptedVenues) else ScriptedVenues(answer)
    return asking(FEED, venues, days(first, last), **{"symbols": (SYMBOL,), **more})


def test_a_candle_becomes_a_typed_row():
    venues = ScriptedVenues(lambda url, params: {"candles": [candle("2026-01-10")], "more_candles": False})
    rows = landed(put(venues))
    assert rows.rows() == [(SYMBOL, datetime(2026, 1, 10), 80_000.5, 81_000.0, 79_000.0, 80_500.0, 321.5)]
    ((url, params),) = venues.asked
    assert url == "https://futures.kraken.com/api/charts/v1/trade/PF_XBTUSD/1d"
    assert params == {"from": ms("2026-01-10") // 1000, "to": ms("2026-01-13") // 1000 - 1}


def test_more_candles_are_asked_for_from_after_the_last():
    def two_at_a_time(url, params):
        listed = [candle(f"2026-01-{d}") for d in (10, 11, 12)]
        wanted = [c for c in listed if params["from"] * 1000 <= c["time"] <= params["to"] * 1000]
        return {"candles": wanted[:2], "more_candles": len(wanted) > 2}

    venues = ScriptedVenues(two_at_a_time)
    request = put(venues)
    assert landed(request)["open_at"].dt.day().to_list() == [10, 11, 12]
    assert [p["from"] for _, p in venues.asked] == [ms("2026-01-10") // 1000, ms("2026-01-12") // 1000]
    assert request.held.missing(SYMBOL, request.window) == []


def test_a_page_without_candles_ends_the_paging_whatever_it_says_of_more():
    request = put(lambda url, params: {"candles": [], "more_candles": True})
    assert landed(request).is_empty()
    assert request.held.missing(SYMBOL, request.window) == [request.window]


def test_the_running_day_is_dropped():
    answer = {"candles": [candle("2026-02-01"), candle("2026-02-02")]}
    request = put(lambda url, params: answer, "2026-02-01", "2026-02-02")
    assert landed(request)["open_at"].to_list() == [datetime(2026, 2, 1)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (candle("2026-01-10", close="82000"), "open or close outside high and low"),
        (candle("2026-01-10", volume="-1"), "volume: not negative"),
        (candle("2026-01-10T08:00"), "opens at midnight"),
        (candle("2026-01-10", time=None), "open_at: missing"),
    ],
)
def test_a_candle_that_cannot_be_is_quarantined(row, reason):
    request = put(lambda url, params: {"candles": [row]})
    done = conformed(request, fetched(request))
    assert done.rows.is_empty()
    assert reason in done.quarantined["reason"].item()


@pytest.mark.parametrize("body", [{"candles": None}, {"candles": [[1]]}, [], None])
def test_an_answer_of_another_shape_is_refused(body):
    with pytest.raises(RequestRefused, match="expected candles"):
        fetched(put(lambda url, params: body))
