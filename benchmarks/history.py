"""What one more day costs with five years of days in landing and raw table, beside one with a month of them."""

from __future__ import annotations

import hashlib
import statistics
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from benchmarks.archives import ROWS_IN_FILE, refresh
from benchmarks.bulk_load import ARCHIVES, FEED
from benchmarks.file_server import serving
from benchmarks.metrics import published, write_archive
from ingest.archives.archive import Archive, Fetched
from ingest.archives.rows import read_rows
from ingest.catalogue import load_catalogue
from ingest.coverage import Part
from ingest.landing import Landing
from ingest.schema import conform
from ingest.windows import Window
from warehouse.connection import build_database
from warehouse.location import Calendar, Warehouse
from warehouse.raw_loading import load_segments
from warehouse.raw_tables import create_tables

LAST_DAY = date(2026, 5, 1)  # of the history
LONG, SHORT = 5 * 365, 30  # days, each a segment, as daily runs leave them
ROUNDS = 15


@dataclass(frozen=True)
class Round:
    """Seconds that the same day took in each warehouse."""

    long: float
    short: float


def measure(folder: Path) -> list[Round]:
    """Make both histories below `folder`, then add day after day to each in turn."""
    symbols = [instrument.symbol for instrument in load_catalogue().instruments[FEED.name]]
    (folder / "csv").mkdir(parents=True)
    for days in (LONG, SHORT):
        _make_history(Warehouse(folder / str(days)), symbols, days)
    added = [LAST_DAY + timedelta(days=i) for i in range(1, ROUNDS + 2)]
    for day in added:
        for symbol in symbols:
            write_archive(folder, symbol, day, ROWS_IN_FILE)
    with serving(folder) as address:
        seconds = [[_added(folder, days, address, symbols, day) for days in (LONG, SHORT)] for day in added]
    return [Round(*each) for each in seconds[1:]]  # the first imports and warms up


def ratio(rounds: list[Round]) -> float:
    """Median over the rounds of the long history to the short one."""
    return statistics.median(each.long / each.short for each in rounds)


def _added(folder: Path, days: int, address: str, symbols: list[str], day: date) -> float:
    begun = time.perf_counter()
    rows = refresh(Warehouse(folder / str(days)), address, symbols, Calendar(_first_day(days), day))
    took = time.perf_counter() - begun
    if rows != len(symbols) * ROWS_IN_FILE:
        raise RuntimeError(f"{rows} rows came, not the {len(symbols) * ROWS_IN_FILE} of one day")
    return took


def _first_day(days: int) -> date:
    return LAST_DAY - timedelta(days=days - 1)


def _make_history(warehouse: Warehouse, symbols: list[str], days: int) -> None:
    """Land the rows of the first day for every day, as a run after each of them would have, and load them."""
    landing, first = Landing(warehouse.landing), Window.of_days(_first_day(days), _first_day(days))
    texts = [published(symbol, first.start.date(), ROWS_IN_FILE).encode() for symbol in symbols]
    fetched = [Fetched(Archive(s, s, first), text, None) for s, text in zip(symbols, texts, strict=True)]
    frame = ARCHIVES.frame(read_rows(fetched, ARCHIVES.cells), FEED.schema)
    rows = conform(frame, FEED.schema, FEED.key, first.end).rows
    for i in range(days):
        later = timedelta(days=i)
        window = Window(first.start + later, first.end + later)
        parts = [_part(symbol, window) for symbol in symbols]
        moved = rows.with_columns(pl.col("snapshot_at", "labelled_at") + later)
        landing.write(FEED, moved, parts, window.end + timedelta(hours=4))
    with build_database(warehouse.build) as connection:
        create_tables(connection)
        load_segments(connection, landing, FEED)


def _part(symbol: str, window: Window) -> Part:
    url = f"https://{ARCHIVES.host}/{symbol}-{window.start:%Y-%m-%d}.zip"
    return Part(symbol, "archive", window, ROWS_IN_FILE, url, hashlib.sha256(url.encode()).hexdigest())
