"""What the tests of ingest share: a session to a scripted loopback relay, and the recorded samples of the venues."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from ingest.http import MarketSession
from ingest.market import Host, Market


class Relay:
    """A loopback relay with scripted answers, and a session to it that does not wait but writes its pauses down."""

    def __init__(self, server: HTTPServer, hosts: dict[str, Host]) -> None:
        self.server = server
        self.pauses: list[float] = []
        self.session = MarketSession(Market.parse(server.url_for("/")), hosts, pause=self.pauses.append)

    def answers(self, url: str, *responses: Response | str) -> None:
        """What `url` is answered with, one after the other; the last one for ever."""
        left = [Response(r) if isinstance(r, str) else r for r in responses]

        def handler(request: Request) -> Response:
            return left.pop(0) if len(left) > 1 else left[0]

        self.server.expect_request(url.replace("https://", "/")).respond_with_handler(handler)

    @property
    def asked(self) -> list[Request]:
        return [request for request, _ in self.server.log]


class Wire:
    """A venue on a bare socket, for what a web server would not send or would not hand on: one answer a connection."""

    def __init__(self, *answers: bytes) -> None:
        self.requests: list[bytes] = []
        self._answers = answers
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        self.session = MarketSession(
            Market.parse(f"http://127.0.0.1:{self._listener.getsockname()[1]}"), {}, pause=lambda seconds: None
        )

    def _serve(self) -> None:
        with self._listener:
            self._listener.settimeout(10)
            for answer in self._answers:
                with self._listener.accept()[0] as connection:
                    self.requests.append(connection.recv(65536))
                    connection.sendall(answer)

    def close(self) -> None:
        self.session.close()
        self._thread.join(15)
        assert not self._thread.is_alive()


@pytest.fixture
def wire() -> Iterator[Callable[..., Wire]]:
    """Open a venue that gives these answers, all of which have to be asked for."""
    opened: list[Wire] = []

    def start(*answers: bytes) -> Wire:
        opened.append(Wire(*answers))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


@pytest.fixture
def hosts() -> dict[str, Host]:
    """Rate limits of the relayed session; a test overrides it by parametrizing."""
    return {}


@pytest.fixture
def relay(httpserver: HTTPServer, hosts: dict[str, Host]) -> Iterator[Relay]:
    opened = Relay(httpserver, hosts)
    yield opened
    opened.session.close()
