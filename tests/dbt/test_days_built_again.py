"""Tables that are made day by day hold what making everything gives, whatever has changed since they were made last."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from ingest.catalogue import Catalogue, load_catalogue
from ingest.feeds import feed_named
from orchestration.internals.dbt_manifest import reads_of
from tests.dbt.compiled_models import manifest_of
from tests.pipelines import dbt
from warehouse.compiled_models import CompiledModel, repeat
from warehouse.connection import build_database, transaction
from warehouse.location import Calendar
from warehouse.run_context import RunContext, write_run_context
from warehouse.tables_by_day import facts_query

pytestmark = pytest.mark.slow

FIRST = datetime(2026, 1, 1)
SNAPSHOTS, BARS, BYBIT = "binance_um_open_interest", "binance_spot_klines", "bybit_open_interest"
ENDS = "snapshot_at = date_trunc('hour', snapshot_at) OR snapshot_at::TIME >= '23:50'"
Rows = list[dict[str, Any]]


def snapshots(day: int, coins: float = 90.0, hours: Iterable[float] = (*range(1, 24), 5.25, 23.9, 24)) -> Rows:
    """Open interest of the day after so many days, at these hours of it."""
    begun = FIRST + timedelta(days=day)
    return [
        {"symbol": "BTCUSDT", "snapshot_at": begun + timedelta(hours=hour), "labelled_at": begun, "channel": "archive",
         "open_interest_coin": coins + hour, "open_interest_usd": 1000 * (coins + hour)}
        for hour in hours
    ]  # fmt: skip


def bars(day: int, close: float = 100.0) -> Rows:
    begun = FIRST + timedelta(days=day)
    return [
        {"symbol": "BTCUSDT", "interval": "1h", "open_at": begun + timedelta(hours=hour), "open": close,
         "high": close + 9, "low": close - 9, "close": close + hour % 5, "volume": 2.0, "quote_volume": 200.0,
         "channel": "archive"}
        for hour in range(24)
    ]  # fmt: skip


def bybit(day: int, coins: float = 40.0) -> Rows:
    end = FIRST + timedelta(days=day + 1)
    return [{"symbol": "BTCUSDT", "snapshot_at": end, "open_interest_both_sides_coin": coins}]


class Days:
    """A warehouse in which segments land and whose tables by day are then made again."""

    def __init__(self, compiled: Path, folder: Path) -> None:
        self.folder, self.database, self.landed = folder, Path(shutil.copy(compiled / "build.duckdb", folder)), 0
        self.catalogued(load_catalogue())
        manifest = manifest_of(compiled)
        nodes = manifest["nodes"].values()
        self.models = {n["name"]: n for n in nodes if n["config"]["materialized"] == "by_day"}
        reads = {name: reads_of(manifest, node["unique_id"]) for name, node in self.models.items()}
        self.compiled = [
            CompiledModel(name, node["compiled_code"], node["relation_name"], facts_query(node["compiled_code"], read))
            for name, read in sorted(reads.items(), key=lambda one: len(one[1].by_day))  # none reads one that reads one
            for node in [self.models[name]]
        ]
        (self.snapshots,) = (n["compiled_code"] for n in nodes if n["name"] == "stg_binance__um_open_interest")

    def dbt(self, *arguments: str) -> None:
        target = self.folder / "target"
        done = dbt(*arguments, "--quiet", "--target-path", target, "--log-path", target, database=self.database)
        assert done.status == 0, done.said

    def catalogued(self, catalogue: Catalogue) -> None:
        context = RunContext(datetime(2026, 2, 1, 6, tzinfo=UTC), Calendar(date(2026, 1, 1), date(2026, 1, 31)))
        with build_database(self.database) as connection:
            write_run_context(connection, context, catalogue)

    def land(self, feed: str, rows: Rows) -> str:
        """Load the rows as the newest segment, and return its name."""
        self.landed += 1
        segment, fetched = f"{feed}/{self.landed:03}.parquet", datetime(2026, 2, 1) + timedelta(hours=self.landed)
        named = {name: dtype for name, dtype in feed_named(feed).rows_schema().items() if name in rows[0]}
        frame = pl.DataFrame(rows, schema=named).with_columns(ingested_at=pl.lit(fetched), segment=pl.lit(segment))
        with build_database(self.database) as connection:
            connection.register("landed", frame)
            connection.execute(f"INSERT INTO raw.{feed} BY NAME SELECT * FROM landed")
            connection.execute(
                "INSERT INTO raw.load_ledger VALUES (?, ?, ?, 1, ?, ?, 1)",
                [segment, feed, len(rows), fetched, fetched],
            )
        return segment

    def build(self) -> dict[str, set[date]]:
        """Make the tables by day; the days of each whose rows were written again. Each then equals its whole query."""
        self._mark()
        with build_database(self.database) as connection:
            for one in self.compiled:
                with transaction(connection):
                    repeat(connection, one)
            for model in self.models.values():
                stored = connection.sql(
                    f"SELECT * EXCLUDE (mark) FROM ({self._marked(connection, model)}) ORDER BY ALL"
                ).pl()
                whole = connection.sql(f"SELECT * FROM ({model['compiled_code']}) ORDER BY ALL").pl()
                assert stored.equals(whole), model["name"]
            return {name: self._written(connection, model) for name, model in self.models.items()}

    def rows(self, name: str) -> list[dict[str, Any]]:
        with build_database(self.database) as connection:
            return connection.sql(f"SELECT * FROM {self.models[name]['relation_name']} ORDER BY ALL").pl().to_dicts()

    def _mark(self) -> None:
        """Add a column to the tables that a build leaves as it is in rows that it does not write."""
        with build_database(self.database) as connection:
            for model in self.models.values():
                if _exists(connection, model):
                    connection.execute(f"ALTER TABLE {model['relation_name']} ADD COLUMN IF NOT EXISTS mark VARCHAR")
                    connection.execute(f"UPDATE {model['relation_name']} SET mark = 'kept'")

    @staticmethod
    def _marked(connection: duckdb.DuckDBPyConnection, model: dict[str, Any]) -> str:
        names = connection.sql(f"SELECT * FROM {model['relation_name']} LIMIT 0").columns
        return f"SELECT *{'' if 'mark' in names else ', NULL AS mark'} FROM {model['relation_name']}"

    def _written(self, connection: duckdb.DuckDBPyConnection, model: dict[str, Any]) -> set[date]:
        marked = self._marked(connection, model)
        return {day for (day,) in connection.sql(f"SELECT DISTINCT day FROM ({marked}) WHERE mark IS NULL").fetchall()}


def _exists(connection: duckdb.DuckDBPyConnection, model: dict[str, Any]) -> bool:
    query = "SELECT 1 FROM duckdb_tables() WHERE schema_name = ? AND table_name = ?"
    return connection.execute(query, [model["schema"], model["name"]]).fetchone() is not None


@pytest.fixture(scope="module")
def days(compiled: Path, tmp_path_factory: pytest.TempPathFactory) -> Days:
    """Twenty days of three feeds, built once."""
    made = Days(compiled, tmp_path_factory.mktemp("by-day"))
    with build_database(made.database) as connection:  # as an earlier version left it
        connection.execute("CREATE SCHEMA intermediate")
        connection.execute("CREATE VIEW intermediate.int_open_interest__day_end AS SELECT DATE '2020-01-01' AS day")
    for day in range(20):
        made.land(SNAPSHOTS, snapshots(day, 90 + day))
        made.land(BARS, bars(day, 100 + day))
        made.land(BYBIT, bybit(day, 40 + day))
    made.dbt("run", "--select", "+config.materialized:by_day")
    made.build()
    return made


def test_nothing_is_written_when_nothing_has_landed(days: Days) -> None:
    assert set().union(*days.build().values()) == set()


def test_a_condition_before_the_deduplication_gives_what_one_after_it_gives(days: Days) -> None:
    days.land(SNAPSHOTS, snapshots(6, 300.0, hours=(5, 5.25, 24)))
    days.build()
    with build_database(days.database) as connection:
        after = connection.sql(f"FROM ({days.snapshots}) WHERE {ENDS} ORDER BY ALL").pl()
    before = pl.DataFrame(days.rows("stg_binance__um_open_interest__hour_ends"), infer_schema_length=None)
    assert before.select("symbol", "snapshot_at", "open_interest_coin", "ingested_at").equals(
        after.select("symbol", "snapshot_at", "open_interest_coin", "ingested_at")
    )
    assert 300.0 + 5 in before["open_interest_coin"]
    assert 300.0 + 5.25 not in before["open_interest_coin"]


def test_a_new_day_writes_the_days_beside_it_alone(days: Days) -> None:
    for feed, rows in ((SNAPSHOTS, snapshots(20)), (BARS, bars(20)), (BYBIT, bybit(20))):
        days.land(feed, rows)
    written = days.build()
    assert all(min(each) >= date(2026, 1, 20) for each in written.values() if each)
    assert date(2026, 1, 21) in written["int_open_interest__day_end"]


def test_a_late_archive_and_a_restatement_reach_old_days_and_what_compares_with_them(days: Days) -> None:
    days.land(SNAPSHOTS, snapshots(4, 500.0))
    days.land(BARS, bars(10, 300.0))
    written = days.build()
    assert {date(2026, 1, 5), date(2026, 1, 6)} <= written["int_rolling_24h__open_interest"]
    assert {date(2026, 1, 11), date(2026, 1, 12)} <= written["int_rolling_24h__prices"]
    assert date(2026, 1, 18) not in written["int_rolling_24h__open_interest"]


@pytest.mark.proof
def test_a_day_whose_rows_are_restated_to_nothing_goes(days: Days) -> None:
    days.land(SNAPSHOTS, [{**row, "open_interest_coin": 0.0, "open_interest_usd": 0.0} for row in snapshots(7)])
    days.build()
    found = {row["day"] for row in days.rows("int_open_interest__day_end") if row["venue"] == "binance"}
    assert date(2026, 1, 8) not in found
    assert date(2026, 1, 9) in found


@pytest.mark.proof
def test_another_catalogue_reaches_every_day(days: Days) -> None:
    catalogue = load_catalogue()
    halved = {
        feed: tuple(replace(i, margin_type="inverse") if feed == BYBIT else i for i in listed)
        for feed, listed in catalogue.instruments.items()
    }
    days.catalogued(replace(catalogue, instruments=halved))
    assert date(2026, 1, 2) in days.build()["int_open_interest__day_end"]
    days.catalogued(catalogue)
    days.build()


@pytest.mark.proof
def test_a_lost_segment_reaches_its_days(days: Days) -> None:
    segment = days.land(SNAPSHOTS, snapshots(2, 700.0))
    days.build()
    with build_database(days.database) as connection:
        for table in (f"raw.{SNAPSHOTS}", "raw.load_ledger"):
            connection.execute(f"DELETE FROM {table} WHERE segment = ?", [segment])
    days.build()
    (row,) = (
        r for r in days.rows("int_open_interest__day_end") if r["day"] == date(2026, 1, 3) and r["venue"] == "binance"
    )
    assert row["open_interest_coin"] == 92 + 24


@pytest.mark.proof
def test_what_was_known_earlier_is_built_whole_and_so_is_the_present_after_it(days: Days) -> None:
    days.land(SNAPSHOTS, snapshots(1, 900.0))
    days.build()
    days.dbt("run", "--select", "+config.materialized:by_day", "--vars", "{as_of: '2026-02-01 10:00:00'}")
    assert {row["day"] for row in days.rows("int_open_interest__day_end")} < {date(2026, 1, d) for d in range(1, 6)}
    days.dbt("run", "--select", "+config.materialized:by_day", "--exclude", "config.materialized:by_day")
    days.build()
    assert date(2026, 1, 19) in {row["day"] for row in days.rows("int_open_interest__day_end")}


@pytest.mark.proof
def test_a_model_that_is_built_alone_takes_in_what_landed_when_what_it_reads_has(days: Days) -> None:
    days.land(SNAPSHOTS, snapshots(3, 800.0))
    days.dbt("run", "--select", "int_open_interest__day_end", "int_rolling_24h__open_interest")
    days.build()
