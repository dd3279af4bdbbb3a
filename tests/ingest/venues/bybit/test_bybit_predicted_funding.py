"""Bybit's predicted funding: one request a category, the rate of the moment, and no contract that costs another."""

from datetime import datetime

import pytest

from ingest.errors import RequestRefused
from ingest.instrument import Instrument
from tests.ingest.scripted_venues import ScriptedVenues, asking, conformed, days, fetched, landed, ms, parts_of
from tests.ingest.venues.bybit.bybit_answers import URL, ok, put, sample

PREDICTED = "bybit_predicted_funding"
NOW = "2026-01-10T05:02"
CONTRACTS = tuple(
    Instrument(symbol, symbol[:3], "perpetual", margin_type="inverse" if symbol.endswith("USD") else "linear")
    for symbol in ("BTCUSDT", "BTCUSD", "ETHUSDT")
)


def ticker(symbol: str, rate="0.0001", settles="2026-01-10T08:00", hours: str | None = "8") -> dict[str, str]:
    interval = {} if hours is None else {"fundingIntervalHour": hours}
    return {"symbol": symbol, "fundingRate": rate, "nextFundingTime": str(ms(settles)), "lastPrice": "1", **interval}


def of_now(venues: ScriptedVenues, **more):
    request = asking(PREDICTED, venues, days("2026-01-09", "2026-01-10"), now=NOW, **more)
    request.instruments = CONTRACTS
    return request


def by_category(url: str, params: dict) -> dict:
    symbols = {"linear": ("BTCUSDT", "ETHUSDT", "OTHERUSDT"), "inverse": ("BTCUSD",)}[params["category"]]
    return ok([ticker(symbol) for symbol in symbols], category=params["category"])


def test_every_contract_has_the_rate_of_the_moment_by_one_request_a_category():
    venues = ScriptedVenues(by_category)
    moment, settlement = datetime(2026, 1, 10, 5, 2), datetime(2026, 1, 10, 8)
    assert landed(of_now(venues)).sort("symbol").rows() == [
        (symbol, moment, 0.0001, settlement, 8.0) for symbol in ("BTCUSD", "BTCUSDT", "ETHUSDT")
    ]
    assert venues.asked == [(f"{URL}/tickers", {"category": category}) for category in ("inverse", "linear")]


def test_an_interval_that_is_not_published_is_unknown():
    venues = ScriptedVenues(lambda url, params: ok([ticker("BTCUSDT", hours=None)]))
    assert landed(put(PREDICTED, venues))["interval_hours"].to_list() == [None]


def test_a_contract_that_the_venue_does_not_list_costs_that_contract_alone():
    request = of_now(ScriptedVenues(lambda url, params: ok([ticker("BTCUSDT"), ticker("BTCUSD")])))
    parts = parts_of(list(request.feed.fetch(request)))
    assert [(part.series, part.rows) for part in parts] == [("BTCUSD", 1), ("BTCUSDT", 1)]
    assert list(request.refused) == ["ETHUSDT"]
    assert "the venue lists no ETHUSDT" in str(request.refused["ETHUSDT"])


def test_what_one_category_refuses_costs_the_other_nothing():
    answers = {"linear": ok([], category="spot"), "inverse": ok([ticker("BTCUSD")])}
    request = of_now(ScriptedVenues(lambda url, params: answers[params["category"]]))
    assert [part.series for part in parts_of(list(request.feed.fetch(request)))] == ["BTCUSD"]
    assert list(request.refused) == ["linear"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (ok([ticker("BTCUSDT")], category="spot"), "asked for the category linear, got spot"),
        (ok(["BTCUSDT"]), "expected a list of contracts, got"),
        ({"retCode": 0, "result": None}, "expected a list of contracts, got None"),
    ],
)
def test_an_answer_of_another_shape_or_category_is_refused(body, said):
    with pytest.raises(RequestRefused, match=rf"{said}.*\(api.bybit.com/v5/market/tickers\)"):
        fetched(put(PREDICTED, ScriptedVenues(lambda url, params: body)))


@pytest.mark.parametrize(("rate", "reason"), [("0.2", "within -0.1 to 0.1"), ("", "missing")])
def test_a_rate_that_cannot_be_is_quarantined(rate, reason):
    request = put(PREDICTED, ScriptedVenues(lambda url, params: ok([ticker("BTCUSDT", rate)])))
    done = conformed(request, fetched(request))
    assert done.rows.is_empty()
    assert reason in done.quarantined["reason"].item(0)


def test_the_documented_ticker_keeps_its_values(api_samples):
    body = sample(api_samples, "tickers_inverse.json")
    (published,) = body["result"]["list"]
    venues = ScriptedVenues(lambda url, params: body)
    request = put(PREDICTED, venues, symbol=published["symbol"], margin_type="inverse")
    (row,) = landed(request).rows(named=True)
    assert (row["symbol"], row["predicted_rate"]) == (published["symbol"], float(published["fundingRate"]))
    assert row["next_funding_at"] == datetime(2025, 10, 13, 16)
    assert row["interval_hours"] == float(published["fundingIntervalHour"])
