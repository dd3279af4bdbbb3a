"""Which error codes end a request at once, at every venue: those known to be final. Everything else is waited out."""

import json
from dataclasses import dataclass

import pytest
from werkzeug import Response

from ingest.errors import RequestRefused, VenueFailing
from ingest.http import ATTEMPTS, FEW_ATTEMPTS, MarketSession
from ingest.market import Market
from ingest.responses import Judge
from ingest.venues.binance import api as binance
from ingest.venues.bitfinex import api as bitfinex
from ingest.venues.blockchain_com import api as blockchain_com
from ingest.venues.bybit import api as bybit
from ingest.venues.coinglass import api as coinglass
from ingest.venues.coinmetrics import api as coinmetrics
from ingest.venues.deribit import api as deribit
from ingest.venues.gate import api as gate
from ingest.venues.kraken import api as kraken
from ingest.venues.okx import api as okx
from tests.ingest.venue_answers import AnsweringAdapter

URL = "https://venue.example/v1/rows"


@dataclass(frozen=True)
class Errors:
    """How a venue says no for good, what it says when all of it is busy, and a code that nobody has heard of."""

    judge: Judge
    good: object
    final: object
    unknown: object
    passing: tuple[object, ...] = ()


def _deribit(code: object) -> object:
    return {"error": {"code": code, "message": "so it is"}}


VENUES = {
    "binance": Errors(
        binance.ERRORS,
        [],
        {"code": -1121, "msg": "Invalid symbol."},
        {"code": -9999, "msg": "something"},
        tuple({"code": code, "msg": "busy"} for code in (-1000, -1001, -1003, -1006, -1007, -1008, -1015, -1016)),
    ),
    "bitfinex": Errors(
        bitfinex.API.judge,
        [[1, 2]],
        ["error", 10020, "symbol: invalid"],
        ["error", 10001, "something"],
        (["error", 11010, "ratelimit: error"], ["error", 20060, "maintenance"], {"error": "ERR_RATE_LIMIT"}),
    ),
    "blockchain_com": Errors(
        blockchain_com.API.judge,
        {"values": []},
        {"status": "not-found", "error": "x"},
        {"status": "error", "error": "x"},
    ),
    "bybit": Errors(
        bybit.API.judge,
        {"retCode": 0},
        {"retCode": 10001, "retMsg": "params error"},
        {"retCode": 99999, "retMsg": "something"},
        tuple({"retCode": code, "retMsg": "busy"} for code in (10000, 10006, 10016, 10018, 10429)),
    ),
    "coinglass": Errors(
        coinglass.API.judge,
        {"code": "0", "data": []},
        {"code": "400", "msg": "bad"},
        {"code": "50001", "msg": "something"},
        ({"code": "429", "msg": "Too Many Requests"}, {"code": 500, "msg": "busy"}),
    ),
    "coinmetrics": Errors(
        coinmetrics.API.judge,
        {"data": []},
        {"error": {"type": "bad_parameter", "message": "no such asset"}},
        {"error": {"type": "internal_server_error", "message": "something"}},
    ),
    "deribit": Errors(
        deribit.API.judge,
        {"result": []},
        _deribit(-32602),
        _deribit(77777),
        tuple(map(_deribit, (10028, 10040, 10041, 10047, 10066, 11051, 11094, 13028, 13503, 13888))),
    ),
    "gate": Errors(
        gate.API.judge,
        [],
        {"label": "CONTRACT_NOT_FOUND", "message": "no such contract"},
        {"label": "SOMETHING", "message": "something"},
        tuple({"label": one, "message": "busy"} for one in ("SERVER_ERROR", "INTERNAL", "TOO_BUSY")),
    ),
    "kraken": Errors(
        kraken.API.judge,
        {"candles": []},
        {"result": "error", "error": "invalidArgument: symbol"},
        {"result": "error", "error": "something"},
        tuple({"result": "error", "error": one} for one in ("apiLimitExceeded", "Unavailable", "Server Error")),
    ),
    "okx": Errors(
        okx.API.judge,
        {"code": "0", "data": []},
        {"code": "51001", "msg": "Instrument ID does not exist"},
        {"code": "59999", "msg": "something"},
        tuple(
            {"code": code, "msg": "busy"} for code in ("50001", "50004", "50005", "50011", "50013", "50026", "50061")
        ),
    ),
}
PASSING = [(venue, body) for venue, errors in VENUES.items() for body in (*errors.passing, errors.unknown)]
venues = pytest.mark.parametrize("venue", VENUES)


def answer(body: object, status: int) -> Response:
    return Response(json.dumps(body), status=status)


@pytest.mark.parametrize(("venue", "body"), PASSING, ids=[f"{venue}-{body}" for venue, body in PASSING])
@pytest.mark.parametrize("status", [200, 400, 500, 503])
def test_a_code_that_may_pass_is_waited_out_with_any_status(relay, venue, body, status):
    errors = VENUES[venue]
    relay.answers(URL, *[answer(body, status)] * (ATTEMPTS - 1), answer(errors.good, 200))
    assert relay.session.get_json(URL, judge=errors.judge) == errors.good
    assert len(relay.asked) == ATTEMPTS


@venues
@pytest.mark.parametrize("status", [200, 400])
def test_a_code_known_to_be_final_is_asked_once(relay, venue, status):
    errors = VENUES[venue]
    relay.answers(URL, answer(errors.final, status))
    with pytest.raises(RequestRefused):
        relay.session.get_json(URL, judge=errors.judge)
    assert len(relay.asked) == 1


@venues
def test_a_final_code_with_a_server_error_is_asked_a_few_times(relay, venue):
    errors = VENUES[venue]
    relay.answers(URL, answer(errors.final, 500))
    with pytest.raises(RequestRefused):
        relay.session.get_json(URL, judge=errors.judge)
    assert len(relay.asked) == FEW_ATTEMPTS


@venues
@pytest.mark.parametrize("status", [200, 503])
def test_an_unknown_code_that_stays_costs_its_series_and_blames_no_symbol(relay, venue, status):
    errors = VENUES[venue]
    relay.answers(URL, answer(errors.unknown, status))
    relay.answers(URL + "/other", answer(errors.good, 200))
    with pytest.raises(RequestRefused, match="the next run asks again") as raised:
        relay.session.get_json(URL, judge=errors.judge)
    assert "catalogue" not in str(raised.value)
    assert len(relay.asked) == ATTEMPTS
    assert relay.session.get_json(URL + "/other", judge=errors.judge) == errors.good


@pytest.mark.parametrize(
    ("venue", "body"), [(venue, body) for venue, errors in VENUES.items() for body in errors.passing], ids=str
)
def test_a_code_about_the_whole_venue_that_stays_is_no_refusal(relay, venue, body):
    relay.answers(URL, answer(body, 200))
    with pytest.raises(VenueFailing, match=r"12 times") as raised:
        relay.session.get_json(URL, judge=VENUES[venue].judge)
    assert "catalogue" not in str(raised.value)


@pytest.mark.parametrize("venue", ["bybit", "okx"])
def test_a_server_error_without_the_venues_envelope_is_waited_out(relay, venue):
    errors = VENUES[venue]
    gateway = answer({"message": "Service Unavailable"}, 503)
    relay.answers(URL, *[gateway] * (ATTEMPTS - 1), answer(errors.good, 200))
    assert relay.session.get_json(URL, judge=errors.judge) == errors.good


@pytest.mark.parametrize("status", [202, 204, 302, 307, 408, 409, 425, 503, 520, 524, 529, 599])
def test_a_status_that_does_not_blame_the_request_is_waited_out(relay, status):
    relay.answers(URL, *[Response("", status=status)] * (ATTEMPTS - 1), "[1]")
    assert relay.session.get_json(URL) == [1]


def test_a_gateway_of_a_live_venue_that_fails_is_waited_out_from_the_start():
    statuses = [502] * (ATTEMPTS - 1)
    spoil = lambda number, request, good: (statuses.pop(), {}, b"<html>Bad Gateway</html>") if statuses else None  # noqa: E731
    session = MarketSession(Market("live"), {}, pause=lambda seconds: None)
    session._session.mount("https://", AnsweringAdapter(spoil))
    url = "https://api.exchange.coinbase.com/products/BTC-USD/candles"
    assert session.get_json(url) == [], "the adapter answers the first question alone with rows"


@venues
def test_an_unknown_code_with_a_final_status_is_asked_once(relay, venue):
    errors = VENUES[venue]
    relay.answers(URL, answer(errors.unknown, 404))
    with pytest.raises(RequestRefused):
        relay.session.get_json(URL, judge=errors.judge)
    assert len(relay.asked) == 1


@pytest.mark.parametrize("code", [[], {}, None, 1.5, True, "x" * 3, float("nan")], ids=str)
@venues
def test_a_code_of_any_type_is_a_failed_attempt(relay, venue, code):
    body = json.loads(json.dumps(VENUES[venue].final))
    relay.answers(URL, answer(_with_code(body, code), 503), answer(VENUES[venue].good, 200))
    assert relay.session.get_json(URL, judge=VENUES[venue].judge) == VENUES[venue].good


def _with_code(body, code):
    """The error with another code, wherever the venue has it."""
    if isinstance(body, list):
        return [body[0], code, *body[2:]]
    if isinstance(body.get("error"), dict):
        return {"error": {**body["error"], "code": code, "type": code}}
    return {name: body[name] if name == "result" else code for name in body}
