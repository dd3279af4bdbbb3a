"""Bybit and OKX against the recorded market: the real client pages real answers, and every row of them lands."""

from __future__ import annotations

import csv
import gzip
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from ingest.http import MarketSession
from ingest.instrument import Instrument
from ingest.market import Market
from tests.ingest.scripted_venues import asking, conformed, days
from tests.recordings import NOT_RECORDED, RECORDED


@pytest.fixture(scope="module")
def session() -> Iterator[MarketSession]:
    if not RECORDED.is_dir():
        pytest.skip(NOT_RECORDED)
    with subprocess.Popen(
        [sys.executable, str(RECORDED / "serve.py"), "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as server:  # fmt: skip
        try:
            url = server.stdout.readline().split()[3]
            opened = MarketSession(Market.parse(url), {})
            yield opened
            opened.close()
        finally:
            server.terminate()


@pytest.mark.parametrize(
    ("feed", "symbol", "file", "stamp", "value", "column"),
    [
        ("bybit_klines", "BTCUSDT", "bybit_linear_BTCUSDT_1h", "open_time", "close", "close"),
        ("bybit_funding", "BTCUSDT", "bybit_linear_BTCUSDT_funding", "time", "funding_rate", "funding_rate"),
        ("okx_funding", "BTC-USDT-SWAP", "okx_BTC-USDT-SWAP_funding", "time", "funding_rate", "funding_rate"),
    ],
)
def test_every_recorded_row_lands_once(session, feed, symbol, file, stamp, value, column):
    request = asking(feed, session, days("2025-12-04", "2026-02-01"))
    request.instruments = (Instrument(symbol, "BTC", "perpetual", margin_type="linear"),)
    done = conformed(request, list(request.feed.fetch(request)))  # daily bars are not recorded, and refused
    assert done.quarantined.is_empty()
    first, last = datetime(2025, 12, 4), datetime(2026, 2, 2)
    with gzip.open(RECORDED / "data" / f"{file}.csv.gz", "rt") as lines:
        recorded = {
            datetime.fromtimestamp(int(row[stamp]) // 1000, UTC).replace(tzinfo=None): float(row[value])
            for row in csv.DictReader(lines)
        }
    landed = dict(done.rows.select(request.feed.observed, column).rows())
    landed = {at: number for at, number in landed.items() if first <= at < last}
    assert len(landed) > 150
    assert landed == pytest.approx({at: number for at, number in recorded.items() if first <= at < last})
