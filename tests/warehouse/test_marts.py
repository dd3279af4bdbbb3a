"""Marts as frames: written whole or not at all, with their comments, and read back."""

from datetime import date

import duckdb
import polars as pl
import pytest

from tests.warehouse.small_warehouse import Interrupted
from warehouse.errors import WarehouseError
from warehouse.marts import mart_extent, read_mart, write_mart

FRAME = pl.DataFrame({"day": [date(2026, 1, 31), date(2026, 2, 1)], "flags": [["a"], None], "x": [1.5, None]})
HOSTILE = """it's a "mart"; --"""


def test_a_frame_is_read_back_as_it_was_written(connection):
    write_mart(connection, "regimes_daily", FRAME, "Labels", {})
    assert read_mart(connection, "regimes_daily").equals(FRAME)
    assert mart_extent(connection, "regimes_daily") == {
        "rows": 2,
        "first_day": date(2026, 1, 31),
        "last_day": date(2026, 2, 1),
    }


def test_writing_again_replaces_rows_and_columns(connection):
    write_mart(connection, "m", FRAME, "Labels", {})
    write_mart(connection, "m", FRAME.select("x").head(1), "Labels", {})
    assert read_mart(connection, "m").to_dicts() == [{"x": 1.5}]
    assert mart_extent(connection, "m") == {"rows": 1}


def test_names_and_comments_may_contain_anything(connection):
    write_mart(connection, HOSTILE, FRAME.rename({"x": HOSTILE}), HOSTILE, {HOSTILE: HOSTILE})
    assert HOSTILE in read_mart(connection, HOSTILE).columns
    tables = connection.execute("SELECT comment FROM duckdb_tables() WHERE table_name = ?", [HOSTILE]).fetchall()
    columns = connection.execute(
        "SELECT comment FROM duckdb_columns() WHERE table_name = ? AND column_name = ?", [HOSTILE, HOSTILE]
    ).fetchall()
    assert tables == columns == [(HOSTILE,)]


def test_a_mart_that_is_not_there_is_named_with_what_to_run(connection):
    with pytest.raises(WarehouseError, match=r"there is no marts.prices_daily; run dbt build"):
        read_mart(connection, "prices_daily")


@pytest.mark.parametrize("fault", ["comment", "commit"])
def test_a_write_that_fails_leaves_the_last_one(connection, fault):
    write_mart(connection, "m", FRAME, "Labels", {})

    def die() -> None:
        raise KeyboardInterrupt

    written_by = Interrupted(connection, "commit", die) if fault == "commit" else connection
    with pytest.raises((KeyboardInterrupt, duckdb.Error)):
        write_mart(written_by, "m", FRAME.head(1), "Labels", {"no_such_column": "x"} if fault == "comment" else {})
    assert read_mart(connection, "m").equals(FRAME)
