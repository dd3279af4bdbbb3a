"""OKX's answers that are none: errors under HTTP 200, other shapes; and what a contract is."""

import json

import pytest

from ingest.catalogue import load_catalogue
from ingest.errors import RequestRefused, VenueFailing
from ingest.venues.okx.api import API
from tests.ingest.scripted_venues import ScriptedVenues, conformed, fetched, parts_of
from tests.ingest.venues.okx.okx_answers import (
    FUNDING,
    KLINES,
    LIQUIDATIONS,
    OPEN_INTEREST,
    SYMBOL,
    URL,
    answering,
    ok,
    put,
    settlements_before,
)


@pytest.mark.parametrize("feed", [KLINES, FUNDING, OPEN_INTEREST, LIQUIDATIONS])
def test_an_answer_without_rows_covers_nothing(feed):
    request = put(feed, answering())
    part, *absent = parts_of(fetched(request))
    assert (part.rows, bool(part.window)) == (0, False)
    assert all(gap.absent for gap in absent)


@pytest.mark.parametrize("body", [ok(["row"]), {"code": "0", "data": None}, {"data": []}, []])
def test_an_answer_of_another_shape_is_refused(body):
    with pytest.raises(RequestRefused, match="expected a"):
        fetched(put(KLINES, ScriptedVenues(lambda url, params: body)))


def test_a_refused_instrument_costs_that_instrument_alone():
    def one_alone(url, params):
        return settlements_before(url, params) if params["instId"] == SYMBOL else {"code": "51001", "msg": "unknown"}

    request = put(FUNDING, ScriptedVenues(one_alone), symbols=("LUNA-USDT-SWAP", SYMBOL))
    assert conformed(request, list(request.feed.fetch(request))).rows.height > 0
    assert "code 51001: unknown" in str(request.refused["LUNA-USDT-SWAP"])
    assert set(request.refused) == {"LUNA-USDT-SWAP"}


@pytest.mark.parametrize(
    ("code", "kind", "asked"),
    [
        ("51001", RequestRefused, 1),
        ("50030", RequestRefused, 1),
        ("50011", VenueFailing, 12),
        ("50001", VenueFailing, 12),
        ("50013", VenueFailing, 12),
        ("50061", VenueFailing, 12),
        ("59999", RequestRefused, 12),
    ],
)
def test_error_codes_under_http_200_are_told_apart(relay, code, kind, asked):
    relay.answers(f"{URL}/x", json.dumps({"code": code, "msg": "no", "data": []}))
    with pytest.raises(kind, match=f"code {code}: no") as raised:
        relay.session.get_json(f"{URL}/x", judge=API.judge)
    assert type(raised.value) is kind
    assert len(relay.asked) == asked


@pytest.mark.parametrize(
    ("symbol", "margin_type", "size"),
    [
        ("BTC-USDT-SWAP", "linear", 0.01),
        ("ETH-USDT-SWAP", "linear", 0.1),
        ("SOL-USDT-SWAP", "linear", 1.0),
        ("BTC-USD-SWAP", "inverse", 100.0),
        ("ETH-USD-SWAP", "inverse", 10.0),
        ("SOL-USD-SWAP", "inverse", 10.0),
    ],
)
def test_the_catalogue_says_what_a_contract_is(symbol, margin_type, size):
    for feed in (KLINES, FUNDING, OPEN_INTEREST, LIQUIDATIONS):
        (listed,) = (i for i in load_catalogue().instruments[feed] if i.symbol == symbol)
        assert (listed.instrument, listed.margin_type, listed.contract_size) == (symbol, margin_type, size)


def test_the_recorded_unknown_instrument_is_refused(relay, api_samples):
    relay.answers(f"{URL}/x", (api_samples / "okx/error.json").read_text())
    with pytest.raises(RequestRefused, match=r"code 51001: Instrument ID.*; check the symbol in the catalogue"):
        relay.session.get_json(f"{URL}/x", judge=API.judge)
    assert len(relay.asked) == 1
