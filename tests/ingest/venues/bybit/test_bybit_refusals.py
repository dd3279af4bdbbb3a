"""What of Bybit is no answer: errors under HTTP 200, other contracts, other shapes; and what is asked for."""

import json

import pytest

from ingest.catalogue import load_catalogue
from ingest.errors import Banned, CatalogueBroken, GeoBlocked, RequestRefused, VenueFailing
from ingest.instrument import Instrument
from ingest.venues.bybit.api import API
from tests.ingest.scripted_venues import ScriptedVenues, conformed, fetched, landed, ms
from tests.ingest.venues.bybit.bybit_answers import (
    FUNDING,
    KLINES,
    OPEN_INTEREST,
    URL,
    answering,
    ok,
    put,
    sample,
    settlement,
    settlements_between,
    snapshot,
)


@pytest.mark.parametrize("feed", [KLINES, FUNDING, OPEN_INTEREST])
def test_a_window_without_rows_is_asked_for_again(feed):
    request = put(feed, answering([]))
    assert landed(request).is_empty()
    assert request.held.missing("BTCUSDT/1h" if feed == KLINES else "BTCUSDT", request.window) == [request.window]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (ok([snapshot(ms("2026-01-10"))], category="inverse"), "asked for the category linear, got inverse"),
        (ok([snapshot(ms("2026-01-10"))], symbol="ETHUSDT"), "asked for the symbol BTCUSDT, got ETHUSDT"),
        (ok([settlement(ms("2026-01-10"), symbol="SOLUSDT")]), "asked for the symbol BTCUSDT, got SOLUSDT"),
        (ok(["row"]), "expected a list of rows"),
        ({"retCode": 0, "result": {}}, "expected a list of rows"),
        ({"retCode": 0, "result": None}, "expected a list of rows"),
        ([], "expected a retCode"),
    ],
)
def test_an_answer_about_something_else_is_refused(answer, words):
    with pytest.raises(RequestRefused, match=words):
        fetched(put(OPEN_INTEREST, ScriptedVenues(lambda url, params: answer)))


def test_a_refused_symbol_costs_that_symbol_alone():
    def one_alone(url, params):
        return settlements_between(url, params) if params["symbol"] == "BTCUSDT" else {"retCode": 10001, "retMsg": "no"}

    request = put(FUNDING, ScriptedVenues(one_alone))
    request.instruments = (Instrument("LUNAUSDT", "LUNA", "perpetual", margin_type="linear"), *request.instruments)
    assert conformed(request, list(request.feed.fetch(request))).rows.height == 4
    assert set(request.refused) == {"LUNAUSDT"}


def test_a_spot_instrument_has_no_category_here():
    with pytest.raises(CatalogueBroken, match="give it a margin type"):
        fetched(put(FUNDING, answering([]), margin_type=None))


@pytest.mark.parametrize(
    ("code", "kind", "asked"),
    [(10001, RequestRefused, 1), (10006, VenueFailing, 12), (10018, VenueFailing, 12), (10016, VenueFailing, 12),
     (10009, Banned, 1), (10024, GeoBlocked, 1), (10017, RequestRefused, 1), (99999, RequestRefused, 12)],
)  # fmt: skip
def test_error_codes_under_http_200_are_told_apart(relay, code, kind, asked):
    relay.answers(f"{URL}/kline", json.dumps({"retCode": code, "retMsg": "no", "result": {}}))
    with pytest.raises(kind, match=f"retCode {code}: no") as raised:
        relay.session.get_json(f"{URL}/kline", judge=API.judge)
    assert type(raised.value) is kind
    assert len(relay.asked) == asked


def test_the_catalogue_asks_for_linear_and_inverse_contracts_of_one_coin_or_one_dollar():
    for feed in (KLINES, FUNDING, OPEN_INTEREST):
        listed = {i.symbol: (i.asset, i.margin_type, i.contract_size) for i in load_catalogue().instruments[feed]}
        for asset in ("BTC", "ETH", "SOL"):
            assert listed[f"{asset}USDT"] == (asset, "linear", 1.0)
            assert listed[f"{asset}USD"] == (asset, "inverse", 1.0)


def test_the_recorded_rate_limit_is_tried_again(relay, api_samples):
    relay.answers(f"{URL}/kline", json.dumps(sample(api_samples, "error_rate_limit.json")))
    with pytest.raises(VenueFailing, match="retCode 10006: Too many visits!, 12 times"):
        relay.session.get_json(f"{URL}/kline", judge=API.judge)
