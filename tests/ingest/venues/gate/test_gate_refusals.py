"""What Gate's feeds refuse: rows that cannot be, answers of another shape, contracts that the venue does not have."""

import pytest
from werkzeug import Response

from ingest.errors import RequestRefused
from ingest.fetch.interface import Question
from ingest.landing import Landing
from ingest.pull import pull
from ingest.venues.gate.api import API
from tests.ingest.scripted_venues import ScriptedVenues, conformed, fetched, landed
from tests.ingest.venues.gate.gate_answers import (
    BTC,
    FUNDING,
    HOURLY_STATS,
    LIQUIDATIONS,
    PERPETUAL,
    STATS,
    Gate,
    day,
    liquidation,
    put,
    seconds,
)


@pytest.mark.parametrize(
    ("feed", "row", "reason"),
    [
        (STATS, day("2026-01-31", open_interest="0"), "open_interest_contracts: positive"),
        (STATS, day("2026-01-31", long_liq_size="-1"), "long_contracts: not negative"),
        (STATS, day("2026-01-31", open_interest_usd=None), "open_interest_usd: missing"),
        (STATS, day("2100-01-01"), "open_at: absurd timestamp"),
        (LIQUIDATIONS, liquidation(seconds("2026-02-01"), 0), "position_contracts: not zero"),
        (LIQUIDATIONS, liquidation(seconds("2026-02-01"), fill_price="dear"), "fill_price: unparsable"),
        (LIQUIDATIONS, liquidation(seconds("2026-02-01"), contract=None), "symbol: missing"),
        (FUNDING, {"t": seconds("2026-02-01"), "r": "0.2"}, "funding_rate: within -0.1 to 0.1"),
        (FUNDING, {"t": "noon", "r": "0.0001"}, "settled_at: missing"),
    ],
)
def test_a_row_that_cannot_be_is_quarantined(feed, row, reason):
    request = put(feed, ScriptedVenues(lambda url, params: [row]), "2026-02-01")
    done = conformed(request, fetched(request))
    assert done.rows.is_empty()
    assert reason in done.quarantined["reason"][0]


@pytest.mark.parametrize("feed", [STATS, HOURLY_STATS, LIQUIDATIONS, FUNDING])
@pytest.mark.parametrize("body", [{"rows": []}, [[1, 2]], "rows", None])
def test_an_answer_of_another_shape_is_refused_with_what_came(feed, body):
    with pytest.raises(RequestRefused, match=r"expected a list of rows, got .*\(api.gateio.ws/api/v4/futures/usdt/"):
        fetched(put(feed, ScriptedVenues(lambda url, params: body)))


def test_a_contract_that_the_venue_does_not_have_costs_that_contract_alone(tmp_path):
    def answer(url, params):
        if params["contract"] == "NONE_USDT":
            return {"label": "CONTRACT_NOT_FOUND", "message": "no such contract"}
        return [day("2026-01-31")]

    request = put(STATS, ScriptedVenues(answer), symbols=("NONE_USDT", BTC))
    pulled = pull(request, Landing(tmp_path))
    assert (pulled.rows, pulled.skipped) == (1, None)
    assert "NONE_USDT: CONTRACT_NOT_FOUND: no such contract" in pulled.notes[0]


@pytest.mark.parametrize("feed", [STATS, HOURLY_STATS, FUNDING])
def test_an_empty_answer_covers_nothing(feed):
    request = put(feed, Gate())
    assert landed(request).is_empty()
    assert request.held.missing(BTC, request.window) == [request.window]


def test_the_recorded_refusal_is_one_line_and_asked_once(relay, api_samples):
    body = (api_samples / "gate/error_retention.json").read_text()
    relay.answers(API.url("contract_stats"), Response(body, status=400))
    with pytest.raises(RequestRefused, match=r"INVALID_PARAM_VALUE: .*\(api.gateio.ws/.*contract_stats\)"):
        API.ask(put(STATS, relay.session), Question(API.url("contract_stats"), PERPETUAL))
    assert len(relay.asked) == 1
