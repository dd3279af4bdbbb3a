"""The simulated market behind a server on loopback, so that a test can spoil chosen answers on their way.

A relay like any other to the client: `https://HOST/path` is asked as `http://127.0.0.1:PORT/HOST/path`.
"""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from collections.abc import Callable
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

from ingest.sample import DEFAULT_SEED, SimulatedMarket, SimulatedMarketAdapter

Spoil = Callable[[str, bytes], bytes]
"""(host and path with its query, body) -> the body to send instead."""


class SimulatedRelay:
    """Serves the simulated market of one present on a port, or on a free one, until it is stopped."""

    def __init__(self, now: datetime, spoil: Spoil, port: int = 0) -> None:
        adapter = SimulatedMarketAdapter(SimulatedMarket(DEFAULT_SEED, now))

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                asked = self.path.lstrip("/")
                headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
                request = requests.Request("GET", f"https://{asked}", headers=headers).prepare()
                answer = adapter.send(request)
                body = _spoiled(adapter, asked, answer.content, spoil) if answer.status_code == 200 else answer.content
                self.send_response(answer.status_code)
                self.send_header("Content-Type", answer.headers["Content-Type"])
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nothing: the test says what went wrong."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _spoiled(adapter: SimulatedMarketAdapter, asked: str, body: bytes, spoil: Spoil) -> bytes:
    """A spoiled archive keeps a checksum that is true of it: a venue publishes its mistakes with their sum."""
    archive, is_sum, _ = asked.partition(".CHECKSUM")
    if not archive.endswith(".zip"):
        return spoil(asked, body)
    original = adapter.send(requests.Request("GET", f"https://{archive}").prepare()).content if is_sum else body
    with zipfile.ZipFile(io.BytesIO(original)) as opened:
        (name,) = opened.namelist()
        published = opened.read(name)
    rows = spoil(archive, published)
    if rows == published:
        return body
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as written:
        written.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), rows)
    zipped = buffer.getvalue()
    return f"{hashlib.sha256(zipped).hexdigest()}  {archive.rsplit('/', 1)[1]}\n".encode() if is_sum else zipped
