"""CoinGlass: sums over named exchanges, an error under HTTP 200, and answers that ignore what was asked for."""

import csv
import gzip
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import AccessRefused, KeyMissing, RequestRefused, VenueFailing
from ingest.http import MarketSession
from ingest.market import Market
from ingest.venues.coinglass.api import API
from ingest.windows import Window
from tests.ingest.scripted_venues import ScriptedVenues, asking, at, conformed, days, fetched, landed, ms
from tests.properties import examples
from tests.recordings import NOT_RECORDED, RECORDED

FEED = "coinglass_liquidations"
SYMBOL = "Binance,Bybit,OKX/BTC"
KEYS = {"COINGLASS_API_KEY": "a key of mine"}
HOUR = 3_600_000
SERVER = RECORDED / "serve.py"


def put(venues: ScriptedVenues, first="2026-01-30", last="2026-02-01", **more):
    return asking(FEED, venues, days(first, last), **{"symbols": (SYMBOL,), "keys": KEYS, **more})


def hour(time: int, long: object = 20.5, short: object = 10) -> dict:
    return {"time": time, "aggregated_long_liquidation_usd": long, "aggregated_short_liquidation_usd": short}


def answered(*rows: dict) -> dict:
    return {"code": "0", "msg": "success", "data": list(rows)}


class CoinGlass(ScriptedVenues):
    """Answers as the venue does: both ends included, and the newest `limit` hours of them."""

    def __init__(self, *hours: dict) -> None:
        def answer(url: str, params: dict) -> dict:
            held = [h for h in hours if params["start_time"] <= h["time"] <= params["end_time"]]
            return answered(*sorted(held, key=lambda h: h["time"])[-params["limit"] :])

        super().__init__(answer)


def test_the_exchanges_of_the_symbol_are_what_is_asked_for_and_the_key_goes_in_a_header():
    venues = CoinGlass(hour(ms("2026-01-31T05:00"), "7.25", 0))
    rows = landed(put(venues))
    assert rows.rows() == [(SYMBOL, datetime(2026, 1, 31, 5), 7.25, 0.0)]
    ((url, params),) = venues.asked
    assert url == "https://open-api-v4.coinglass.com/api/futures/liquidation/aggregated-history"
    assert params == {
        "exchange_list": "Binance,Bybit,OKX", "symbol": "BTC", "interval": "1h", "limit": 1000,
        "start_time": ms("2026-01-30"), "end_time": ms("2026-02-02") - 1,
    }  # fmt: skip
    assert venues.headers == [{"CG-API-KEY": KEYS["COINGLASS_API_KEY"]}]


def test_other_exchanges_are_another_series():
    request = put(CoinGlass(hour(ms("2026-01-31"))), symbols=(SYMBOL, "Binance/BTC"))
    assert landed(request)["symbol"].to_list() == [SYMBOL, "Binance/BTC"]


def test_without_a_key_nothing_is_asked_and_the_line_does_not_promise_a_free_one():
    venues = CoinGlass()
    with pytest.raises(KeyMissing, match=r"set COINGLASS_API_KEY .*paid plan") as raised:
        fetched(put(venues, keys={}))
    assert "free" not in str(raised.value)
    assert venues.asked == []


def test_a_long_window_is_asked_for_in_pieces_newest_first():
    first, end = ms("2025-10-01"), ms("2026-02-02")
    venues = CoinGlass(*(hour(time) for time in range(first, end, HOUR)))
    request = put(venues, "2025-10-01", now="2026-02-02T06:00")
    assert landed(request).height == (end - first) // HOUR
    starts = [params["start_time"] for _, params in venues.asked]
    assert starts == sorted(starts, reverse=True)
    assert len(starts) == 3
    assert request.held.missing(SYMBOL, request.window) == []


def test_before_the_history_of_the_plan_nothing_more_is_asked():
    venues = CoinGlass(*(hour(ms("2026-01-25") + n * HOUR) for n in range(24)))
    request = put(venues, "2025-01-01")
    assert landed(request).height == 24
    assert len(venues.asked) == 2


def test_an_answer_that_ignores_the_window_gives_its_own_hours_and_no_others():
    newest = [hour(ms("2026-02-02T04:00") - n * HOUR, n) for n in range(1, 1000)]
    venues = ScriptedVenues(lambda url, params: answered(*newest))
    request = put(venues, "2025-01-01")
    rows = landed(request)
    assert rows["open_at"].is_between(datetime(2025, 1, 1), datetime(2026, 2, 1, 23)).all()
    assert rows["open_at"].n_unique() == rows.height
    assert len(venues.asked) == 2
    assert request.held.missing(SYMBOL, days("2025-12-01", "2025-12-02")) == [days("2025-12-01", "2025-12-02")]


def test_the_running_hour_is_dropped_and_asked_for_again():
    hours = [hour(ms("2026-02-02") + n * HOUR) for n in range(6)]
    request = put(CoinGlass(*hours), "2026-02-02", "2026-02-02", now="2026-02-02T05:30")
    assert landed(request)["open_at"].max() == datetime(2026, 2, 2, 4)
    assert request.held.missing(SYMBOL, request.window) == [Window(at("2026-02-02T05:00"), at("2026-02-03"))]


def test_a_missing_hour_stays_missing():
    rows = landed(put(CoinGlass(hour(ms("2026-01-30T01:00")), hour(ms("2026-01-30T03:00")))))
    assert rows["open_at"].dt.hour().to_list() == [1, 3]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (hour(ms("2026-01-31"), -1), "long_usd: not negative"),
        (hour(ms("2026-01-31"), None), "long_usd: missing"),
        (hour(ms("2026-01-31"), "lots"), "long_usd: unparsable"),
        (hour(ms("2026-01-31") // 1000), "open_at: absurd timestamp"),
        (hour(ms("2100-01-01")), "open_at: absurd timestamp"),
    ],
)
def test_an_hour_that_cannot_be_is_quarantined(row, reason):
    request = put(ScriptedVenues(lambda url, params: answered(row)))
    done = conformed(request, fetched(request))
    assert done.rows.is_empty()
    assert reason in done.quarantined["reason"][0]


@pytest.mark.parametrize(
    ("code", "kind"), [("401", AccessRefused), (403, AccessRefused), ("400", RequestRefused), ("50001", RequestRefused)]
)
def test_a_code_under_http_200_is_no_data(code, kind):
    venues = ScriptedVenues(lambda url, params: {"code": code, "msg": "not that", "data": []})
    with pytest.raises(kind, match=rf"code {code}: not that \(open-api-v4.coinglass.com/api/futures/"):
        fetched(put(venues))


def test_too_many_requests_under_http_200_are_tried_again(relay):
    relay.answers(API.url("aggregated-history"), '{"code":"429","msg":"Too Many Requests"}')
    with pytest.raises(VenueFailing, match="code 429: Too Many Requests, 12 times"):
        relay.session.get_json(API.url("aggregated-history"), judge=API.judge)


@pytest.mark.parametrize("body", [[], {"code": "0"}, {"code": "0", "data": [1]}, "data", None])
def test_an_answer_of_another_shape_is_refused_with_what_came(body):
    with pytest.raises(RequestRefused, match=r"expected data, got .*\(open-api-v4.coinglass.com/api/futures/"):
        fetched(put(ScriptedVenues(lambda url, params: body)))


@examples(30)
@given(st.integers(1, 72), st.randoms(use_true_random=False), st.integers(1, 100))
def test_order_repetition_and_page_size_change_no_hour(count, random, size):
    hours = [hour(ms("2026-02-02") - n * HOUR, n) for n in range(1, count + 1)]
    mixed = [*hours, *random.choices(hours, k=3)]
    random.shuffle(mixed)
    whole = landed(put(CoinGlass(*hours)))
    request = put(ScriptedVenues(lambda url, params: answered(*mixed)))
    fetch = replace(request.feed.fetch, longest=timedelta(hours=size))
    request.feed = replace(request.feed, fetch=fetch)
    rows = landed(request)
    assert rows.sort("open_at").equals(whole.sort("open_at"))


def test_the_recorded_refusal_says_what_to_check(relay, api_samples):
    relay.answers(API.url("aggregated-history"), (api_samples / "coinglass/error_no_key.json").read_text())
    with pytest.raises(AccessRefused, match=r"code 401: API key missing\. .*; check the key"):
        relay.session.get_json(API.url("aggregated-history"), judge=API.judge)
    assert len(relay.asked) == 1


@pytest.fixture
def recorded_market():
    """A session to the recorded market, which knows Bitcoin alone."""
    if not SERVER.exists():
        pytest.skip(NOT_RECORDED)
    command = [sys.executable, str(SERVER), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        url = next(word for word in server.stdout.readline().split() if word.startswith("http://"))
        session = MarketSession(Market.parse(url), {})
        yield session
        session.close()
        server.terminate()


def test_the_recorded_market_brings_every_recorded_hour_with_its_value(recorded_market):
    request = put(recorded_market, "2025-10-01", symbols=(SYMBOL, "Binance,Bybit,OKX/ETH"))
    batches = []
    with pytest.raises(RequestRefused, match="code 400"):
        fetched(request, batches)
    done = conformed(request, batches)
    assert done.quarantined.is_empty()
    with gzip.open(SERVER.parent / "data" / "coinglass_BTC_liquidation_1h.csv.gz", "rt") as file:
        recorded = {int(r["time"]): (float(r["longUsd"]), float(r["shortUsd"])) for r in csv.DictReader(file)}
    expected = {time: sides for time, sides in recorded.items() if time < ms("2026-02-02")}
    landed_hours = zip(
        done.rows["open_at"].dt.timestamp("ms"), done.rows["long_usd"], done.rows["short_usd"], strict=True
    )
    assert {time: (long, short) for time, long, short in landed_hours} == expected
    assert done.rows.height == len(expected) > 1600
