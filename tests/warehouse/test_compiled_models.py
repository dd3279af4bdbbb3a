"""What dbt compiled is kept with the views that it made, and repeated without touching what a table is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from warehouse.compiled_models import Compiled, CompiledModel, CompiledTest, forget, remember, remembered, repeat
from warehouse.connection import build_database, transaction
from warehouse.raw_tables import create_tables

PRICES = CompiledModel("prices", "SELECT coin, price FROM quotes", "main.prices")
ABOVE_ZERO = CompiledTest("above_zero", "SELECT * FROM main.prices WHERE price <= 0 -- as compiled", is_error=True)
ORDINARY = CompiledTest("ordinary", "SELECT * FROM main.prices WHERE price > 1000", is_error=False)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A build database with a view and, as a contract of dbt makes it, a table."""
    with build_database(tmp_path / "build.duckdb") as connection:
        create_tables(connection)
        connection.execute("CREATE TABLE offers AS SELECT 'BTC' AS coin, 5 AS price")
        connection.execute("CREATE VIEW quotes AS SELECT price, coin FROM offers")
        connection.execute("CREATE TABLE prices (price DOUBLE, coin VARCHAR NOT NULL, PRIMARY KEY (coin))")
        connection.execute("COMMENT ON COLUMN prices.price IS 'In USD.'")
        yield connection


def kept(connection: duckdb.DuckDBPyConnection, *compiled: Compiled) -> list[Compiled]:
    with transaction(connection):
        remember(connection, compiled)
    return remembered(connection)


def test_what_dbt_built_comes_back_in_its_order(connection: duckdb.DuckDBPyConnection) -> None:
    assert remembered(connection) == []
    assert kept(connection, PRICES, ABOVE_ZERO, ORDINARY) == [PRICES, ABOVE_ZERO, ORDINARY]
    assert kept(connection, ORDINARY, PRICES) == [ORDINARY, PRICES]


def test_nothing_is_repeated_once_a_view_is_another(connection: duckdb.DuckDBPyConnection) -> None:
    assert kept(connection, PRICES)
    connection.execute("CREATE OR REPLACE VIEW quotes AS SELECT price + 1 AS price, coin FROM offers")
    assert remembered(connection) == []


def test_nothing_is_repeated_after_dbt_has_begun_to_build(connection: duckdb.DuckDBPyConnection) -> None:
    """It may have built other tables before it failed."""
    assert kept(connection, PRICES)
    forget(connection)
    assert remembered(connection) == []


def test_a_table_gets_new_rows_and_keeps_types_rules_and_comments(connection: duckdb.DuckDBPyConnection) -> None:
    for price in (5, 7):
        connection.execute("UPDATE offers SET price = ?", [price])
        with transaction(connection):
            repeat(connection, PRICES)
        assert connection.execute("FROM prices").fetchall() == [(float(price), "BTC")]
    columns = "SELECT data_type, is_nullable, comment FROM duckdb_columns() WHERE table_name = 'prices'"
    assert connection.execute(columns).fetchall() == [("DOUBLE", True, "In USD."), ("VARCHAR", False, None)]


def test_a_query_that_breaks_a_rule_of_its_table_leaves_the_rows_of_before(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    with transaction(connection):
        repeat(connection, PRICES)
    connection.execute("UPDATE offers SET coin = NULL")
    with pytest.raises(duckdb.ConstraintException), transaction(connection):
        repeat(connection, PRICES)
    assert connection.execute("FROM prices").fetchall() == [(5.0, "BTC")]


def test_a_test_counts_the_rows_that_break_it(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("INSERT INTO prices VALUES (-1, 'ETH'), (0, 'SOL'), (2000, 'BTC')")
    assert repeat(connection, ABOVE_ZERO).failures == 2
    assert repeat(connection, ORDINARY).failures == 1
