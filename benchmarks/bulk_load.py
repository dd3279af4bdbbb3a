"""Bulk load of five-minute archives: from zips to raw table and ledger, beside DuckDB's read_csv on the same text."""

from __future__ import annotations

import hashlib
import statistics
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

from benchmarks.metrics import write_archive
from ingest.archives.archive import Archive, Fetched, only_member
from ingest.archives.downloads import CHUNK
from ingest.archives.rows import read_rows
from ingest.coverage import Part
from ingest.feeds import feed_named
from ingest.landing import Landing
from ingest.schema import conform
from ingest.windows import Window
from warehouse.connection import build_database
from warehouse.raw_loading import load_segments
from warehouse.raw_tables import create_tables

FILES, ROWS_IN_FILE = 2000, 250
FIRST_DAY = date(2020, 6, 1)
ROUNDS = 3
FEED = feed_named("binance_um_open_interest")
ARCHIVES = FEED.fetch.archives


@dataclass(frozen=True)
class Result:
    """Rows per second of both, per round, in the order of the rounds."""

    loaded: list[float]
    plain: list[float]

    @property
    def ratio(self) -> float:
        """Median over the rounds of ours to plain."""
        return statistics.median(a / b for a, b in zip(self.loaded, self.plain, strict=True))


def measure(folder: Path) -> Result:
    """Make the archives below `folder`, then load them both ways in turn."""
    (folder / "csv").mkdir(parents=True)
    zips = [write_archive(folder, "BTCUSDT", FIRST_DAY + timedelta(days=i), ROWS_IN_FILE) for i in range(FILES)]
    loaded, plain = [], []
    for i in range(ROUNDS):
        loaded.append(FILES * ROWS_IN_FILE / _load(zips, folder / f"round-{i}"))
        plain.append(FILES * ROWS_IN_FILE / plain_load(folder))
    return Result(loaded, plain)


def _load(zips: list[Path], folder: Path) -> float:
    """Seconds from the first zip to the last row in the raw table: sum, unzip, parse, schema, segment, ledger."""
    now, landing = datetime(2026, 1, 1, tzinfo=UTC), Landing(folder / "landing")
    begun = time.perf_counter()
    for start in range(0, len(zips), CHUNK):
        chunk = [_verified(path) for path in zips[start : start + CHUNK]]
        parts = [Part("BTCUSDT", "archive", f.archive.window, ROWS_IN_FILE, f.archive.url, f.sha256) for f in chunk]
        frame = ARCHIVES.frame(read_rows(chunk, ARCHIVES.cells), FEED.schema)
        landing.write(FEED, conform(frame, FEED.schema, FEED.key, now).rows, parts, now)
    with build_database(folder / "build.duckdb") as connection:
        create_tables(connection)
        count = load_segments(connection, landing, FEED)
    took = time.perf_counter() - begun
    if count != len(zips) * ROWS_IN_FILE:
        raise RuntimeError(f"{count} rows arrived, not {len(zips) * ROWS_IN_FILE}")
    return took


def _verified(path: Path) -> Fetched:
    body = path.read_bytes()
    published = path.with_suffix(".zip.CHECKSUM").read_text().split()[0]
    found = hashlib.sha256(body).hexdigest()
    if found != published:
        raise RuntimeError(f"{path} does not match its checksum")
    day = date.fromisoformat(path.stem[-10:])
    return Fetched(Archive(path.name, "BTCUSDT", Window.of_days(day, day)), only_member(body, path.name), found)


def plain_load(folder: Path) -> float:
    """Seconds for `CREATE TABLE AS SELECT * FROM read_csv` over the unzipped files, types found by DuckDB."""
    database = folder / "plain.duckdb"
    begun = time.perf_counter()
    with duckdb.connect(database) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute("CREATE TABLE metrics AS SELECT * FROM read_csv(?)", [str(folder / "csv" / "*.csv")])
    took = time.perf_counter() - begun
    database.unlink()
    return took
