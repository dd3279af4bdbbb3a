"""dbt builds the models of the running day once; later hours repeat what it compiled, until the project changes."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from orchestration import window_models as module
from orchestration.errors import PipelineError
from orchestration.window_models import WindowModels, build_windows, window_models
from warehouse.compiled_models import CompiledModel
from warehouse.connection import first_row
from warehouse.fingerprint import remember_views
from warehouse.location import Warehouse
from warehouse.now_database import now_database
from warehouse.raw_tables import create_tables

HOURS = '"build"."main"."hours"'
TABLES = (
    CompiledModel("hours", "SELECT 24 AS hours", HOURS),
    CompiledModel("half", f"SELECT hours / 2 AS hours FROM {HOURS}", '"build"."main"."half"'),
)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """A warehouse whose models dbt has built."""
    found = Warehouse(tmp_path)
    with now_database(found) as connection:
        create_tables(connection)
        connection.execute("CREATE TABLE hours (hours BIGINT); CREATE TABLE half (hours DOUBLE)")
        module._remember(connection, {"binance_spot_klines"}, TABLES)
    return found


def half(warehouse: Warehouse) -> float | None:
    with now_database(warehouse) as connection:
        found = first_row(connection, "SELECT hours FROM half")
    return found[0] if found else None


def test_what_dbt_compiled_is_repeated_in_its_order(warehouse: Warehouse) -> None:
    models = window_models(warehouse)
    assert models == WindowModels({"binance_spot_klines"}, TABLES)
    build_windows(warehouse, models)
    assert half(warehouse) == 12


def test_a_query_that_fails_is_one_line_and_leaves_the_tables_of_the_hour_before(warehouse: Warehouse) -> None:
    build_windows(warehouse, window_models(warehouse))
    broken = (replace(TABLES[0], query="SELECT 48 AS hours"), replace(TABLES[1], query="SELECT 1 FROM nowhere"))
    with pytest.raises(PipelineError, match=r"^the models of the running day: .*nowhere.*$"):
        build_windows(warehouse, WindowModels(set(), broken))
    assert half(warehouse) == 12


def test_a_project_or_a_view_that_has_changed_is_built_by_dbt(warehouse: Warehouse) -> None:
    with now_database(warehouse) as connection:
        connection.execute("CREATE VIEW other AS SELECT 1 AS one")
    changed = window_models(warehouse)
    assert changed.tables == ()
    assert {"binance_spot_klines", "binance_um_open_interest"} <= changed.feeds
    assert "coinmetrics_network" not in changed.feeds


def test_a_database_of_before_is_built_by_dbt(warehouse: Warehouse) -> None:
    """It knows that its views are current, and has no queries."""
    with now_database(warehouse) as connection:
        connection.execute("DROP TABLE ops.compiled; DROP TABLE ops.window_feeds")
        remember_views(connection)
    found = window_models(warehouse)
    assert found.tables == ()
    assert "binance_spot_klines" in found.feeds


def test_an_hour_that_repeats_them_imports_neither_dbt_nor_dagster() -> None:
    heavy = "import sys, orchestration.now; print({name.split('.')[0] for name in sys.modules} & {'dbt', 'dagster'})"
    done = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
