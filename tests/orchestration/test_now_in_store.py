"""`leverage now` of a warehouse on object storage: machines share readings, events and `now.json`."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from ingest.landing import Landing
from orchestration.now import Now, refresh_now
from tests.object_storage import Store
from tests.orchestration.scripted_models import HOUR, NOW, Windows, publish_days, scripted_models
from tests.regimes.hourly_windows import FLUSH, NOON, calendar_days, joined, window
from tests.regimes.synthetic_marts import quiet_day
from warehouse.hourly_history import landed_events, landed_readings
from warehouse.location import NOW_JSON, Calendar, Warehouse
from warehouse.settings import Settings, warehouse_at
from warehouse.storage.objects import Objects, StorageError
from warehouse.storage.sync import claim_store, fetch_published, take_over

Machine = Callable[[str], Warehouse]


@pytest.fixture
def address(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in store.machine(tmp_path / "one").items():
        monkeypatch.setenv(name, value)
    return store.bucket()


@pytest.fixture
def on(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """The warehouse on the machine of a name, which is this one from now on."""

    def machine(name: str) -> Warehouse:
        monkeypatch.setenv("LEVERAGE_WORKING_DIRECTORY", str(tmp_path / name))
        return warehouse_at(address)

    return machine


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> Windows:
    """An hour with a flush, and the hour before it with the same."""
    said = scripted_models(monkeypatch)
    before = joined(window(FLUSH, NOON - HOUR), window(quiet_day(), NOON - HOUR, asset="ETH"))
    said.update({name: pl.concat([said[name], frame]) for name, frame in before.items()})
    return said


@pytest.fixture
def published(on: Machine, models: Windows) -> Warehouse:
    """Machine `one` has published the days before."""
    warehouse = on("one")
    warehouse.root.mkdir(parents=True)
    take_over(warehouse)
    warehouse.claim("sample")
    days = calendar_days().prices_daily["day"]
    warehouse.extend(Calendar(days.min(), days.max()))
    claim_store(warehouse)
    publish_days(warehouse)
    return warehouse


def refresh(address: str, now: datetime = NOW) -> Now:
    return refresh_now(Settings(market="sample", warehouse=address), now)


def history(warehouse: Warehouse) -> tuple[pl.DataFrame, pl.DataFrame]:
    with duckdb.connect() as connection:
        landing = Landing(warehouse.landing)
        return landed_readings(connection, landing), landed_events(connection, landing)


def test_another_machine_goes_on_from_the_readings_of_the_first(published: Warehouse, address: str, on: Machine):
    assert refresh(address, NOW - HOUR).new_readings == 2
    other = on("other")
    found = refresh(address)
    assert (found.new_readings, found.new_events) == (2, 1)
    assert [event["kind"] for event in found.document["events"]] == ["flush_begins"]
    on("one")
    again = refresh(address, NOW + timedelta(minutes=20))
    assert (again.new_readings, again.new_events) == (0, 0), "an event is one for all machines"
    assert again.document["assets"] == found.document["assets"]
    for here, there in zip(history(published), history(other), strict=True):
        assert here.equals(there)


def test_a_reader_on_a_third_machine_has_the_newest_reading(published: Warehouse, address: str, on: Machine):
    found = refresh(address)
    reader = on("reader")
    fetch_published(reader)
    assert json.loads((reader.published / NOW_JSON).read_text()) == found.document
    assert not reader.landing.exists(), "a reader fetches no landing"


def test_a_store_that_is_away_costs_a_refresh_and_no_reading(
    published: Warehouse, address: str, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as away:
        away.setattr(Objects, "_put", refusing)
        with pytest.raises(StorageError, match="away"):
            refresh(address)
    assert Objects(address).get(NOW_JSON) is None
    again = refresh(address, NOW + timedelta(minutes=20))
    assert again.new_readings == 0, "they had landed here"
    assert json.loads(Objects(address).get(NOW_JSON).content) == again.document
    assert len([name for name in Objects(address).names("landing") if "readings" in name]) == 1


def refusing(*_: object) -> None:
    raise StorageError("the store is away")
