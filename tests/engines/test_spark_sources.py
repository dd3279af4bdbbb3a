"""How landing is declared to Spark: the loaded segments alone, and rows of the build database where files differ."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from ingest.catalogue import load_catalogue
from ingest.coverage import Part
from ingest.feeds import feed_named
from ingest.landing import Landing, Segment
from orchestration.engines.spark_sources import declare_sources
from tests.engines.landing_zone import PRESENT, WINDOW
from warehouse.raw_loading import load_segments
from warehouse.raw_tables import create_tables
from warehouse.run_context import write_run_context

FEED = feed_named("gate_funding")
ROWS = pl.DataFrame([("BTC_USDT", datetime(2026, 1, 5, 8), 0.0001)], schema=FEED.rows_schema(), orient="row")


class Statements:
    """A session that keeps the statements that it gets."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def sql(self, statement: str) -> None:
        self.statements.append(statement)

    def of(self, name: str) -> str:
        """The statements about a table, as one text."""
        return "\n".join(statement for statement in self.statements if name in statement)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        create_tables(opened)
        write_run_context(opened, PRESENT, load_catalogue())
        yield opened


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "it's a place" / "landing")


def land(landing: Landing, rows: pl.DataFrame, hour: int) -> Segment:
    made = landing.write(
        FEED, rows, [Part(f"s{hour}", "rest", WINDOW, rows.height)], datetime(2026, 2, 1, hour, tzinfo=UTC)
    )
    assert made
    return made


def declared(connection: duckdb.DuckDBPyConnection, landing: Landing, folder: Path) -> tuple[str, list[str]]:
    """The statements about the feed, and the segments that are declared to Spark."""
    session = Statements()
    declare_sources(session, connection, landing, folder)
    loaded = pl.read_parquet(folder / "loaded_segments" / "0.parquet")
    return session.of(FEED.name), loaded["segment"].to_list()


def test_a_raw_table_is_the_landed_files_and_the_segments_in_the_ledger(
    connection: duckdb.DuckDBPyConnection, landing: Landing, tmp_path: Path
) -> None:
    first = land(landing, ROWS, 1)
    load_segments(connection, landing)
    land(landing, ROWS, 2)  # while the build is under way
    statements, segments = declared(connection, landing, tmp_path / "exports")
    assert segments == [first.name]
    assert "`settled_at` timestamp_ntz" in statements
    assert r"it\'s a place/landing/gate_funding'" in statements
    assert "inner join landing.loaded_segments" in statements


def test_a_column_that_an_old_segment_lacks_needs_no_export(
    connection: duckdb.DuckDBPyConnection, landing: Landing, tmp_path: Path
) -> None:
    feed = feed_named("hyperliquid_funding")
    rows = pl.DataFrame([("BTC", datetime(2026, 1, 5, 8), 0.0001, None)], schema=feed.rows_schema(), orient="row")
    landing.write(feed, rows.drop("premium"), [Part("BTC", "rest", WINDOW, 1)], PRESENT.now)
    load_segments(connection, landing)
    session = Statements()
    declare_sources(session, connection, landing, tmp_path / "exports")
    assert "`premium` double" in session.of(feed.name)
    assert not (tmp_path / "exports" / feed.name).exists()


@pytest.mark.parametrize("trouble", ["gone", "narrower type", "another file"])
def test_where_files_differ_the_rows_of_the_build_database_are_exported(
    trouble: str, connection: duckdb.DuckDBPyConnection, landing: Landing, tmp_path: Path
) -> None:
    narrow = ROWS.with_columns(pl.col("funding_rate").cast(pl.Float32))
    segment = land(landing, narrow if trouble == "narrower type" else ROWS, 1)
    load_segments(connection, landing)
    if trouble == "gone":
        landing.path(segment).unlink()
    if trouble == "another file":
        (landing.directory / FEED.name / "notes.txt").write_text("mine")
    statements, _ = declared(connection, landing, tmp_path / "exports")
    exported = pl.read_parquet(tmp_path / "exports" / FEED.name / "0.parquet")
    assert "join" not in statements
    assert exported.schema["funding_rate"] == pl.Float64
    assert exported["segment"].to_list() == [segment.name]


def test_hidden_files_are_no_trouble(connection: duckdb.DuckDBPyConnection, landing: Landing, tmp_path: Path) -> None:
    land(landing, ROWS, 1)
    load_segments(connection, landing)
    (landing.directory / FEED.name / ".unfinished").write_text("of a writer that died")
    statements, _ = declared(connection, landing, tmp_path / "exports")
    assert "inner join landing.loaded_segments" in statements
