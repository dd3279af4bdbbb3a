"""What the tests of object storage share: a local S3 server, and machines that publish small releases to it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from ingest.landing import Landing
from tests.object_storage import Store
from tests.warehouse.small_warehouse import NOW
from warehouse.connection import build_database
from warehouse.location import Warehouse
from warehouse.publishing.release import Release, publish
from warehouse.settings import warehouse_at
from warehouse.storage.objects import Objects
from warehouse.storage.sync import claim_store, take_over

TABLES = ("prices_daily", "feed_status")


@dataclass(frozen=True)
class Machine:
    """A working directory with an open build database, whose two marts hold the number of their release."""

    warehouse: Warehouse
    connection: duckdb.DuckDBPyConnection

    @property
    def landing(self) -> Landing:
        return Landing(self.warehouse.landing)

    def begin(self) -> None:
        """The steps at the beginning of a run."""
        take_over(self.warehouse)
        self.warehouse.claim("sample")
        claim_store(self.warehouse)

    def publish(self, mark: int, now: datetime = NOW) -> Path:
        """The end of a run: a release in which every file has the mark."""
        for name in TABLES:
            self.connection.execute(f"CREATE OR REPLACE TABLE marts.{name} AS SELECT {mark} AS mark")
        latest = {"mark": mark, "market": "sample", "first_day": "2026-01-30", "last_day": "2026-02-01"}
        about = {"mark": str(mark)}
        return publish(
            self.connection, self.warehouse, Release(TABLES, about, latest, True), now + timedelta(days=mark)
        )

    def run(self, mark: int) -> Path:
        self.begin()
        return self.publish(mark)

    def mark(self) -> int:
        """The mark of the release that is published here."""
        return json.loads((self.warehouse.published / "latest.json").read_text())["mark"]


@pytest.fixture
def address(store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """An empty warehouse in the store, which the environment knows how to reach."""
    for name, value in store.machine(tmp_path / "reader").items():
        monkeypatch.setenv(name, value)
    return store.bucket()


@pytest.fixture
def objects(address: str) -> Objects:
    return Objects(address)


@pytest.fixture
def machine(
    address: str, tmp_path: Path, empty_database: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Machine]]:
    """Machines by their names, each with a working directory of its own."""
    opened = []

    def made(name: str) -> Machine:
        with monkeypatch.context() as changed:
            changed.setenv("LEVERAGE_WORKING_DIRECTORY", str(tmp_path / name))
            warehouse = warehouse_at(address)
        warehouse.root.mkdir(parents=True)
        shutil.copy(empty_database, warehouse.build)
        database = build_database(warehouse.build)
        connection = database.__enter__()
        opened.append(database)
        connection.execute("CREATE SCHEMA marts")
        return Machine(warehouse, connection)

    yield made
    for database in opened:
        database.__exit__(None, None, None)
