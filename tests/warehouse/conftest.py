"""What the tests of the warehouse share: a directory of one, its landing, its build database with empty tables."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from ingest.landing import Landing
from warehouse.connection import build_database
from warehouse.location import Warehouse
from warehouse.raw_tables import create_tables


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    root = tmp_path / "a warehouse"
    root.mkdir()
    return Warehouse(root)


@pytest.fixture
def landing(warehouse: Warehouse) -> Landing:
    return Landing(warehouse.landing)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build database with its tables and no rows, made once: it takes longer than most tests."""
    path = tmp_path_factory.mktemp("template") / "build.duckdb"
    with build_database(path) as opened:
        create_tables(opened)
    return path


@pytest.fixture
def connection(warehouse: Warehouse, empty_database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    shutil.copy(empty_database, warehouse.build)
    with build_database(warehouse.build) as opened:
        yield opened
