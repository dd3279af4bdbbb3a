"""Features and labels written by chunks of assets: the same rows as of all assets at once, in the same order."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from benchmarks.classification import POSITIONING, drawn_days, marts_of
from regimes import DailyMarts, classify, daily_features, load_parameters
from tables.published.regimes import SUPPORTING_MART
from warehouse import marts as module
from warehouse.connection import build_database
from warehouse.errors import WarehouseError
from warehouse.marts import read_mart, write_mart
from warehouse.regime_tables import FEATURES, WRITTEN, write_classification, write_features

ASSETS, DAYS = 3, 100
NOW = datetime(2030, 1, 1)


def write_marts(connection: duckdb.DuckDBPyConnection, rows: pl.DataFrame) -> DailyMarts:
    """Write what dbt makes of these days; the marts alone."""
    marts = marts_of(rows)
    for name in (field.name for field in fields(marts)):
        write_mart(connection, name, getattr(marts, name), "", {})
    write_mart(connection, SUPPORTING_MART, rows.select(POSITIONING), "", {})
    return marts


@pytest.mark.parametrize("per_chunk", [1, 2, ASSETS])
def test_chunks_change_no_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, per_chunk: int) -> None:
    whole = module.chunks_of
    monkeypatch.setattr(module, "chunks_of", lambda assets: whole(assets, per_chunk))
    rows, parameters = drawn_days(ASSETS, DAYS), load_parameters()
    with build_database(tmp_path / "build.duckdb") as connection:
        marts = write_marts(connection, rows)
        write_features(connection, parameters)
        features = daily_features(marts, parameters, rows.select(POSITIONING))
        assert_frame_equal(read_mart(connection, FEATURES), features)
        expected = classify(features, parameters, NOW)
        assert_frame_equal(write_classification(connection, parameters, NOW), expected.days)
        for part, name in WRITTEN.items():
            assert_frame_equal(read_mart(connection, name), getattr(expected, part))


def test_without_an_asset_the_tables_are_there_and_empty(tmp_path: Path) -> None:
    parameters = load_parameters()
    with build_database(tmp_path / "build.duckdb") as connection:
        write_marts(connection, drawn_days(1, 1).clear())
        write_features(connection, parameters)
        assert write_classification(connection, parameters, NOW).is_empty()
        assert all(read_mart(connection, name).is_empty() for name in (FEATURES, *WRITTEN.values()))


def test_a_mart_that_dbt_has_not_built_is_named(tmp_path: Path) -> None:
    with (
        build_database(tmp_path / "build.duckdb") as connection,
        pytest.raises(WarehouseError, match=r"prices_daily.* is missing; run leverage run"),
    ):
        write_features(connection, load_parameters())


def test_a_run_that_fails_leaves_the_tables_as_they_were(tmp_path: Path) -> None:
    parameters = load_parameters()
    with build_database(tmp_path / "build.duckdb") as connection:
        marts = write_marts(connection, drawn_days(2, DAYS))
        write_features(connection, parameters)
        before = read_mart(connection, FEATURES)
        broken = marts.prices_daily.with_columns(pl.lit(date(2020, 1, 1)).alias("day"))
        write_mart(connection, "prices_daily", broken, "", {})
        with pytest.raises(ValueError, match="more than one row"):
            write_features(connection, parameters)
        assert_frame_equal(read_mart(connection, FEATURES), before)


def test_what_a_killed_run_has_left_is_replaced_and_gone(tmp_path: Path) -> None:
    parameters = load_parameters()
    with build_database(tmp_path / "build.duckdb") as connection:
        write_marts(connection, drawn_days(1, DAYS))
        for name in (FEATURES, *WRITTEN.values()):
            connection.execute(f"CREATE TABLE marts.{name}__next (of_another_version INTEGER)")
        write_features(connection, parameters)
        write_classification(connection, parameters, NOW)
        assert read_mart(connection, FEATURES).height == DAYS
        tables = connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    assert [name for (name,) in tables if name.endswith("__next") or name == "classified_days"] == []
