"""400 symbols times 30 days of archives from a server on loopback to the raw table, beside DuckDB's read_csv.

The real feed over a relay: download, checksum, unzip, schema, landing, ledger. Each load is a process of its own.
"""

from __future__ import annotations

import multiprocessing
import resource
import shutil
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.bulk_load import FEED, plain_load
from benchmarks.file_server import serving
from benchmarks.memory import watched
from benchmarks.metrics import write_archive
from ingest.catalogue import Catalogue
from ingest.http import MarketSession
from ingest.instrument import Instrument
from ingest.market import Market
from warehouse.location import Calendar, Warehouse
from warehouse.refresh import Refresher
from warehouse.run_context import RunContext

SYMBOLS = [f"S{i:03}USDT" for i in range(400)]
FIRST_DAY, DAYS, ROWS_IN_FILE = date(2026, 5, 1), 30, 288
FILES = len(SYMBOLS) * DAYS
ROUNDS = 3


@dataclass(frozen=True)
class Load:
    """Rows per second, peak resident memory in MB, and processor time per second of the load; of all its processes."""

    rate: float
    megabytes: float
    processors: float


@dataclass(frozen=True)
class Round:
    """Both loads of the same files, one after the other."""

    ours: Load
    plain: Load


def measure(folder: Path) -> list[Round]:
    """Make the archives below `folder`, then load them both ways in turn."""
    (folder / "csv").mkdir(parents=True)
    for symbol in SYMBOLS:
        for day in range(DAYS):
            write_archive(folder, symbol, FIRST_DAY + timedelta(days=day), ROWS_IN_FILE)
    rounds = []
    with serving(folder) as address:
        for _ in range(ROUNDS):
            warehouse = Warehouse(folder / "warehouse")
            warehouse.root.mkdir()
            ours = _alone(_ingest, warehouse, address)
            shutil.rmtree(warehouse.root)
            rounds.append(Round(ours, _alone(plain_load, folder)))
    return rounds


def ratio(rounds: list[Round]) -> float:
    """Median over the rounds of our rows per second to read_csv's."""
    return statistics.median(each.ours.rate / each.plain.rate for each in rounds)


def refresh(warehouse: Warehouse, address: str, symbols: list[str], calendar: Calendar) -> int:
    """Bring the feed up to date as a run does, early on the day after; the rows that came."""
    instruments = tuple(Instrument(s, "BTC", "perpetual", "binance", s, "linear") for s in symbols)
    now = datetime.combine(calendar.last_day + timedelta(days=1), datetime.min.time(), UTC) + timedelta(hours=4)
    session = MarketSession(Market.parse(address), {})
    refresher = Refresher(warehouse, Catalogue({FEED.name: instruments}, {}), session, {})
    pulled = refresher.refresh(FEED, RunContext(now, calendar), "benchmark").pulled
    session.close()
    refresher.close()
    if pulled.skipped or pulled.notes or pulled.quarantined:
        raise RuntimeError(f"{pulled.skipped}, {pulled.notes}, {pulled.quarantined} rows in quarantine")
    return pulled.rows


def _ingest(warehouse: Warehouse, address: str) -> float:
    """Seconds from the first request to the last row in the raw table."""
    calendar = Calendar(FIRST_DAY, FIRST_DAY + timedelta(days=DAYS - 1))
    begun = time.perf_counter()
    rows = refresh(warehouse, address, SYMBOLS, calendar)
    took = time.perf_counter() - begun
    if rows != FILES * ROWS_IN_FILE:
        raise RuntimeError(f"{rows} rows arrived, not {FILES * ROWS_IN_FILE}")
    return took


def _alone(load: Callable[..., float], *arguments: Any) -> Load:  # noqa: ANN401 - whatever the load takes
    with multiprocessing.get_context("spawn").Pool(1) as process:
        seconds, megabytes, processor = process.apply(_timed, (load, *arguments))
    return Load(FILES * ROWS_IN_FILE / seconds, megabytes, processor / seconds)


def _timed(load: Callable[..., float], *arguments: Any) -> tuple[float, float, float]:  # noqa: ANN401
    before = _processor_seconds()
    with watched() as megabytes:
        seconds = load(*arguments)
    return seconds, max(megabytes), _processor_seconds() - before


def _processor_seconds() -> float:
    """Of this process, and of those that it started and that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
