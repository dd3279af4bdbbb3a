"""Opening the databases and quoting what goes into their SQL."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from warehouse.connection import (
    build_database,
    first_row,
    identifier,
    literal,
    published_database,
    transaction,
)
from warehouse.damage import noted
from warehouse.errors import BuildDamaged, WarehouseError, WarehouseLocked

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

DIE = """
import duckdb, os, sys
connection = duckdb.connect(sys.argv[1])
connection.execute("SET checkpoint_threshold = '1GB'")
connection.execute("CREATE TABLE many AS SELECT range AS x FROM range(20_000)")
os._exit(0)
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


def no_database(path: Path) -> None:
    path.write_bytes(b"no database" * 1000)


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def flipped_at(place: int) -> Callable[[Path], None]:
    def flip(path: Path) -> None:
        content = bytearray(path.read_bytes())
        content[place] ^= 0x10
        path.write_bytes(content)

    return flip


@pytest.mark.parametrize(
    "damage",
    [no_database, cut, flipped_at(0), flipped_at(9), flipped_at(4100)],
    ids=["no database", "cut", "checksum", "magic", "header"],
)
def test_a_damaged_file_is_moved_aside_with_one_line_and_made_anew(warehouse, empty_database, damage):
    shutil.copy(empty_database, warehouse.build)
    damage(warehouse.build)
    content = warehouse.build.read_bytes()
    with build_database(warehouse.build) as connection:
        assert connection.execute("SELECT count(*) FROM duckdb_tables()").fetchone() == (0,)
    (kept,) = (warehouse.root / "damaged").glob("*/build.duckdb")
    assert kept.read_bytes() == content
    (line,) = noted(warehouse.root)
    assert line.startswith("build.duckdb is damaged (")
    assert line.endswith("; rebuilt from landing/")


def test_damage_that_shows_when_a_table_is_read_moves_the_file_aside_for_the_next_run(warehouse):
    with build_database(warehouse.build) as connection:
        connection.execute("CREATE TABLE many AS SELECT hash(range) AS x FROM range(500_000)")
    flipped_at(warehouse.build.stat().st_size // 2)(warehouse.build)
    with (
        pytest.raises(BuildDamaged, match=r"the next run makes it anew"),
        build_database(warehouse.build) as connection,
        transaction(connection),
    ):
        connection.execute("CREATE TABLE others AS SELECT * FROM many")
    warehouse.releases.mkdir()  # a run has been here
    with build_database(warehouse.build) as connection:
        assert connection.execute("SELECT count(*) FROM duckdb_tables()").fetchone() == (0,)
    assert len(noted(warehouse.root)) == 1


def test_a_write_ahead_log_that_is_damaged_or_left_over_goes_with_its_database(warehouse):
    log = warehouse.build.with_name("build.duckdb.wal")
    for damage in (lambda: flipped_at(log.stat().st_size // 2)(log), warehouse.build.unlink):
        subprocess.run([sys.executable, "-c", DIE, str(warehouse.build)], check=True)
        assert log.stat().st_size > 1000
        damage()
        with build_database(warehouse.build) as connection:
            assert connection.execute("SELECT count(*) FROM duckdb_tables()").fetchone() == (0,)
        warehouse.build.unlink()
    assert len(list((warehouse.root / "damaged").glob("*/build.duckdb.wal"))) == 2
    assert len(noted(warehouse.root)) == 2


def test_a_mistake_in_a_query_is_no_damage(warehouse):
    with pytest.raises(duckdb.CatalogException), build_database(warehouse.build) as connection:
        connection.execute("SELECT * FROM no_such_table")
    with pytest.raises(duckdb.Error), build_database(warehouse.build) as connection:
        connection.execute(f"SELECT * FROM read_parquet('{warehouse.root}/none.parquet')")
    assert warehouse.build.exists()
    assert noted(warehouse.root) == []


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
