"""Five-minute open interest in the dbt models: rows filtered before they are sorted, and a day that costs a day."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.bulk_load import FEED
from ingest.catalogue import load_catalogue
from orchestration.internals.dbt_manifest import reads_of
from orchestration.internals.dbt_process import BY_DAY
from warehouse.compiled_models import CompiledModel, remember, repeat
from warehouse.connection import build_database, transaction
from warehouse.location import Calendar
from warehouse.raw_tables import create_tables
from warehouse.run_context import RunContext, write_run_context
from warehouse.tables_by_day import facts_query

PROJECT = Path(__file__).resolve().parents[1] / "dbt_project"
ROWS = 10_000_000
SYMBOLS, ROWS_IN_DAY = 20, 288
LONG, SHORT = 730, 60  # days
LAST_DAY = date(2026, 5, 1)
READS, ROUNDS = 3, 12  # of what takes seconds, and of what takes a quarter of one
KEPT = "snapshot_at = date_trunc('hour', snapshot_at) OR snapshot_at::TIME >= '23:50'"


@dataclass(frozen=True)
class Read:
    """Seconds of the same rows, through the view and filtered first."""

    view: float
    filtered: float


@dataclass(frozen=True)
class Day:
    """Seconds that the tables by day took for one more day, in each warehouse."""

    long: float
    short: float


def measure_reads(folder: Path) -> list[Read]:
    """Read the hours' and days' ends of ten million rows in both ways, in turn."""
    database = _warehouse(folder, ROWS // (SYMBOLS * ROWS_IN_DAY))
    nodes = _dbt(folder, "compile")
    view, filtered = (nodes[f"stg_{FEED.name.replace('_', '__', 1)}{end}"] for end in ("", "__hour_ends"))
    reads = []
    with build_database(database) as connection:
        for _ in range(READS):
            through, narrow = f"FROM ({view}) WHERE {KEPT}", f"FROM ({filtered})"
            seconds, counted = zip(*(_read(connection, query) for query in (through, narrow)), strict=True)
            if counted[0] != counted[1]:
                raise RuntimeError(f"{counted[0]} rows through the view, {counted[1]} filtered first")
            reads.append(Read(*seconds))
    shutil.rmtree(folder)
    return reads


def measure_days(folder: Path) -> list[Day]:
    """Build two histories, then add day after day to each in turn."""
    for days in (LONG, SHORT):
        _warehouse(folder / str(days), days)
        _dbt(folder / str(days), "run", "--select", "+config.materialized:by_day")
        with build_database(folder / str(days) / "build.duckdb") as connection, transaction(connection):
            remember(connection, _tables_by_day(folder / str(days)))
    rounds = []
    for n in range(1, ROUNDS + 1):
        rounds.append(Day(*(_added(folder / str(days), LAST_DAY + timedelta(days=n)) for days in (LONG, SHORT))))
    shutil.rmtree(folder)
    return rounds


def read_ratio(reads: list[Read]) -> float:
    """Median over the rounds of the time through the view to the time filtered first."""
    return statistics.median(each.view / each.filtered for each in reads)


def day_ratio(days: list[Day]) -> float:
    """Median over the rounds of the long history to the short one."""
    return statistics.median(each.long / each.short for each in days)


def _warehouse(folder: Path, days: int) -> Path:
    """A build database with so many days of made-up snapshots up to LAST_DAY, each day a segment."""
    folder.mkdir(parents=True)
    calendar = Calendar(LAST_DAY - timedelta(days=days - 1), LAST_DAY)
    with build_database(folder / "build.duckdb") as connection:
        create_tables(connection)
        write_run_context(connection, RunContext(datetime(2026, 6, 1, tzinfo=UTC), calendar), load_catalogue())
        _land(connection, calendar.first_day, days)
    return folder / "build.duckdb"


def _land(connection: duckdb.DuckDBPyConnection, first: date, days: int) -> None:
    begun = datetime.combine(first, datetime.min.time())
    connection.execute(
        f"""
        INSERT INTO raw.{FEED.name} BY NAME
        SELECT
            ($names)[1 + s % len($names)] || CASE WHEN s < len($names) THEN '' ELSE s::VARCHAR END AS symbol,
            $begun + n * INTERVAL 5 MINUTE + d * INTERVAL 1 DAY AS snapshot_at, snapshot_at AS labelled_at,
            'archive' AS channel, 90_000.5 + n AS open_interest_coin, 60_000 * open_interest_coin AS open_interest_usd,
            $begun + d * INTERVAL 1 DAY + INTERVAL 28 HOUR AS ingested_at,
            '{FEED.name}/' || strftime($begun + d * INTERVAL 1 DAY, '%Y%m%d') AS segment
        FROM range($days) AS days(d), range(1, {ROWS_IN_DAY} + 1) AS rows(n), range({SYMBOLS}) AS symbols(s)""",
        {"names": [i.symbol for i in load_catalogue().instruments[FEED.name]], "begun": begun, "days": days},
    )
    connection.execute(
        f"""
        INSERT INTO raw.load_ledger
        SELECT DISTINCT segment, '{FEED.name}', 1, 1, ingested_at, ingested_at, 1
        FROM raw.{FEED.name} WHERE snapshot_at > ?""",
        [begun],
    )


def _read(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[float, Any]:
    begun = time.perf_counter()
    found = connection.execute(f"SELECT count(*), sum(open_interest_coin) {query}").fetchone()
    return time.perf_counter() - begun, found


def _added(folder: Path, day: date) -> float:
    """Land one day and make the tables by day again; the seconds of their statements."""
    with build_database(folder / "build.duckdb") as connection:
        _land(connection, day, 1)
        begun = time.perf_counter()
        for model in _tables_by_day(folder):
            with transaction(connection):
                repeat(connection, model)
        return time.perf_counter() - begun


def _tables_by_day(folder: Path) -> list[CompiledModel]:
    """The tables by day that dbt has built there, each after those that it reads."""
    manifest = json.loads((folder / "target" / "manifest.json").read_text())
    nodes = [node for node in manifest["nodes"].values() if node["config"]["materialized"] == BY_DAY]
    reads = {node["name"]: reads_of(manifest, node["unique_id"]) for node in nodes}
    return [
        CompiledModel(
            node["name"],
            node["compiled_code"],
            node["relation_name"],
            facts_query(node["compiled_code"], reads[node["name"]]),
        )
        for node in sorted(nodes, key=lambda node: len(reads[node["name"]].by_day))
    ]


def _dbt(folder: Path, *arguments: str) -> dict[str, str]:
    """Run dbt over the folder's database; the compiled SQL of each model by its name."""
    target = folder / "target"
    subprocess.run(
        [
            *(Path(sys.executable).with_name("dbt"), "--quiet", *arguments, "--threads", "1"),
            *("--project-dir", PROJECT, "--profiles-dir", PROJECT, "--target-path", target, "--log-path", target),
        ],
        env={**os.environ, "LEVERAGE_BUILD_DATABASE": str(folder / "build.duckdb")},
        check=True,
    )
    nodes = json.loads((target / "manifest.json").read_text())["nodes"].values()
    return {node["name"]: node.get("compiled_code") or "" for node in nodes}
