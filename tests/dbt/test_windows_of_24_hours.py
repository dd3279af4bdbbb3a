"""The 24 hours that end at midnight are the calendar day: what the models say of both is the same."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from orchestration.dbt_assets import WINDOWS
from orchestration.internals.dbt_manifest import parsed_project
from orchestration.internals.dbt_process import build_untested
from regimes.marts import KEY, NUMBERS, OTHERS, VENUE_KEY
from warehouse.compiled_models import repeat

pytestmark = pytest.mark.slow

# Each model of windows, and the mart of days that has its columns.
MARTS = {
    "prices": "prices_daily",
    "rolling": "rolling_24h_daily",
    "liquidations": "liquidations_daily",
    "open_interest": "open_interest_daily",
    "funding": "funding_daily",
    "liquidations_by_venue": "liquidations_by_venue_daily",
    "open_interest_by_venue": "open_interest_by_venue_daily",
    "funding_by_venue": "funding_by_venue_daily",
}
# The simulated market has the funding of coin-margined contracts by the day alone, so only contracts compare.
OF_THE_SAME_SOURCES = sorted(set(MARTS) - {"funding"})


@pytest.fixture(scope="module")
def build(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The build database of a run, with the windows, which a run leaves to the database of the running day."""
    folder = tmp_path_factory.mktemp("windows")
    database = Path(shutil.copy(sample / "build.duckdb", folder))
    build_untested(parsed_project(), database, folder, [WINDOWS])
    with duckdb.connect(database, read_only=True) as connection:
        yield connection


def test_the_compiled_sql_of_each_table_repeats_it(sample: Path, tmp_path: Path) -> None:
    """`leverage now` runs it alone in most hours; each after those that it reads."""
    database = Path(shutil.copy(sample / "build.duckdb", tmp_path))
    tables = build_untested(parsed_project(), database, tmp_path, [f"+{WINDOWS}"])
    with duckdb.connect(database) as connection:
        built = {one.relation: connection.sql(f"FROM {one.relation} ORDER BY ALL").pl() for one in tables}
        for relation in built:
            connection.execute(f"DELETE FROM {relation}")
        for one in tables:
            repeat(connection, one)
        for relation, rows in built.items():
            assert_frame_equal(connection.sql(f"FROM {relation} ORDER BY ALL").pl(), rows)


def day_and_window(build: duckdb.DuckDBPyConnection, model: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The last day as its mart has it, and as the window has it that ends with it: what the rules read of them."""
    mart = MARTS[model]
    key = VENUE_KEY if model.endswith("by_venue") else KEY
    columns = list(dict.fromkeys((*key, *NUMBERS[mart], *OTHERS.get(mart, ()))))
    days = build.sql(f"FROM marts.{mart}").pl()
    last = days["day"].max()
    ended = pl.col("window_ended_at") == last + timedelta(days=1)
    windows = build.sql(f"FROM intermediate.int_window_24h__{model}").pl().filter(ended)
    windows = windows.with_columns(pl.lit(last).alias("day"))
    order = [name for name in key if name != "day"]
    return days.filter(pl.col("day") == last).select(columns).sort(order), windows.select(columns).sort(order)


@pytest.mark.parametrize("model", OF_THE_SAME_SOURCES)
def test_the_window_that_ends_at_midnight_is_the_day(build: duckdb.DuckDBPyConnection, model: str) -> None:
    day, window = day_and_window(build, model)
    if model == "funding_by_venue":
        day, window = (frame.filter(~pl.col("instrument").str.ends_with("_PERP")) for frame in (day, window))
        day, window = (frame.drop("weight_usd") for frame in (day, window))
    assert day.height > 1
    assert_frame_equal(window, day, rel_tol=1e-9)


def test_every_window_has_a_row_and_none_is_made_of_fewer_hours(build: duckdb.DuckDBPyConnection) -> None:
    """The first day has no 24 hours before it within the calendar, and hourly liquidations begin within it."""
    hours = build.sql("FROM intermediate.int_hours WHERE is_in_window").pl()
    liquidations = build.sql("FROM marts.liquidations_hourly").pl()
    first = liquidations.drop_nulls("liquidations_usd")["hour_at"].min()
    windows = build.sql("FROM intermediate.int_window_24h__liquidations").pl()
    assert windows.height == hours.height
    known = windows.drop_nulls("liquidations_usd")["window_ended_at"]
    assert known.min() == first + timedelta(days=1)
    assert known.n_unique() == (known.max() - known.min()) // timedelta(hours=1) + 1
