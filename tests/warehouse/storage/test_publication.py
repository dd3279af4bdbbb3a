"""Releases in a store: published whole or not at all, by one machine at a time, and read whole."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import duckdb
import polars as pl
import pytest

import leverage
from warehouse.damage import noted
from warehouse.errors import WrongMarket
from warehouse.publishing.release_folders import KEPT_RELEASES
from warehouse.settings import warehouse_at
from warehouse.storage.following import following
from warehouse.storage.objects import Objects, StorageError
from warehouse.storage.releases import ReleaseDamaged
from warehouse.storage.sync import fetch_published, put_now_json


class Killed(BaseException):
    """The end of a process, which no code handles."""


def stored(objects) -> set[str]:
    """The releases with at least one object in the store."""
    return {name.split("/")[1] for name in objects.names("releases")}


def pointer(objects) -> dict:
    return json.loads(objects.get("published.json").content)


def test_a_release_is_published_whole_and_read_elsewhere(machine, objects):
    one, reader = machine("one"), machine("reader")
    folder = one.run(1)
    assert pointer(objects) == {
        "format": 1,
        "release": folder.name,
        "folder": f"releases/{folder.name}",
        "releases": [folder.name],
    }
    put = {name.removeprefix(f"releases/{folder.name}/") for name in objects.names("releases")}
    assert put == {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    fetch_published(reader.warehouse)
    fetched = reader.warehouse.published.resolve()
    assert fetched == reader.warehouse.releases / folder.name
    for path in folder.rglob("*"):
        if path.is_file():
            copy = fetched / path.relative_to(folder)
            assert copy.read_bytes() == path.read_bytes()
            assert copy.stat().st_mode == path.stat().st_mode
    assert reader.warehouse.calendar() is None
    assert reader.warehouse.market() == "sample"


def test_what_is_published_is_fetched_once(machine, monkeypatch):
    one, reader = machine("one"), machine("reader")
    one.run(1)
    fetch_published(reader.warehouse)
    got = []
    get = Objects.get
    monkeypatch.setattr(Objects, "get", lambda self, name: got.append(name) or get(self, name))
    fetch_published(reader.warehouse)
    assert sorted(got) == ["now.json", "published.json", "warehouse.json"]


def test_three_releases_are_kept(machine, objects):
    one = machine("one")
    made = [one.run(mark).name for mark in range(KEPT_RELEASES + 2)]
    assert pointer(objects)["releases"] == made[: -KEPT_RELEASES - 1 : -1]
    assert stored(objects) == set(made[-KEPT_RELEASES:])
    assert {path.name for path in one.warehouse.releases.iterdir()} == stored(objects)


def test_of_two_machines_that_began_alike_the_second_is_refused(machine, objects):
    one, other = machine("one"), machine("other")
    one.run(1)
    one.begin()
    other.begin()
    first = one.publish(2)
    with pytest.raises(StorageError, match=r"another machine has published to .*; run again: leverage run"):
        other.publish(3)
    assert pointer(objects)["release"] == first.name
    assert stored(objects) == set(pointer(objects)["releases"]), "nothing is left of the other"
    assert other.mark() == 1
    other.run(3)
    assert other.mark() == 3
    assert pointer(objects)["releases"][1] == first.name


def test_of_two_first_releases_one_is_published(machine, objects):
    one, other = machine("one"), machine("other")
    one.begin()
    other.begin()
    first = one.publish(1)
    with pytest.raises(StorageError, match="another machine has published"):
        other.publish(2)
    assert pointer(objects)["release"] == first.name
    assert not other.warehouse.published.exists()


def test_two_markets_never_meet_in_one_store(machine, address):
    one, other = machine("one"), machine("other")
    one.begin()
    other.warehouse.claim("live")
    for attempt in (other.begin, lambda: fetch_published(other.warehouse)):
        with pytest.raises(WrongMarket, match=f"{address} holds the market 'live', not 'sample'"):
            attempt()


@pytest.mark.parametrize("at", ["SHA256SUMS", "leverage.duckdb", "published.json"])
def test_killed_before_the_pointer_the_last_release_stays_and_a_rerun_publishes(machine, objects, monkeypatch, at):
    one, reader = machine("one"), machine("reader")
    old = one.run(1)
    one.begin()
    put = Objects._put

    def killed(self, name, content, mode):
        if name.endswith(at):
            raise Killed
        return put(self, name, content, mode)

    with monkeypatch.context() as dying:
        dying.setattr(Objects, "_put", killed)
        with pytest.raises(Killed):
            one.publish(2)
    fetch_published(reader.warehouse)
    assert reader.mark() == 1
    assert pointer(objects)["release"] == old.name
    one.begin()
    assert one.mark() == 1
    new = one.publish(2)
    fetch_published(reader.warehouse)
    assert reader.mark() == one.mark() == 2
    assert stored(objects) == {old.name, new.name}, "what the killed run had put is gone"


def test_killed_after_the_pointer_it_is_published(machine, monkeypatch):
    one, reader = machine("one"), machine("reader")
    one.begin()
    with monkeypatch.context() as dying:

        def killed(*_: object, **changes: object) -> None:
            raise Killed

        dying.setattr("warehouse.storage.releases.update_state", killed)
        with pytest.raises(Killed):
            one.publish(1)
    assert not one.warehouse.published.exists()
    fetch_published(reader.warehouse)
    one.begin()
    assert one.mark() == reader.mark() == 1
    one.publish(2)


def test_a_reader_never_sees_two_releases_in_one_answer(machine, address, monkeypatch):
    """Five releases are published while one reader polls from Python and another's files are followed."""
    one, reader = machine("one"), machine("reader")
    one.run(0)
    fetch_published(reader.warehouse)
    stop, seen, wrong = threading.Event(), set(), []

    def poll() -> None:
        while not stop.is_set():
            release = leverage.open(address)
            folder = reader.warehouse.published.resolve()
            with duckdb.connect(folder / "leverage.duckdb", read_only=True) as connection:
                answers = [
                    {release.latest["mark"], *(release.table(name).polars()["mark"].item() for name in release.tables)},
                    {json.loads((folder / "latest.json").read_text())["mark"]}
                    | {connection.sql(f"SELECT mark FROM {name}").fetchall()[0][0] for name in release.tables},
                ]
            seen.update(*answers)
            wrong.extend(answer for answer in answers if len(answer) != 1)

    with following(reader.warehouse, every=0.05), ThreadPoolExecutor() as pool:
        polling = pool.submit(poll)
        for mark in range(1, 6):
            one.run(mark)
        stop.set()
        polling.result()
    assert wrong == []
    assert len(seen) > 2
    assert leverage.open(address).latest["mark"] == 5


def test_a_reader_without_our_code_reads_one_release_by_the_pointer(machine, objects, address, store):
    one = machine("one")
    one.run(1)
    folder = f"{address}/{pointer(objects)['folder']}"
    options = {
        "aws_endpoint_url": store.url,
        "aws_access_key_id": "any",
        "aws_secret_access_key": "any",
        "aws_region": "us-east-1",
        "aws_allow_http": "true",
    }
    rows = pl.scan_parquet(f"{folder}/parquet/prices_daily.parquet", storage_options=options).collect()
    assert rows.rows() == [(1,)]


def test_a_damaged_release_is_not_read_and_the_next_run_publishes_over_it(machine, objects):
    one, reader, other = machine("one"), machine("reader"), machine("other")
    folder = one.run(1)
    objects.put(f"releases/{folder.name}/latest.json", b"{}")
    with pytest.raises(ReleaseDamaged, match=r"latest\.json does not match its checksum; publish anew: leverage run"):
        fetch_published(reader.warehouse)
    assert not reader.warehouse.published.exists()
    assert list(reader.warehouse.releases.iterdir()) == []
    other.run(2)
    (line,) = noted(other.warehouse.root)
    assert f"{folder.name} is damaged" in line
    fetch_published(reader.warehouse)
    assert reader.mark() == 2


def test_a_store_that_has_lost_what_was_published_is_refused(machine, objects):
    one = machine("one")
    one.run(1)
    objects.delete(["published.json"])
    with pytest.raises(
        StorageError, match=r"no longer says what is published, and was at \S+; restore published\.json"
    ):
        one.begin()
    assert one.mark() == 1
    (one.warehouse.root / "store.json").unlink()
    one.run(2)
    assert pointer(objects)["release"] == one.warehouse.published.resolve().name


def test_a_damaged_pointer_is_one_line(machine, objects, address):
    machine("one").run(1)
    objects.put("published.json", b'{"release": "../../x"}')
    with pytest.raises(StorageError, match=r"published\.json is damaged: it names no release"):
        fetch_published(warehouse_at(address))


def test_the_newest_reading_of_the_running_day_goes_with_the_release(machine):
    one, reader = machine("one"), machine("reader")
    one.run(1)
    for hour in (14, 15):
        content = json.dumps({"refreshed_at": f"2026-02-02T{hour}:00:00+00:00"})
        one.warehouse.now_json.write_text(content)
        put_now_json(one.warehouse)
        fetch_published(reader.warehouse)
        assert (reader.warehouse.published / "now.json").read_text() == content
    one.run(2)
    fetch_published(reader.warehouse)
    assert (reader.warehouse.published / "now.json").read_text() == content
    reader.warehouse.now_json.write_text('{"refreshed_at": "2026-02-02T16:00:00+00:00"}')
    fetch_published(reader.warehouse)
    assert "T16" in (reader.warehouse.published / "now.json").read_text(), "an older one replaces none"


def test_a_reader_goes_on_while_the_store_is_away(machine, monkeypatch, caplog):
    one, reader = machine("one"), machine("reader")
    one.run(1)
    fetch_published(reader.warehouse)
    monkeypatch.setattr("warehouse.storage.objects.RETRIES", {"max_retries": 0})
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    tried = threading.Semaphore(0)
    monkeypatch.setattr("warehouse.storage.sync._fetch_now_json", lambda *_: None)
    monkeypatch.setattr(
        "warehouse.storage.sync.take_marker_unless_running",
        lambda warehouse, objects: (tried.release(), objects.get("warehouse.json")),
    )
    with following(reader.warehouse, every=0.01):
        for _ in range(3):
            assert tried.acquire(timeout=20)
    assert reader.mark() == 1
    assert caplog.text.count("cannot reach s3://") == 1, "the reason is logged once"
