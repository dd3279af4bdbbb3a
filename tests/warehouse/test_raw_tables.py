"""The raw tables are what the feeds' schemas say, and a schema that changed makes its table anew from landing."""

import polars as pl
import pytest

from ingest.errors import IngestError
from ingest.feeds import LANDED
from ingest.schema import column_of
from tests.warehouse.small_warehouse import FEED, NOW, day, everything, land, land_broken, rows
from warehouse.raw_loading import load_segments
from warehouse.raw_tables import create_tables

TYPES = {
    "symbol": "VARCHAR",
    "open_at": "TIMESTAMP",
    "long_coin": "DOUBLE",
    "short_coin": "DOUBLE",
    "long_usd": "DOUBLE",
    "short_usd": "DOUBLE",
    "ingested_at": "TIMESTAMP",
    "segment": "VARCHAR",
}


def columns(connection, table: str) -> dict[str, str]:
    return dict(
        connection.execute(
            "SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name = 'raw' AND table_name = ?"
            " ORDER BY column_index",
            [table],
        ).fetchall()
    )


def comments(connection, table: str) -> dict[str, str]:
    return dict(
        connection.execute(
            "SELECT column_name, comment FROM duckdb_columns() WHERE schema_name = 'raw' AND table_name = ?", [table]
        ).fetchall()
    )


def test_a_raw_table_has_the_schemas_columns_and_its_lineage(connection):
    assert columns(connection, FEED.name) == TYPES
    assert list(columns(connection, FEED.name)) == list(TYPES)
    assert columns(connection, "coinmetrics_network")["day"] == "DATE"
    assert columns(connection, "binance_um_klines")["trade_count"] == "BIGINT"
    assert set(columns(connection, "quarantine").values()) == {"VARCHAR", "TIMESTAMP"}


@pytest.mark.parametrize("feed", LANDED, ids=lambda feed: feed.name)
def test_every_table_and_column_says_what_it_is_in_which_unit(connection, feed):
    (about,) = connection.execute("SELECT comment FROM duckdb_tables() WHERE table_name = ?", [feed.name]).fetchone()
    assert about == feed.description
    said = comments(connection, feed.name)
    assert set(said) == set(columns(connection, feed.name))
    for name, column in feed.schema.columns.items():
        unit = column_of(column).field.unit
        assert said[name] == (f"{column.description} [{unit}]" if unit else column.description)
    assert "fetched" in said["ingested_at"]


def test_making_the_tables_again_changes_nothing(connection, landing):
    land(landing)
    load_segments(connection, landing)
    before = everything(connection)
    create_tables(connection)
    assert everything(connection) == before


@pytest.mark.parametrize(
    "change",
    [
        "DROP COLUMN short_coin",
        "ADD COLUMN mood VARCHAR",
        "ALTER COLUMN long_coin TYPE VARCHAR",
        "RENAME COLUMN long_coin TO longs",
    ],
)
def test_a_table_of_another_schema_is_made_anew_and_filled_from_landing(connection, landing, change):
    land(landing)
    load_segments(connection, landing)
    before = everything(connection)
    connection.execute(f"ALTER TABLE raw.{FEED.name} {change}")
    create_tables(connection)
    assert columns(connection, FEED.name) == TYPES
    assert comments(connection, FEED.name)["long_coin"].endswith("[coin]")
    assert connection.execute("SELECT count(*) FROM ops.coverage").fetchone() == (0,)
    assert load_segments(connection, landing) == 1
    assert everything(connection) == before


def test_only_the_table_that_changed_is_made_anew(connection, landing):
    land(landing)
    land_broken(landing)
    load_segments(connection, landing)
    connection.execute("ALTER TABLE raw.quarantine ADD COLUMN mood VARCHAR")
    create_tables(connection)
    assert connection.execute("SELECT feed FROM raw.load_ledger").fetchall() == [(FEED.name,)]
    assert load_segments(connection, landing) == 1


def test_a_segment_with_a_column_that_its_feed_has_no_more_is_loaded_without_it(connection, landing):
    landing.write(FEED, rows(1).with_columns(pl.lit(1.0).alias("dropped")), [day(1)], NOW)
    assert load_segments(connection, landing, FEED) == 1


def test_a_segment_from_before_a_column_that_may_be_null_is_loaded_with_nulls(connection, landing):
    landing.write(FEED, rows(1).drop("long_usd", "short_usd"), [day(1)], NOW)
    assert load_segments(connection, landing, FEED) == 1
    held = connection.execute(f"SELECT long_coin, short_coin, long_usd, short_usd FROM raw.{FEED.name}").fetchall()
    assert held == [(1.5, 0.5, None, None)]


def test_a_segment_from_before_a_column_that_must_be_there_is_named_and_not_loaded_as_nulls(connection, landing):
    land(landing, 2)
    landing.write(FEED, rows(1).rename({"symbol": "contract"}), [day(1)], NOW)
    with pytest.raises(IngestError, match="lacks symbol, which its feed now requires"):
        load_segments(connection, landing, FEED)
