"""Five-minute open interest of many symbols in the daily models, on DuckDB, Spark and Sail: seconds and peak memory.

`make bench` measures the engines whose environments are there (`make spark`, `make spark ENGINE=sail`). Alone:
`.venv/bin/python -m benchmarks.engines`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import zlib
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

from benchmarks.memory import watched
from ingest.catalogue import Catalogue
from ingest.coverage import Part
from ingest.feeds import feed_named
from ingest.instrument import Instrument
from ingest.landing import Landing
from ingest.windows import Window
from warehouse.connection import build_database
from warehouse.location import Calendar, Warehouse
from warehouse.raw_loading import load_segments
from warehouse.raw_tables import create_tables
from warehouse.run_context import RunContext, write_run_context
from warehouse.settings import DUCKDB, ENGINES

PROJECT = Path(__file__).resolve().parents[1]
FEED = feed_named("binance_um_open_interest")
DAYS, ROWS_IN_DAY, DAYS_IN_SEGMENT = 730, 288, 30
SYMBOLS = (50, 200)  # 10.5 and 42 million rows
LAST = date(2026, 2, 1)
PRESENT = RunContext(datetime(2026, 2, 2, 6, tzinfo=UTC), Calendar(LAST - timedelta(days=DAYS - 1), LAST))
MODELS = ["+int_open_interest__day_end", "+int_open_interest__five_minute_days", "+open_interest_daily"]


@dataclass(frozen=True)
class Built:
    """How an engine built the models of so many rows."""

    engine: str
    rows: int
    seconds: float
    megabytes: float


def measure(folder: Path) -> list[Built]:
    """Build the models on each engine that is there, in a process of its own, over the same landing zone."""
    found = []
    for count in SYMBOLS:
        place = folder / str(count)
        rows = _landed(Warehouse(place), count)
        for engine in ENGINES:
            python = Path(sys.executable) if engine == DUCKDB else PROJECT / f".venv-{engine}" / "bin" / "python"
            if python.exists():
                done = subprocess.run(
                    [python, "-m", "benchmarks.engines", engine, place, str(rows)],
                    cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=True,
                )  # fmt: skip
                found.append(Built(**json.loads(done.stdout.splitlines()[-1])))
    return found


def section(found: list[Built]) -> str:
    """The section of the page of measurements."""
    duckdb = {one.rows: one.seconds for one in found if one.engine == DUCKDB}
    lines = "\n".join(
        f"| {one.rows:,} | {one.engine} | {one.seconds:.0f} | {one.megabytes:,.0f} |"
        f" {one.seconds / duckdb[one.rows]:.2f} | {1e6 * one.seconds / one.rows:.2f} |"
        for one in found
    )
    return f"""## Five-minute open interest on three engines

Open interest of {SYMBOLS[0]} and {SYMBOLS[1]} symbols over {DAYS} days, landed and loaded before. Each engine builds
the models of open interest, without tests, in a process of its own: opening the session, parsing, building, collecting.

| rows | engine | seconds | peak memory, MB | to DuckDB | seconds per million rows |
| --- | --- | --- | --- | --- | --- |
{lines}
"""


def _landed(warehouse: Warehouse, symbols: int) -> int:
    """Land and load made-up open interest; returns the number of rows."""
    names = [f"S{number:03}USDT" for number in range(symbols)]
    listed = tuple(Instrument(name, name[:4], "perpetual", "binance", name, "linear") for name in names)
    landing = Landing(warehouse.landing)
    for first in range(0, DAYS, DAYS_IN_SEGMENT):
        days = Window.of_days(
            PRESENT.calendar.first_day + timedelta(days=first),
            PRESENT.calendar.first_day + timedelta(days=min(first + DAYS_IN_SEGMENT, DAYS) - 1),
        )
        rows = _rows(names, days)
        landing.write(FEED, rows, [Part("all", "archive", days, rows.height)], PRESENT.now - timedelta(days=1))
    with build_database(warehouse.build) as connection:
        create_tables(connection)
        loaded = load_segments(connection, landing)
        write_run_context(connection, PRESENT, Catalogue({FEED.name: listed}, {}))
    return loaded


def _rows(names: list[str], days: Window) -> pl.DataFrame:
    """A row of each name for every five minutes of the window, with numbers that look random."""
    first = days.start.replace(tzinfo=None) + timedelta(minutes=5)
    moments = pl.datetime_range(first, days.end.replace(tzinfo=None), "5m", eager=True, time_unit="us")
    frame = pl.DataFrame({"symbol": names}).join(moments.alias("snapshot_at").to_frame(), how="cross")
    drawn = {
        name: (pl.struct("symbol", "snapshot_at").hash(zlib.crc32(name.encode())) % 1_000_003 / 1e3 + 1).round(3)
        for name, kind in FEED.rows_schema().items()
        if kind == pl.Float64
    }
    labelled = (pl.col("snapshot_at") - timedelta(minutes=5)).alias("labelled_at")
    frame = frame.with_columns(labelled, pl.lit("archive").alias("channel"), **drawn)
    return frame.select(pl.col(name).cast(kind) for name, kind in FEED.rows_schema().items())


def _build(engine: str, warehouse: Warehouse, rows: int) -> Built:
    # dbt takes seconds to import, and is not needed to land.
    from orchestration.engines import open_engine
    from orchestration.internals.dbt_process import build_arguments, refuse_failure

    arguments = build_arguments(warehouse.dbt, MODELS, exclude_kinds=("unit_test", "test"))
    began = time.perf_counter()
    with watched() as seen, open_engine(engine, warehouse) as opened:
        with build_database(warehouse.build) as connection:
            opened.prepare(connection)
        refuse_failure(opened.build(arguments), warehouse.dbt)
        with build_database(warehouse.build) as connection:
            opened.collect(connection, ["open_interest_daily"])
    return Built(engine, rows, time.perf_counter() - began, max(seen))


def main() -> None:
    """Measure everything and print it; with an engine, a warehouse and its rows, build there."""
    if sys.argv[1:]:
        engine, place, rows = sys.argv[1:]
        print(json.dumps(asdict(_build(engine, Warehouse(Path(place)), int(rows)))))
    else:
        with tempfile.TemporaryDirectory() as folder:
            print(section(measure(Path(folder))))


if __name__ == "__main__":
    main()
