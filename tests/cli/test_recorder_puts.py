"""`leverage record` into object storage: segments are put while it records, and the last ones when it stops."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli import record as module
from ingest.landing import Landing
from tests.object_storage import Store
from tests.warehouse.small_warehouse import land
from warehouse.location import Warehouse
from warehouse.settings import warehouse_at
from warehouse.storage.objects import Objects, StorageError

PATIENCE = 30.0


@pytest.fixture
def warehouse(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    for name, value in store.machine(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(module, "PUT_EVERY", 0.05)
    found = warehouse_at(store.bucket())
    found.root.mkdir(parents=True)
    found.claim("live")
    return found


@dataclass
class OneSegment:
    """A recorder that lands a segment, waits until the store has it, lands another and stops."""

    warehouse: Warehouse
    fails: bool = False

    def stop(self) -> None: ...

    async def run(self) -> None:
        landing = Landing(self.warehouse.landing)
        first = land(landing, 1).name
        async with asyncio.timeout(PATIENCE):
            while stored(self.warehouse) != {first}:
                await asyncio.sleep(0.01)
        land(landing, 2)
        if self.fails:
            raise OSError("no space left on device")


def stored(warehouse: Warehouse) -> set[str]:
    """The segments that the store has."""
    return {name.removeprefix("landing/") for name in Objects(str(warehouse.address)).names("landing")}


def held(warehouse: Warehouse) -> set[str]:
    """The segments that are here."""
    return {str(path.relative_to(warehouse.landing)) for path in warehouse.landing.rglob("*.parquet")}


def recorded(warehouse: Warehouse, *, fails: bool = False) -> None:
    asyncio.run(module._until_stopped(OneSegment(warehouse, fails), warehouse))  # type: ignore[arg-type]


def test_segments_are_put_while_it_records_and_when_it_stops(warehouse: Warehouse) -> None:
    recorded(warehouse)
    assert len(held(warehouse)) == 2
    assert stored(warehouse) == held(warehouse)


def test_what_landed_before_a_failure_is_put(warehouse: Warehouse) -> None:
    with pytest.raises(OSError, match="no space left"):
        recorded(warehouse, fails=True)
    assert stored(warehouse) == held(warehouse)


def test_a_store_that_is_away_stops_no_recorder(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    put, tries = Objects._put, iter(range(3))

    def away_at_first(self, *arguments):
        if next(tries, None) is not None:
            raise StorageError("the store is away")
        return put(self, *arguments)

    monkeypatch.setattr(Objects, "_put", away_at_first)
    recorded(warehouse)
    assert stored(warehouse) == held(warehouse)
    said = [line.getMessage() for line in caplog.records if line.name == "record"]
    assert said == [f"the store is away; segments stay in {warehouse.landing} until then"] * 3
