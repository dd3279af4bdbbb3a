"""Hourly readings and events are kept for ever: append-only, known as of any time, and made again from landing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import polars as pl
import pytest

from ingest.landing import Landing
from tables import field
from tables.frames import dtypes
from tables.published.hourly import EVENT, READING
from warehouse.connection import build_database
from warehouse.hourly_history import (
    land_events,
    land_readings,
    landed_events,
    landed_readings,
    now_as_of_macro,
    undelivered_events,
    write_hourly_tables,
)
from warehouse.location import Warehouse
from warehouse.publishing.release import Release, publish

NOON = datetime(2026, 1, 31, 12)
NOW = NOON.replace(tzinfo=UTC) + timedelta(minutes=1)
HOUR = timedelta(hours=1)


def readings(event: str, revision: int = 1, hour: int = 0, asset: str = "BTC") -> pl.DataFrame:
    row = {"asset": asset, "window_ended_at": NOON + hour * HOUR, "revision": revision, "event": event}
    return pl.DataFrame([row], schema=dtypes(field(name) for name in READING))


def events(*ids: str) -> pl.DataFrame:
    rows = [{"event_id": one, "asset": "BTC", "kind": "flush_begins", "happened_at": NOON} for one in ids]
    return pl.DataFrame(rows, schema=dtypes(field(name) for name in EVENT))


def as_of(connection: duckdb.DuckDBPyConnection, landing: Landing, moment: datetime) -> list[Any]:
    write_hourly_tables(connection, landing)
    with duckdb.connect() as reader:
        held = connection.sql("FROM marts.readings_hourly").pl()
        reader.register("held", held)
        reader.execute("CREATE TABLE readings_hourly AS FROM held")
        reader.execute(now_as_of_macro())
        return reader.execute("FROM now_as_of(?)", [moment]).fetchall()


def test_a_correction_is_a_new_row_and_changes_nothing_that_was_known(
    connection: duckdb.DuckDBPyConnection, landing: Landing
) -> None:
    land_readings(landing, readings("mixed"), NOW)
    before = as_of(connection, landing, NOON + HOUR)
    assert [row[3] for row in before] == ["mixed"]
    land_readings(landing, readings("leverage_flush", revision=2), NOW + 2 * HOUR)
    land_readings(landing, readings("mixed", hour=1), NOW + 2 * HOUR)
    assert as_of(connection, landing, NOON + HOUR) == before
    assert [row[3] for row in as_of(connection, landing, NOON + 9 * HOUR)] == ["leverage_flush", "mixed"]
    assert as_of(connection, landing, NOON - HOUR) == []
    assert landed_readings(connection, landing)["event"].to_list() == ["mixed", "leverage_flush", "mixed"]


def test_a_clock_that_was_set_back_keeps_the_order(connection: duckdb.DuckDBPyConnection, landing: Landing) -> None:
    land_readings(landing, readings("mixed"), NOW)
    before = as_of(connection, landing, NOON + HOUR)
    land_readings(landing, readings("leverage_flush", revision=2), NOW - 5 * HOUR)
    first, second = landed_readings(connection, landing)["available_at"]
    assert first < second
    assert as_of(connection, landing, first) == before


def test_readings_and_events_outlive_the_database(
    connection: duckdb.DuckDBPyConnection, landing: Landing, warehouse: Warehouse
) -> None:
    land_readings(landing, readings("mixed"), NOW)
    land_events(landing, events("a"), NOW)
    kept = landed_readings(connection, landing), landed_events(connection, landing)
    assert kept[0].height == kept[1].height == 1
    with build_database(warehouse.root / "another.duckdb") as other:
        assert landed_readings(other, landing).equals(kept[0])
        assert landed_events(other, landing).equals(kept[1])


def test_the_tables_and_the_macro_are_published(
    connection: duckdb.DuckDBPyConnection, landing: Landing, warehouse: Warehouse
) -> None:
    land_readings(landing, readings("leverage_flush"), NOW)
    write_hourly_tables(connection, landing)
    release = Release(
        ["readings_hourly", "events_hourly"], {"market": "ours"}, {"simulated": False}, False, [now_as_of_macro()]
    )
    folder = publish(connection, warehouse, release, NOW)
    with duckdb.connect(folder / "leverage.duckdb", read_only=True) as reader:
        found = reader.execute("SELECT event FROM now_as_of('2026-01-31 13:00')").fetchall()
    assert found == [("leverage_flush",)]
    assert (folder / "schema" / "readings_hourly.json").exists()


def test_events_are_handed_out_until_they_are_delivered(landing: Landing) -> None:
    long_ago = datetime(2026, 1, 1)
    assert undelivered_events(landing, [], long_ago) == []
    land_events(landing, events("a", "b"), NOW)
    land_events(landing, events("b", "c"), NOW + HOUR)  # a restart between two files may land one again
    assert [one["event_id"] for one in undelivered_events(landing, ["a"], long_ago)] == ["b", "c"]
    assert [one["event_id"] for one in undelivered_events(landing, [], NOON + HOUR)] == ["c"]


@pytest.mark.parametrize("land", [land_readings, land_events])
def test_nothing_new_lands_nothing(land: Any, landing: Landing) -> None:
    land(landing, readings("mixed").clear() if land is land_readings else events(), NOW)
    assert not landing.directory.exists()
