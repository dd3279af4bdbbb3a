"""What a session does with an attempt that failed but may succeed: it waits as asked, and gives up in the end."""

import json
import socket
from contextlib import suppress
from types import SimpleNamespace

import pytest
from werkzeug import Response

from ingest import http
from ingest.errors import HostUnreachable, RequestRefused, Transient, UnknownCode, VenueFailing
from ingest.http import ATTEMPTS, MarketSession
from ingest.market import Market
from tests.ingest.scripted_venues import wire_answer

URL = "https://venue.example/v1/rows"
GOOD = json.dumps([1, 2, 3])
HTML = "<html><body>Please come back later</body></html>"


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(lambda: Response(status=429), id="429"),
        pytest.param(lambda: Response(status=503), id="503"),
        pytest.param(lambda: Response(HTML, content_type="text/html"), id="html"),
        pytest.param(lambda: Response(GOOD[:5]), id="truncated-json"),
        pytest.param(lambda: Response(b""), id="empty"),
    ],
)
def test_a_passing_fault_costs_one_retry(relay, fault):
    relay.answers(URL, fault(), GOOD)
    assert relay.session.get_json(URL) == [1, 2, 3]
    assert len(relay.asked) == 2
    assert len(relay.pauses) == 1
    assert relay.session.traffic.retries == 1


@pytest.mark.parametrize(
    "fault",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Le", wire_answer("[1, 2", length=100), wire_answer("[1]", length=100)],
    ids=["dropped", "cut-in-the-head", "cut-in-the-body", "cut-where-it-still-is-json"],
)
def test_a_connection_that_breaks_off_costs_one_retry(wire, fault):
    venue = wire(fault, wire_answer(GOOD))
    assert venue.session.get_json(URL) == [1, 2, 3]
    assert venue.session.traffic.retries == 1


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("1.5", 1.5), ("0", 0.0), ("-3", 0.0)])
def test_retry_after_is_honoured_to_the_fraction(relay, header, seconds):
    relay.answers(URL, Response(status=429, headers={"Retry-After": header}), GOOD)
    relay.session.get_json(URL)
    (pause,) = relay.pauses
    assert seconds <= pause < seconds + 0.2


@pytest.mark.parametrize("header", ["Wed, 21 Oct 2026 07:28:00 GMT", "nan", "inf", "soon"])
def test_a_retry_after_without_seconds_falls_back_to_the_own_backoff(relay, header):
    relay.answers(URL, Response(status=503, headers={"Retry-After": header}), GOOD)
    relay.session.get_json(URL)
    (pause,) = relay.pauses
    assert 0.25 <= pause <= 0.75


def test_a_venue_that_asks_for_more_than_two_minutes_is_left_alone(relay):
    relay.answers(URL, Response(status=429, headers={"Retry-After": "121"}))
    relay.answers("https://other.example/x", "[1]")
    said = r"HTTP 429, 1 times, and asked for 121 seconds of quiet \(venue.example/v1/rows\)"
    for url in (URL, "https://venue.example/v1/another/symbol"):
        with pytest.raises(VenueFailing, match=said):
            relay.session.get_json(url)
    assert relay.pauses == []
    assert len(relay.asked) == 1, "going on asking is how a 429 becomes a ban"
    assert relay.session.get_json("https://other.example/x") == [1]


def test_the_backoff_doubles_up_to_eight_seconds_with_jitter(relay):
    relay.answers(URL, Response(status=503))
    with pytest.raises(VenueFailing):
        relay.session.get_json(URL)
    assert len(relay.pauses) == ATTEMPTS - 1
    for attempt, pause in enumerate(relay.pauses):
        least = min(0.25 * 2**attempt, 8)
        assert least <= pause <= min(least + 0.5, 8)


def test_giving_up_on_a_malformed_page_names_host_path_and_its_first_bytes(relay):
    relay.answers(URL, HTML + "x" * 200)
    with pytest.raises(VenueFailing) as raised:
        relay.session.get_json(URL)
    text = str(raised.value)
    assert (raised.value.host, raised.value.path) == ("venue.example", "/v1/rows")
    assert "venue.example/v1/rows" in text
    assert HTML[:40] in text
    assert "x" * 80 not in text
    assert "\n" not in text
    assert len(relay.asked) == ATTEMPTS


def test_an_error_code_under_http_200_is_for_the_judge_to_tell(relay):
    def judge(body: object, host: str, path: str) -> None:
        if isinstance(body, dict):
            kind = Transient if body["code"] == "busy" else RequestRefused
            raise kind(f"code {body['code']}", host=host, path=path)

    busy, wrong = '{"code": "busy"}', '{"code": "wrong symbol"}'
    relay.answers(URL, busy, busy, GOOD)
    assert relay.session.get_json(URL, judge=judge) == [1, 2, 3]
    assert relay.session.traffic.retries == 2

    relay.answers(URL + "/other", wrong)
    with pytest.raises(RequestRefused, match=r"code wrong symbol \(venue.example/v1/rows/other\)"):
        relay.session.get_json(URL + "/other", judge=judge)
    assert relay.session.traffic.retries == 2


def test_the_judge_tells_of_a_code_that_comes_with_an_http_error(relay):
    def judge(body: object, host: str, path: str) -> None:
        raise Transient("come again", host=host, path=path)

    relay.answers(URL, Response('{"code": -1003}', status=400), Response("not JSON", status=400))
    with pytest.raises(RequestRefused, match="HTTP 400: not JSON: not JSON"):
        relay.session.get_json(URL, judge=judge)
    assert relay.session.traffic.retries == 1


def busy(body: object, host: str, path: str) -> None:
    if isinstance(body, list):
        return
    raise Transient("too often", host=host, path=path, retry_after=30.0)


@pytest.mark.parametrize(("header", "seconds"), [({}, 30.0), ({"Retry-After": "2"}, 2.0)], ids=["body", "head"])
@pytest.mark.parametrize("status", [429, 503])
def test_how_long_to_wait_the_venue_may_say_in_the_body_where_the_head_does_not(relay, status, header, seconds):
    relay.answers(URL, Response('{"code": 7}', status=status, headers=header), GOOD)
    assert relay.session.get_json(URL, judge=busy) == [1, 2, 3]
    (pause,) = relay.pauses
    assert seconds <= pause < seconds + 0.2


def refusing(body: object, host: str, path: str) -> None:
    if not isinstance(body, list):
        raise RequestRefused("no such symbol", host=host, path=path)


def test_a_refusal_in_the_body_of_a_server_error_costs_this_question_alone(relay):
    relay.answers(URL, Response('{"code": 1}', status=500))
    relay.answers(URL + "/other", GOOD)
    with pytest.raises(RequestRefused, match=r"no such symbol \(venue.example/v1/rows\)"):
        relay.session.get_json(URL, judge=refusing)
    assert len(relay.asked) == http.FEW_ATTEMPTS, "in case that the server only stumbled"
    assert relay.session.get_json(URL + "/other", judge=refusing) == [1, 2, 3]


def test_a_refusal_in_the_body_of_a_429_is_about_the_rate(relay):
    relay.answers(URL, Response('{"label": "TOO_MANY_REQUESTS"}', status=429), GOOD)
    assert relay.session.get_json(URL, judge=refusing) == [1, 2, 3]


def test_a_host_that_accepts_no_connection_is_given_up_quickly_and_asked_no_more():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    pauses: list[float] = []
    session = MarketSession(Market.parse(f"http://127.0.0.1:{port}"), {}, pause=pauses.append)
    with pytest.raises(HostUnreachable, match=r"no connection \(venue.example\)"):
        session.get_json(URL)
    assert sum(pauses) < 5
    asked = session.traffic.requests
    with pytest.raises(HostUnreachable):
        session.get_json(URL + "/other")
    assert session.traffic.requests == asked
    session.close()


def test_a_host_behind_a_gateway_that_has_nothing_of_it_is_asked_no_more(relay):
    relay.answers(URL, *(Response(status=502) for _ in range(3)))
    with pytest.raises(HostUnreachable, match=r"no connection behind the gateway \(HTTP 502\)"):
        relay.session.get_json(URL)
    with pytest.raises(HostUnreachable):
        relay.session.get_json(URL)
    assert len(relay.asked) == 3


@pytest.fixture
def clock(relay, monkeypatch):
    """Time passes by waiting alone."""
    monkeypatch.setattr(http, "time", SimpleNamespace(monotonic=lambda: sum(relay.pauses)))


@pytest.mark.usefixtures("clock")
def test_a_host_that_does_nothing_but_fail_is_given_five_minutes_in_a_run(relay):
    relay.answers(URL, Response(status=429, headers={"Retry-After": "100"}))
    relay.answers("https://other.example/x", "[1]")
    with pytest.raises(VenueFailing, match=r"HTTP 429, 4 times \(venue.example/v1/rows\)"):
        relay.session.get_json(URL)
    with pytest.raises(VenueFailing):
        relay.session.get_json(URL + "/other")
    assert len(relay.asked) == 4
    assert relay.session.get_json("https://other.example/x") == [1]


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("answer", [Response(GOOD), Response("no such symbol", status=400)], ids=["rows", "refusal"])
def test_an_answer_between_failures_shows_that_the_host_is_there(relay, answer):
    fault = Response(status=429, headers={"Retry-After": "100"})
    relay.answers(URL, *[fault] * 3, answer, *[fault] * 3, GOOD)
    with suppress(RequestRefused):
        relay.session.get_json(URL)
    assert relay.session.get_json(URL) == [1, 2, 3]
    assert sum(relay.pauses) > http.PATIENCE


def test_a_gateway_that_fails_once_the_host_has_answered_is_a_passing_fault(relay):
    relay.answers(URL, GOOD, *(Response(status=502) for _ in range(5)), GOOD)
    assert relay.session.get_json(URL) == relay.session.get_json(URL) == [1, 2, 3]


def unknown(body: object, host: str, path: str) -> None:
    if isinstance(body, dict):
        raise UnknownCode(f"code {body['code']}", host=host, path=path)


def test_a_code_that_all_attempts_have_met_is_not_waited_out_again_for_the_next_series(relay):
    relay.answers(URL, *['{"code": 7}'] * 100)
    for _ in range(2):
        with pytest.raises(RequestRefused, match="code 7"):
            relay.session.get_json(URL, judge=unknown)
    assert len(relay.asked) == ATTEMPTS + http.FEW_ATTEMPTS
    relay.answers(URL + "/other", *['{"code": 8}'] * (ATTEMPTS - 1), GOOD)
    assert relay.session.get_json(URL + "/other", judge=unknown) == [1, 2, 3], "another code may pass"
