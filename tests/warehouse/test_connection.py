"""Opening the databases and quoting what goes into their SQL."""

import subprocess
import sys

import duckdb
import pytest

from warehouse.connection import build_database, first_row, identifier, literal, published_database
from warehouse.errors import WarehouseError, WarehouseLocked

HOSTILE = [
    "plain",
    "with space",
    'quo"te',
    'end"',
    '"; DROP TABLE t; --',
    "it's",
    "';--",
    "",
    "Größe",
    "a\nb",
    "$1",
    "?",
]

OPEN = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("name", [name for name in HOSTILE if name])
def test_an_identifier_is_the_name_whatever_it_contains(name):
    columns = "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal"
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE {identifier(name)} ({identifier(name)} INTEGER)")
        assert connection.execute(columns).fetchall() == [(name, name)]


@pytest.mark.parametrize("text", [*HOSTILE, "\\", "\\'", "''", "E'x'"])
def test_a_literal_is_the_text_whatever_it_contains(text):
    with duckdb.connect() as connection:
        assert connection.execute(f"SELECT {literal(text)}").fetchone() == (text,)


def test_the_build_database_speaks_utc_and_is_closed_with_the_block(warehouse):
    with build_database(warehouse.build) as connection:
        assert first_row(connection, "SELECT current_setting('TimeZone')") == ("UTC",)
    with pytest.raises(duckdb.Error, match="closed"):
        connection.execute("SELECT 1")


def test_it_is_closed_when_the_block_fails(warehouse):
    with pytest.raises(ZeroDivisionError), build_database(warehouse.build) as connection:
        raise ZeroDivisionError
    with pytest.raises(duckdb.Error, match="closed"):
        connection.execute("SELECT 1")


def test_a_database_that_another_process_has_open_is_locked(warehouse, monkeypatch):
    monkeypatch.setattr("warehouse.connection.LOCK_PATIENCE_SECONDS", 0)
    other = subprocess.Popen(
        [sys.executable, "-c", OPEN, str(warehouse.build)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(WarehouseLocked, match=r"another process has .* open"), build_database(warehouse.build):
            pytest.fail("two had it open")
    finally:
        other.kill()
        other.wait(30)
        other.stdin.close()
        other.stdout.close()
    with build_database(warehouse.build) as connection:
        assert first_row(connection, "SELECT 1") == (1,)


def test_a_file_that_is_no_database_is_named_with_what_to_do(warehouse):
    warehouse.build.write_bytes(b"no database" * 1000)
    with (
        pytest.raises(WarehouseError, match=r"delete it, and the next run rebuilds it") as raised,
        build_database(warehouse.build),
    ):
        pytest.fail("opened")
    assert "\n" not in str(raised.value)


def test_a_path_with_lock_in_its_name_is_not_taken_for_a_lock(tmp_path):
    place = tmp_path / "blockchain" / "build.duckdb"
    place.mkdir(parents=True)
    with pytest.raises(WarehouseError, match=r"cannot open") as raised, build_database(place):
        pytest.fail("opened")
    assert not isinstance(raised.value, WarehouseLocked)


def test_first_row_is_none_without_rows_and_takes_values(warehouse):
    with build_database(warehouse.build) as connection:
        assert first_row(connection, "SELECT 1 WHERE false") is None
        assert first_row(connection, "SELECT x FROM range(5) t(x) WHERE x > ? ORDER BY x", [2]) == (3,)


def test_a_published_file_that_is_damaged_is_named(warehouse):
    path = warehouse.root / "leverage.duckdb"
    path.write_bytes(b"torn" * 5000)
    with pytest.raises(WarehouseError, match=r"cannot open"), published_database(path):
        pytest.fail("opened")
