"""Segments in a store: each is put once, fetched once and checked, and revisions come with their release."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from ingest.landing import REVISIONS, Landing
from ingest.windows import Window
from tests.warehouse.small_warehouse import FEED, FIRST, LAST, NOW, land, land_broken
from warehouse.damage import noted
from warehouse.errors import WarehouseError
from warehouse.raw_loading import load_segments
from warehouse.storage.objects import Objects, StorageError
from warehouse.storage.segments import StoredLanding
from warehouse.storage.sync import fetch_landing, put_landing, put_recorded
from warehouse.storage.working import refuse_working_directory


def landed(landing: Landing) -> dict[str, bytes]:
    """Every segment by its name."""
    directory = landing.directory
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*.parquet")}


def in_store(objects: Objects) -> dict[str, bytes]:
    return {name.removeprefix("landing/"): objects.get(name).content for name in objects.names("landing")}


def revise(landing: Landing, mark: int, hours: int = 0) -> str:
    """Land a revision of a label, as a run does before it publishes."""
    rows = pl.DataFrame({"asset": ["BTC"], "regime": [f"label-{mark}"]})
    segment = landing.record(REVISIONS, rows, Window.of_days(FIRST, LAST), NOW + timedelta(hours=hours))
    assert segment is not None
    return segment.name


@pytest.fixture
def puts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names that are put from now on."""
    put, names = Objects._put, []
    monkeypatch.setattr(Objects, "_put", lambda self, name, *rest: names.append(name) or put(self, name, *rest))
    return names


def test_segments_are_put_once_under_their_own_names(machine, objects, puts):
    one = machine("one")
    land(one.landing)
    land_broken(one.landing)
    one.begin()
    assert in_store(objects) == landed(one.landing)
    puts.clear()
    second = land(one.landing, 2)
    stored = StoredLanding(objects, one.landing)
    assert stored.put([FEED.name]) == 1
    assert stored.put() == 0
    put_landing(one.warehouse)
    one.begin()
    assert [name for name in puts if name.startswith("landing/")] == [f"landing/{second.name}"]
    assert in_store(objects) == landed(one.landing)


def test_two_processes_that_put_one_segment_leave_one(machine, objects, puts):
    one = machine("one")
    name = f"landing/{land(one.landing).name}"
    first, second = StoredLanding(objects, one.landing), StoredLanding(objects, one.landing)
    assert (first.known, second.known) == (set(), set())
    first.put()
    kept = objects.get(name).version
    second.put()
    assert objects.get(name).version == kept


def test_another_machine_takes_over_from_the_store_alone(machine, objects, puts):
    one, other = machine("one"), machine("other")
    for number in (1, 2):
        land(one.landing, number)
    revise(one.landing, 1)
    one.run(1)
    puts.clear()
    other.begin()
    assert landed(other.landing) == landed(one.landing)
    assert [name for name in puts if name.startswith("landing/")] == []
    assert load_segments(other.connection, other.landing) == 3


def test_a_damaged_segment_is_noted_and_left_out(machine, objects):
    one, other = machine("one"), machine("other")
    damaged, whole = land(one.landing, 1).name, land(one.landing, 2).name
    one.begin()
    content = objects.get(f"landing/{whole}").content
    objects.put(f"landing/{damaged}", content)
    objects.put("landing/notes.txt", b"not ours")
    objects.put(f"landing/too/deep/{damaged}", content)
    other.begin()
    assert set(landed(other.landing)) == {whole}
    (line,) = noted(other.warehouse.root)
    assert f"landing/{damaged} is damaged: its content does not match the hash in its name" in line


def test_what_could_not_be_put_is_put_by_the_next_run(machine, objects, monkeypatch):
    one = machine("one")
    one.begin()
    land(one.landing)
    with monkeypatch.context() as away:
        away.setattr("warehouse.storage.objects.RETRIES", {"max_retries": 0})
        away.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        for put in (put_landing, put_recorded):
            with pytest.raises(StorageError, match="cannot reach"):
                put(one.warehouse)
    assert in_store(objects) == {}
    one.begin()
    assert in_store(objects) == landed(one.landing)


def test_revisions_become_landed_by_the_publication(machine, objects):
    one = machine("one")
    one.begin()
    name = revise(one.landing, 1)
    put_landing(one.warehouse)
    assert in_store(objects) == {}
    one.publish(1)
    assert in_store(objects) == {name: landed(one.landing)[name]}


def test_revisions_of_a_publisher_that_was_killed_are_landed_by_who_takes_over(machine, objects, monkeypatch):
    one, other = machine("one"), machine("other")
    one.begin()
    name = revise(one.landing, 1)
    with monkeypatch.context() as dying:
        dying.setattr(
            "warehouse.storage.releases.land_revisions_of", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt)
        )
        with pytest.raises(KeyboardInterrupt):
            one.publish(1)
    assert in_store(objects) == {}
    other.begin()
    assert set(landed(other.landing)) == set(in_store(objects)) == {name}
    one.begin()
    assert set(landed(one.landing)) == {name}, "they were published, so they stay"


def test_revisions_of_a_lost_race_are_forgotten(machine, objects):
    one, other = machine("one"), machine("other")
    one.begin()
    other.begin()
    published = revise(one.landing, 1)
    revise(other.landing, 2, hours=-1)
    load_segments(other.connection, other.landing)
    one.publish(1)
    with pytest.raises(StorageError, match="another machine has published"):
        other.publish(2)
    assert set(in_store(objects)) == {published}
    other.connection.close()
    other.begin()
    assert set(landed(other.landing)) == {published}
    (line,) = noted(other.warehouse.root)
    assert "was not published, because another machine published to s3://" in line
    with machine_database(other) as connection:
        load_segments(connection, other.landing)
        loaded = connection.sql(f"SELECT segment FROM raw.{REVISIONS}").fetchall()
        assert loaded == connection.sql("SELECT segment FROM raw.load_ledger").fetchall() == [(published,)]


def machine_database(one):
    from warehouse.connection import build_database

    return build_database(one.warehouse.build)


def test_revisions_of_a_killed_run_stay_while_nobody_else_publishes(machine):
    one = machine("one")
    one.run(1)
    one.begin()
    name = revise(one.landing, 2)
    one.begin()
    assert set(landed(one.landing)) == {name}


def test_a_reading_of_the_running_day_begins_with_what_others_landed(machine):
    one, other = machine("one"), machine("other")
    one.begin()
    land(one.landing)
    put_landing(one.warehouse)
    fetch_landing(other.warehouse)
    assert landed(other.landing) == landed(one.landing)


def test_a_recorder_gives_an_empty_store_its_market(machine, objects):
    one, other = machine("one"), machine("other")
    one.warehouse.claim("live")
    land(one.landing)
    put_recorded(one.warehouse)
    assert b'"live"' in objects.get("warehouse.json").content
    other.warehouse.claim("sample")
    with pytest.raises(WarehouseError, match="holds the market"):
        put_recorded(other.warehouse)


def test_a_working_directory_is_no_warehouse_of_its_own(machine):
    one = machine("one")
    one.begin()
    refuse_working_directory(one.warehouse)
    local = type(one.warehouse)(one.warehouse.root)
    with pytest.raises(WarehouseError, match=r"is the working directory of s3://.*; use --warehouse s3://"):
        refuse_working_directory(local)
