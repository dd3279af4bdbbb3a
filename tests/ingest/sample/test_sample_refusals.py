"""What the simulated venues refuse, and in whose words."""

import pytest
import requests

SPOT = "https://data-api.binance.vision/api/v3/klines"
FUTURES = "https://fapi.binance.com"
OPEN_INTEREST = f"{FUTURES}/futures/data/openInterestHist"
COINALYZE = "https://api.coinalyze.net/v1"
COINMETRICS = "https://community-api.coinmetrics.io/v4/timeseries/asset-metrics"
FEBRUARY_1, FEBRUARY_2 = 1769904000000, 1769990400000


@pytest.mark.parametrize(
    ("url", "parameters", "code"),
    [
        (SPOT, {"symbol": "NOPE", "interval": "1h"}, -1121),
        (SPOT, {"interval": "1h"}, -1102),
        (SPOT, {"symbol": "BTCUSDT", "interval": "7m"}, -1120),
        (SPOT, {"symbol": "BTCUSDT", "interval": "1h", "startTime": "yesterday"}, -1100),
        (SPOT, {"symbol": "BTCUSDT", "interval": "1h", "limit": 0}, -1130),
        (f"{FUTURES}/fapi/v1/klines", {"symbol": "NOPE", "interval": "1h"}, -1121),
        (f"{FUTURES}/fapi/v1/fundingRate", {"symbol": "NOPE"}, -1121),
        (OPEN_INTEREST, {"symbol": "NOPE", "period": "5m"}, -1121),
        (OPEN_INTEREST, {"symbol": "BTCUSDT", "period": "7m"}, -1130),
    ],
)
def test_binance_refuses_with_its_own_code(venues, url, parameters, code):
    response = venues.get(url, **parameters)
    assert response.status_code == 400
    assert response.json()["code"] == code
    assert response.json()["msg"]


def test_an_unknown_address_is_not_found(venues):
    assert venues.get(f"{FUTURES}/fapi/v1/nothing").json()["code"] == -5000
    for url in (f"{FUTURES}/fapi/v1/nothing", f"{COINALYZE}/nothing", f"{COINMETRICS}/nothing"):
        assert venues.get(url).status_code == 404


def test_a_host_outside_the_simulation_cannot_be_reached(venues):
    with pytest.raises(requests.ConnectionError, match=r"api\.bybit\.com"):
        venues.get("https://api.bybit.com/v5/market/kline")


def test_only_reading_is_simulated(venues):
    assert venues.session.post(SPOT, json={}).status_code == 405


def test_coinalyze_wants_a_key(venues):
    asked = {"symbols": "BTCUSDT_PERP.A", "interval": "daily", "from": 0, "to": FEBRUARY_2 // 1000}
    response = venues.get(f"{COINALYZE}/open-interest-history", **asked)
    assert (response.status_code, response.json()) == (401, {"message": "Invalid/Missing API key"})
    assert venues.json(f"{COINALYZE}/open-interest-history", **asked, api_key="any")


def test_coinalyze_leaves_out_unknown_symbols_and_finds_nothing_by_milliseconds(venues):
    url, key = f"{COINALYZE}/liquidation-history", {"interval": "daily", "api_key": "any"}
    seconds = {"from": FEBRUARY_1 // 1000, "to": FEBRUARY_2 // 1000 - 1}
    answer = venues.json(url, symbols="NOPE_PERP.A,ETHUSD_PERP.A", **seconds, **key)
    assert [(series["symbol"], len(series["history"])) for series in answer] == [("ETHUSD_PERP.A", 1)]
    milliseconds = {"from": FEBRUARY_1, "to": FEBRUARY_2}
    assert venues.json(url, symbols="BTCUSDT_PERP.A", **milliseconds, **key) == []


@pytest.mark.parametrize(
    "wrong",
    [{"symbols": ""}, {"symbols": ",".join(["A"] * 21)}, {"interval": "1min"}, {"from": ""}, {"to": "now"}],
)
def test_coinalyze_refuses_what_it_cannot_answer(venues, wrong):
    asked = {"symbols": "BTCUSDT_PERP.A", "interval": "daily", "from": 0, "to": 1, "api_key": "any"}
    response = venues.get(f"{COINALYZE}/liquidation-history", **{**asked, **wrong})
    assert response.status_code == 400
    assert next(iter(wrong)) in response.json()["message"]


@pytest.mark.parametrize(
    ("changed", "status", "kind"),
    [
        ({"assets": "doge"}, 400, "bad_parameter"),
        ({"metrics": ""}, 400, "bad_parameter"),
        ({"frequency": "1h"}, 400, "bad_parameter"),
        ({"start_time": "soon"}, 400, "bad_parameter"),
        ({"page_size": "0"}, 400, "bad_parameter"),
        ({"paging_from": "end"}, 400, "bad_parameter"),
        ({"metrics": "AdrActCnt,FlowInBNBNtv"}, 403, "forbidden"),
    ],
)
def test_coin_metrics_refuses_with_its_own_error(venues, changed, status, kind):
    response = venues.get(COINMETRICS, **{"assets": "btc", "metrics": "AdrActCnt", "paging_from": "start", **changed})
    assert response.status_code == status
    assert response.json()["error"]["type"] == kind
