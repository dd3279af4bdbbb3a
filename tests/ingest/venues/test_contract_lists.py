"""The lists of contracts: fields by value, one list a day, several pages, refusals, and the newest landed one."""

import json
import re
from datetime import date

import pytest

from ingest.contract_lists import newest_list
from ingest.errors import FeedUnavailable, RequestRefused
from ingest.feeds import feed_named
from ingest.landing import Landing
from ingest.pull import pull
from tests.ingest.scripted_venues import ScriptedVenues, asking, at, days, fetched, landed, ms

BINANCE, BYBIT = "binance_um_instruments", "bybit_instruments"
OKX, HYPERLIQUID = "okx_instruments", "hyperliquid_instruments"
LAST_DAY = days("2026-02-01", "2026-02-01")  # now is 2026-02-02T04:00
ANSWERS = {
    "/fapi/v1/exchangeInfo": {
        "timezone": "UTC",
        "symbols": [
            {
                "symbol": "1000SHIBUSDT", "pair": "1000SHIBUSDT", "contractType": "PERPETUAL",
                "deliveryDate": 4133404800000, "onboardDate": 1620630000000, "status": "TRADING",
                "baseAsset": "1000SHIB", "quoteAsset": "USDT", "marginAsset": "USDT",
                "filters": [{"filterType": "LOT_SIZE", "stepSize": "1"},
                            {"filterType": "PRICE_FILTER", "tickSize": "0.0000010"}],
            },
            {
                "symbol": "OLDUSDT", "contractType": "PERPETUAL", "deliveryDate": 1770109200000,
                "onboardDate": 1620630000000, "status": "SETTLING", "baseAsset": "OLD", "quoteAsset": "USDT",
                "filters": [],
            },
            {
                "symbol": "BTCUSDT_260327", "contractType": "CURRENT_QUARTER", "deliveryDate": 1774598400000,
                "onboardDate": 1766736000000, "status": "TRADING", "baseAsset": "BTC", "quoteAsset": "USDT",
                "filters": [],
            },
        ],
    },
    "/fapi/v1/fundingInfo": [{"symbol": "OLDUSDT", "fundingIntervalHours": 4, "disclaimer": False}],
    "/api/v5/public/instruments": {
        "code": "0", "msg": "",
        "data": [
            {"instId": "SHIB-USDT-SWAP", "ctType": "linear", "ctVal": "1000000", "ctValCcy": "SHIB", "state": "live",
             "listTime": "1620630000000", "expTime": "", "tickSz": "0.000000001"},
            {"instId": "BTC-USD-SWAP", "ctType": "inverse", "ctVal": "100", "ctValCcy": "USD", "state": "live",
             "listTime": "1611916828000", "expTime": "", "tickSz": "0.1"},
        ],
    },
    "/info": {"universe": [
        {"name": "kSHIB", "szDecimals": 0, "maxLeverage": 10},
        {"name": "OLD", "szDecimals": 0, "maxLeverage": 3, "isDelisted": True},
    ]},
}  # fmt: skip


def bybit(params: dict) -> dict:
    """The linear list in two pages, the inverse one in one."""
    linear = params["category"] == "linear"
    pages = {"": ("SHIB1000USDT", "SHIB1000", "next%3Dpage"), "next=page": ("XRPUSDT", "XRP", "")}
    symbol, base, cursor = pages[params.get("cursor", "")] if linear else ("BTCUSD", "BTC", "")
    contract = {
        "symbol": symbol, "contractType": "LinearPerpetual" if linear else "InversePerpetual", "status": "Trading",
        "baseCoin": base, "quoteCoin": "USDT" if linear else "USD", "launchTime": "1620630000000", "deliveryTime": "0",
        "priceFilter": {"tickSize": "0.000005"}, "fundingInterval": 240,
    }  # fmt: skip
    return {"retCode": 0, "retMsg": "OK", "result": {"list": [contract], "nextPageCursor": cursor}}


def answer(url: str, params: dict):
    path = "/" + url.split("/", 3)[3]
    return bybit(params) if path == "/v5/market/instruments-info" else ANSWERS[path]


def rows_of(feed: str) -> dict[str, dict]:
    return {row["symbol"]: row for row in landed(asking(feed, ScriptedVenues(answer), LAST_DAY)).to_dicts()}


def test_binance_lists_ticks_days_and_intervals():
    rows = rows_of(BINANCE)
    shib = rows["1000SHIBUSDT"]
    assert (shib["base_symbol"], shib["tick_size"], shib["base_per_contract"]) == ("1000SHIB", 1e-6, 1)
    assert (shib["listed_ms"], shib["delivery_ms"]) == (1620630000000, 4133404800000)
    assert (shib["funding_interval_hours"], rows["OLDUSDT"]["funding_interval_hours"]) == (8, 4)
    assert rows["OLDUSDT"]["listing_status"] == "SETTLING"


def test_without_the_intervals_the_list_is_had_all_the_same():
    def refusing(url, params):
        return RequestRefused("no") if url.endswith("fundingInfo") else answer(url, params)

    request = asking(BINANCE, ScriptedVenues(refusing), LAST_DAY)
    assert landed(request)["funding_interval_hours"].to_list() == [None] * 3
    assert request.notes == ["without the hours between settlements: no"]


def test_bybit_lists_every_page_of_both_categories():
    rows = rows_of(BYBIT)
    assert set(rows) == {"SHIB1000USDT", "XRPUSDT", "BTCUSD"}
    assert (rows["XRPUSDT"]["funding_interval_hours"], rows["XRPUSDT"]["delivery_ms"]) == (4, None)
    assert (rows["SHIB1000USDT"]["base_per_contract"], rows["BTCUSD"]["base_per_contract"]) == (1, None)


def test_okx_lists_the_coins_of_a_linear_contract():
    rows = rows_of(OKX)
    assert (rows["SHIB-USDT-SWAP"]["base_symbol"], rows["SHIB-USDT-SWAP"]["base_per_contract"]) == ("SHIB", 1e6)
    assert rows["BTC-USD-SWAP"]["base_per_contract"] is None


def test_hyperliquid_marks_what_is_delisted():
    assert {symbol: row["listing_status"] for symbol, row in rows_of(HYPERLIQUID).items()} == {
        "kSHIB": "live",
        "OLD": "delisted",
    }


@pytest.mark.parametrize("feed", [BINANCE, BYBIT, OKX, HYPERLIQUID])
def test_a_list_is_asked_for_once_a_day(feed):
    venues = ScriptedVenues(answer)
    first = asking(feed, venues, LAST_DAY)
    assert fetched(first)
    asked = len(venues.asked)
    assert fetched(asking(feed, venues, LAST_DAY, now="2026-02-02T23:00", held=first.held)) == []
    assert len(venues.asked) == asked
    assert fetched(asking(feed, venues, LAST_DAY, now="2026-02-03T04:00", held=first.held))


@pytest.mark.parametrize("feed", [BINANCE, BYBIT, OKX, HYPERLIQUID])
@pytest.mark.parametrize("body", [[], {"symbols": 3}, {"retCode": 0, "result": {}}, {"code": "0", "data": [1]}])
def test_an_answer_of_another_shape_is_refused(feed, body):
    with pytest.raises(FeedUnavailable):
        fetched(asking(feed, ScriptedVenues(lambda url, params: body), LAST_DAY))


def test_the_newest_landed_list_is_read(tmp_path):
    landing = Landing(tmp_path)
    assert newest_list(landing, feed_named(BINANCE)) is None
    pull(asking(BINANCE, ScriptedVenues(answer), LAST_DAY), landing)
    fetched_at, contracts = newest_list(landing, feed_named(BINANCE))
    assert fetched_at == at("2026-02-02T04:00")
    assert [(one.symbol, one.base, one.is_trading, one.announced_end) for one in contracts] == [
        ("1000SHIBUSDT", "1000SHIB", True, None),
        ("OLDUSDT", "OLD", False, date(2026, 2, 3)),
    ]


@pytest.mark.parametrize(
    ("feed", "field", "without"),
    [(BINANCE, "deliveryDate", 4133404800000), (BYBIT, "deliveryTime", "0"), (OKX, "expTime", "")],
)
@pytest.mark.parametrize(
    ("delivery", "last_day"),
    [("2026-02-05T00:00", date(2026, 2, 4)), ("2026-02-05T09:00", date(2026, 2, 5)), (None, None)],
)
def test_the_last_day_is_that_of_the_last_moment_before_the_delivery(
    tmp_path, feed, field, without, delivery, last_day
):
    def announcing(url, params):
        stamp = type(without)(ms(delivery)) if delivery else without
        return json.loads(
            re.sub(f'"{field}": ("[^"]*"|[0-9]+)', f'"{field}": {json.dumps(stamp)}', json.dumps(answer(url, params)))
        )

    landing = Landing(tmp_path)
    pull(asking(feed, ScriptedVenues(announcing), LAST_DAY), landing)
    _, contracts = newest_list(landing, feed_named(feed))
    assert {one.announced_end for one in contracts} == {last_day}
