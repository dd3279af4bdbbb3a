"""Deribit bars: columns made rows, the running day dropped, error codes told apart."""

from __future__ import annotations

from datetime import datetime

import pytest
from werkzeug import Response

from ingest.errors import RequestRefused, VenueFailing
from ingest.venues.deribit import api
from tests.ingest.scripted_venues import ScriptedVenues, asking, conformed, days, fetched, landed, ms

FEED, SYMBOL = "deribit_klines", "BTC-PERPETUAL"
URL = api.API.url("get_tradingview_chart_data")


def chart(*rows: tuple) -> dict:
    """Rows of (tick, open, high, low, close, volume, cost) as the venue has them."""
    columns = list(zip(*rows, strict=True)) or [()] * 7
    return {"result": {**dict(zip(api.CHART, map(list, columns), strict=True)), "status": "ok"}}


def bar(day: str, *values: float) -> tuple:
    return (ms(day), *(values or (80_000.5, 81_000, 79_000, 80_500, 1234.5, 9.9e7)))


def put(answer, first="2026-01-30", last="2026-01-31", **more):
    venues = answer if isinstance(answer, ScriptedVenues) else ScriptedVenues(answer)
    return asking(FEED, venues, days(first, last), **{"symbols": (SYMBOL,), **more})


def test_a_bar_has_its_volume_in_coins_and_in_usd():
    venues = ScriptedVenues(lambda url, params: chart(bar("2026-01-30"), bar("2026-01-31")))
    request = put(venues)
    rows = landed(request)
    assert rows.row(0) == (SYMBOL, datetime(2026, 1, 30), 80_000.5, 81_000.0, 79_000.0, 80_500.0, 1234.5, 9.9e7)
    ((url, params),) = venues.asked
    assert url == "https://www.deribit.com/api/v2/public/get_tradingview_chart_data"
    assert params == {
        "instrument_name": SYMBOL, "resolution": "1D",
        "start_timestamp": ms("2026-01-30"), "end_timestamp": ms("2026-02-01") - 1,
    }  # fmt: skip
    assert request.held.missing(SYMBOL, request.window) == []


def test_the_running_day_is_dropped():
    answer = lambda url, params: chart(bar("2026-02-01"), bar("2026-02-02"))  # noqa: E731
    assert landed(put(answer, "2026-02-01", "2026-02-02"))["open_at"].to_list() == [datetime(2026, 2, 1)]


def test_no_data_covers_nothing():
    request = put(lambda url, params: chart())
    assert landed(request).is_empty()
    assert request.held.missing(SYMBOL, request.window) == [request.window]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (bar("2026-01-30", 5, 4, 3, 4, 1, 1), "open or close outside high and low"),
        (bar("2026-01-30", 5, 5, -5, 5, 1, 1), "low: positive"),
        (bar("2026-01-30T08:00"), "opens at midnight"),
    ],
)
def test_a_bar_that_cannot_be_is_quarantined(row, reason):
    request = put(lambda url, params: chart(row))
    done = conformed(request, fetched(request))
    assert done.rows.is_empty()
    assert reason in done.quarantined["reason"].item()


def test_columns_of_different_length_are_no_answer():
    body = chart(bar("2026-01-30"), bar("2026-01-31"))
    body["result"]["close"].pop()
    with pytest.raises(RequestRefused, match=r"expected a chart.*get_tradingview_chart_data"):
        fetched(put(lambda url, params: body))


def test_too_many_requests_are_tried_again_whatever_the_status(relay):
    busy = '{"jsonrpc": "2.0", "error": {"code": 10028, "message": "too_many_requests"}}'
    relay.answers(URL, Response(busy, status=429), Response(busy, status=400), busy, '{"result": []}')
    assert api.API.page(relay.session, URL, {}).rows == []
    assert len(relay.pauses) == 3
    relay.answers("https://www.deribit.com/other", busy)
    with pytest.raises(VenueFailing, match="code 10028: too_many_requests, 12 times"):
        api.API.page(relay.session, "https://www.deribit.com/other", {})


def test_invalid_params_are_not_tried_again(relay):
    body = '{"error": {"code": -32602, "message": "Invalid params", "data": {"reason": "wrong format"}}}'
    relay.answers(URL, Response(body, status=400))
    with pytest.raises(RequestRefused, match=r"code -32602: Invalid params \{'reason': 'wrong format'\}"):
        api.API.page(relay.session, URL, {})
    assert len(relay.asked) == 1
