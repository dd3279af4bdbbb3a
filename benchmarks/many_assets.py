"""What a daily run over 200 assets costs beside one over 3.

The assets are made here: a server on loopback answers Coinalyze's four daily histories for any contract, with two years
before the day that is added. An asset has one contract and no flows. The funding of a day is known a day later.
"""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from benchmarks.pipeline import Run, leverage

FEW, MANY = 3, 200  # assets
FIRST, LAST = date(2024, 2, 1), date(2026, 2, 1)
ROUNDS = 3
FEEDS = ("open_interest", "liquidations", "klines", "funding")
DAY = 86_400


def measure(folder: Path) -> dict[int, list[Run]]:
    """The runs that add a day, by the number of assets."""
    runs: dict[int, list[Run]] = {FEW: [], MANY: []}
    folder.mkdir(parents=True)
    with serving() as address:
        for assets in runs:
            catalogue = folder / f"{assets}.toml"
            catalogue.write_text(catalogue_of(assets))
            leverage(*_options(folder, assets, address, 0), LEVERAGE_CATALOGUE=str(catalogue))
        for added in range(1, ROUNDS + 1):
            for assets, done in runs.items():
                catalogue = folder / f"{assets}.toml"
                done.append(leverage(*_options(folder, assets, address, added), LEVERAGE_CATALOGUE=str(catalogue)))
    return runs


def _options(folder: Path, assets: int, address: str, added: int) -> list[str]:
    now = datetime(LAST.year, LAST.month, LAST.day, 6, tzinfo=UTC) + timedelta(days=1 + added)
    where = ["--market", address, "--warehouse", str(folder / str(assets))]
    return ["run", *where, "--from", FIRST.isoformat(), "--now", now.isoformat()]


def catalogue_of(assets: int) -> str:
    """A catalogue of so many assets, the first of them Bitcoin."""
    names = ["BTC", *(f"A{number:03}" for number in range(1, assets))]
    return "\n".join(
        f'[[instruments]]\nasset = "{name}"\nvenue = "binance"\ninstrument = "{name}USDT"\nmarket = "perpetual"\n'
        f'margin_type = "linear"\n[instruments.symbols]\n'
        + "".join(f'coinalyze_{feed} = "{name}USDT_PERP.A"\n' for feed in FEEDS)
        for name in names
    )


@contextmanager
def serving() -> Iterator[str]:
    """The address of a relay that answers Coinalyze's daily histories."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Histories)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Histories(BaseHTTPRequestHandler):
    """GET /api.coinalyze.net/v1/<series>-history"""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        kind, params = asked.path.rsplit("/", 1)[1].removesuffix("-history"), parse_qs(asked.query)
        first, last = (int(params[name][0]) for name in ("from", "to"))
        found = [
            {"symbol": symbol, "history": [row for row in history(symbol, kind) if first <= row["t"] <= last]}
            for symbol in params["symbols"][0].split(",")
        ]
        body = json.dumps(found).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing on standard error."""


@cache
def history(symbol: str, kind: str) -> list[dict[str, float]]:
    """Every day of one series, drawn; the same in every process."""
    draw = random.Random(f"{symbol} {kind}")
    level, rows = 100.0, []
    start = int(datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC).timestamp())
    for day in range((LAST - FIRST).days + ROUNDS + 2):
        moved = level * (1 + draw.gauss(0, 0.03))
        bar = {"o": level, "h": max(level, moved) * 1.01, "l": min(level, moved) * 0.99, "c": moved}
        row: dict[str, float] = {"t": start + day * DAY}
        if kind == "liquidation":
            row |= {"l": draw.lognormvariate(0, 0.6), "s": draw.lognormvariate(0, 0.6)}
        elif kind == "funding-rate":
            rate = draw.gauss(0.006, 0.003)
            row |= {"o": rate, "h": rate + 0.001, "l": rate - 0.001, "c": rate}
        elif kind == "open-interest":
            row |= {name: 1e6 * value for name, value in bar.items()}
        else:
            row |= {**bar, "v": 1e7, "bv": 5e6, "tx": 1000, "btx": 500}
        rows.append(row)
        level = moved
    return rows
