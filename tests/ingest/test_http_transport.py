"""Which way a request goes: to the venue, to a relay or to the simulation, how fast, and what is counted."""

import io
import time

import pytest
import requests
import urllib3
from werkzeug import Response

from ingest.catalogue import load_catalogue
from ingest.errors import IngestError
from ingest.http import MarketSession
from ingest.market import Host, Market
from ingest.transport import Session
from tests.ingest.scripted_venues import wire_answer

URL = "https://venue.example/v1/rows"


def test_a_relay_gets_the_venues_host_as_the_first_part_of_the_path(relay):
    relay.answers(URL, "[]")
    relay.session.get_json(URL, {"symbol": "BTC/USD", "limit": 5})
    (asked,) = relay.asked
    assert asked.path == "/venue.example/v1/rows"
    assert dict(asked.args) == {"symbol": "BTC/USD", "limit": "5"}


def test_a_relay_below_a_path_and_with_a_slash_at_the_end_is_the_same(relay):
    session = MarketSession(Market.parse(relay.server.url_for("/mirror/")), {})
    relay.answers("https://mirror/venue.example/v1/rows", "[7]")
    assert session.get_json(URL) == [7]
    session.close()


def test_headers_of_one_request_are_not_kept_for_the_next(wire):
    venue = wire(wire_answer("[]"), wire_answer("[]"))
    venue.session.get_json(URL, headers={"api_key": "secret-key"})
    venue.session.get_json(URL)
    first, second = venue.requests
    assert b"api_key: secret-key" in first
    assert b"api_key" not in second


@pytest.fixture
def netrc(tmp_path, monkeypatch):
    """A netrc file that has a password for every host."""
    file = tmp_path / "netrc"
    file.write_text("default login somebody password not-a-real-one\n")
    file.chmod(0o600)
    monkeypatch.setenv("NETRC", str(file))


@pytest.mark.usefixtures("netrc")
@pytest.mark.parametrize("headers", [None, {"api_key": "secret-key"}])
@pytest.mark.parametrize("environment", [True, False])
def test_no_password_of_a_netrc_file_goes_to_a_venue(wire, headers, environment):
    venue = wire(wire_answer("[]"))
    with Session(environment=environment) as session:
        address = f"{venue.session.market.url}/rows"
        assert requests.Session().prepare_request(requests.Request("GET", address)).headers["Authorization"]
        session.get(address, headers=headers)
    assert b"authorization" not in venue.requests[0].lower()


@pytest.mark.usefixtures("netrc")
def test_no_password_of_a_netrc_file_goes_to_the_host_of_a_redirect(relay):
    relay.answers("https://venue.example/old", Response(status=302, headers={"Location": relay.server.url_for("/new")}))
    relay.answers("https://new", "[]")
    with Session(environment=True) as session:
        session.get(relay.server.url_for("/venue.example/old"))
    assert [request.path for request in relay.asked] == ["/venue.example/old", "/new"]
    assert not any("Authorization" in request.headers for request in relay.asked)


@pytest.mark.usefixtures("netrc")
def test_no_password_of_a_netrc_file_goes_with_an_archive():
    session = MarketSession(Market("live"), {})
    assert "Authorization" not in session._plain("venue.example", "https://venue.example/x.zip").headers


def test_proxies_and_certificates_of_the_environment_are_for_the_live_market_alone(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "direct.example")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/company.pem")
    live, relayed = MarketSession(Market("live"), {}), MarketSession(Market.parse("http://127.0.0.1:9"), {})
    assert live._settings("venue.example")["proxies"]["https"] == "http://proxy.example:3128"
    assert live._settings("venue.example")["verify"] == "/company.pem"
    assert "https" not in live._settings("direct.example")["proxies"]
    assert not relayed._settings("venue.example")["proxies"]
    assert relayed._settings("venue.example")["verify"] is True


def test_traffic_counts_requests_retries_and_received_bytes(relay):
    relay.answers(URL, Response("later", status=503), "[1, 2]")
    relay.session.get_json(URL)
    before = relay.session.traffic
    assert (before.requests, before.retries, before.bytes) == (2, 1, len("later") + len("[1, 2]"))
    relay.session.get_json(URL)
    later = relay.session.traffic.since(before)
    assert (later.requests, later.retries, later.bytes) == (1, 0, 6)


@pytest.mark.parametrize("hosts", [{"venue.example": Host(per_second=20, burst=0.1)}])
def test_a_host_is_asked_no_faster_than_its_limit(relay, hosts):
    """Two requests in a tenth of a second: the fifth has to wait for two tenths."""
    relay.answers(URL, "[]")
    started = time.monotonic()
    for _ in range(5):
        relay.session.get_json(URL)
    assert time.monotonic() - started >= 0.2


@pytest.mark.parametrize("hosts", [{"venue.example": Host(per_second=20, burst=0.1, counts_each="symbols")}])
def test_each_symbol_of_a_question_counts_where_the_venue_counts_them(relay, hosts):
    """Two symbols in a tenth of a second: the last of three pairs has to wait for two tenths."""
    relay.answers(URL, "[]")
    started = time.monotonic()
    for _ in range(3):
        relay.session.get_json(URL, {"symbols": "A,B"})
    assert time.monotonic() - started >= 0.2


LIMITED = {"venue.example": Host(per_minute=600), "venue.example/v1/rows": Host(per_minute=60)}


@pytest.mark.parametrize("hosts", [LIMITED])
def test_a_path_has_the_limit_of_the_longest_name_that_it_begins_with(relay, hosts):
    def limiter(url: str) -> object:
        return relay.session._session.get_adapter(url).limiter

    path, host = limiter("https://venue.example/v1/rows?symbol=x"), limiter("https://venue.example/v1/bars")
    assert path is not host
    assert limiter("https://venue.example/v1/rows/hist") is path
    assert limiter("https://venue.example/v2") is host
    assert not hasattr(relay.session._session.get_adapter("https://venue.example.org/"), "limiter")


def test_binances_paths_are_asked_no_faster_than_each_may_be():
    hosts = load_catalogue().hosts
    for api in ("fapi", "dapi"):
        assert hosts[f"{api}.binance.com/{api}/v1/fundingRate"].per_second * 300 <= 500
        assert hosts[f"{api}.binance.com/futures/data"].per_second * 300 <= 1000


@pytest.mark.parametrize("hosts", [{"venue.example": Host(per_second=100, burst=1)}])
def test_a_limited_host_is_relayed_too(relay, hosts):
    relay.answers(URL, "[3]")
    assert relay.session.get_json(URL) == [3]
    assert relay.asked[0].path == "/venue.example/v1/rows"


def test_the_sample_market_is_answered_by_its_simulation_alone():
    class Simulation(requests.adapters.BaseAdapter):
        def send(self, request, **kwargs):
            response = requests.Response()
            response.status_code, response.request = 200, request
            response.raw = urllib3.HTTPResponse(io.BytesIO(b'["simulated"]'), preload_content=False)
            return response

        def close(self) -> None: ...

    session = MarketSession(Market("sample"), {"venue.example": Host(per_second=1)}, simulation=Simulation())
    assert session.get_json(URL) == ["simulated"]
    with pytest.raises(IngestError, match="needs its simulation"):
        MarketSession(Market("sample"), {})


@pytest.mark.parametrize(
    ("text", "kind", "folder"),
    [
        ("sample", "sample", "sample"),
        ("live", "live", "live"),
        ("http://127.0.0.1:9080/", "relay", "relay-127.0.0.1-9080"),
        ("https://mirror.example", "relay", "relay-mirror.example-443"),
        ("http://[::1]:9080", "relay", "relay---1-9080"),
    ],
)
def test_a_market_is_named_by_word_or_address(text, kind, folder):
    market = Market.parse(text)
    assert (market.kind, market.folder) == (kind, folder)
    assert Market.parse(str(market)) == market
    assert market.simulated == (kind == "sample")


@pytest.mark.parametrize(
    "text",
    ["", "Sample", "ftp://host", "http://", "host:80", "http://h?x=1", "http://h#x", "http://h:port", "http://h:99999", "http://[::1"],
)  # fmt: skip
def test_anything_else_is_no_market(text):
    with pytest.raises(IngestError, match="is no market"):
        Market.parse(text)
