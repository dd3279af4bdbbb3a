"""A release: everything of one run at once, readable by older clients, and never half of it."""

import json
import os
import resource
import struct
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import duckdb
import pytest

from tests.warehouse.small_warehouse import NOW
from warehouse.errors import WarehouseError
from warehouse.publishing.release import KEPT_RELEASES, SIMULATED, Release, publish
from warehouse.reading import open_release, read_latest

WHOLE = ["SHA256SUMS", "latest.json", "leverage.duckdb", "parquet", "schema"]
ABOUT = {"market": 'it\'s "ours"', "simulated": "false"}


@pytest.fixture
def marts(connection):
    return filled(connection)


def filled(connection):
    """Two marts, one of them commented, the rows in no order."""
    connection.execute("CREATE SCHEMA marts")
    connection.execute("""
        CREATE TABLE marts.prices_daily AS SELECT * FROM (VALUES
            ('ETH', DATE '2026-02-01', 2.5), ('BTC', DATE '2026-02-01', NULL), ('BTC', DATE '2026-01-31', 1.5)
        ) t (asset, day, close_usd)""")
    connection.execute("CREATE TABLE marts.feed_status AS SELECT 'b' AS feed UNION ALL SELECT 'a'")
    connection.execute("COMMENT ON TABLE marts.prices_daily IS 'Prices of the day; it''s all there.'")
    connection.execute("COMMENT ON COLUMN marts.prices_daily.close_usd IS 'Last price [USD]'")
    return connection


def release(mark: int = 0, *, simulated: bool = False, tables=("prices_daily", "feed_status")) -> Release:
    return Release(tables, ABOUT, {"mark": mark, "missing": None}, simulated)


def published_mark(warehouse) -> int:
    return json.loads((warehouse.published / "latest.json").read_text())["mark"]


def test_a_release_is_a_database_one_parquet_file_a_mart_and_latest_json(marts, warehouse):
    folder = publish(marts, warehouse, release(), NOW)
    assert folder.parent == warehouse.releases
    found = sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())
    parquet = ["parquet/feed_status.parquet", "parquet/prices_daily.parquet"]
    schemas = [f"schema/{name}.json" for name in ("feed_status", "latest", "now", "pages", "prices_daily")]
    assert found == ["SHA256SUMS", "latest.json", "leverage.duckdb", *parquet, *schemas]
    assert warehouse.published.resolve() == folder.resolve()
    assert not os.path.isabs(os.readlink(warehouse.published))


def selected(warehouse, query, values=None):
    with open_release(warehouse) as opened:
        return opened.select(query, values)


def test_rows_are_the_marts_in_the_order_of_their_grain(marts, warehouse):
    publish(marts, warehouse, release(), NOW)
    rows = [("BTC", 1.5), ("BTC", None), ("ETH", 2.5)]
    assert selected(warehouse, "SELECT asset, close_usd FROM prices_daily").rows() == rows
    parquet = warehouse.published / "parquet"
    assert duckdb.sql(f"SELECT asset, close_usd FROM '{parquet / 'prices_daily.parquet'}'").fetchall() == rows
    assert duckdb.sql(f"SELECT feed FROM '{parquet / 'feed_status.parquet'}'").fetchall() == [("a",), ("b",)]


def test_what_it_is_stands_in_the_database_and_in_every_parquet_file(marts, warehouse):
    publish(marts, warehouse, release(), NOW)
    assert dict(selected(warehouse, "SELECT name, setting FROM about").rows()) == ABOUT
    for name in ("prices_daily", "feed_status"):
        path = warehouse.published / "parquet" / f"{name}.parquet"
        stored = duckdb.sql(f"SELECT key, value FROM parquet_kv_metadata('{path}')").fetchall()
        assert {k.decode(): v.decode() for k, v in stored}.items() >= ABOUT.items()


@pytest.mark.parametrize(("simulated", "mark"), [(False, ""), (True, SIMULATED)])
def test_comments_are_carried_over_and_simulated_ones_say_so_first(marts, warehouse, simulated, mark):
    publish(marts, warehouse, release(simulated=simulated), NOW)
    tables = dict(selected(warehouse, "SELECT table_name, comment FROM duckdb_tables()").rows())
    assert tables["prices_daily"] == f"{mark}Prices of the day; it's all there."
    assert tables["feed_status"] == mark
    columns = "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'prices_daily'"
    assert dict(selected(warehouse, columns).rows()) == {"asset": None, "day": None, "close_usd": "Last price [USD]"}


def test_the_database_can_be_opened_by_duckdb_1_2(marts, warehouse):
    """The storage version stands at byte 12 of the file: 64 is 1.0, 65 is 1.2, 66 is 1.3; 2.0 writes another."""
    publish(marts, warehouse, release(), NOW)
    with (warehouse.published / "leverage.duckdb").open("rb") as file:
        head = file.read(20)
    assert head[8:12] == b"DUCK"
    assert struct.unpack("<Q", head[12:]) == (65,)


def test_the_next_release_replaces_the_last_while_a_reader_keeps_the_old(marts, warehouse):
    publish(marts, warehouse, release(1), NOW)
    with open_release(warehouse) as opened:
        marts.execute("DELETE FROM marts.prices_daily WHERE asset = 'ETH'")
        publish(marts, warehouse, release(2), NOW + timedelta(days=1))
        assert opened.select("SELECT count(*) FROM prices_daily").item() == 3
    assert selected(warehouse, "SELECT count(*) FROM prices_daily").item() == 2
    assert published_mark(warehouse) == 2


def test_a_file_held_open_outlives_its_release(marts, warehouse):
    publish(marts, warehouse, release(0), NOW)
    with open_release(warehouse) as opened:
        for mark in range(1, KEPT_RELEASES + 2):
            publish(marts, warehouse, release(mark), NOW)
        assert opened.select("SELECT count(*) FROM prices_daily").item() == 3


def test_only_the_newest_releases_are_kept_whatever_the_clock_says(marts, warehouse):
    made = [publish(marts, warehouse, release(n), NOW - n * timedelta(days=1)) for n in range(KEPT_RELEASES + 2)]
    assert {path.name for path in warehouse.releases.iterdir()} == {path.name for path in made[-KEPT_RELEASES:]}
    assert published_mark(warehouse) == KEPT_RELEASES + 1


def test_what_is_no_release_is_left_alone(marts, warehouse):
    notes = warehouse.releases / "notes"
    notes.mkdir(parents=True)
    (warehouse.releases / "20260101T000000Z-x").mkdir()
    for mark in range(KEPT_RELEASES + 1):
        publish(marts, warehouse, release(mark), NOW)
    assert notes.is_dir()
    assert len(list(warehouse.releases.iterdir())) == KEPT_RELEASES + 2


# --- never half of it


class Dying:
    """The connection of a run that dies at the `last`-th thing it does to the disk or in the database."""

    def __init__(self, connection, monkeypatch, last: int) -> None:
        self._connection, self.last, self.done = connection, last, 0
        for name in ("mkdir", "rename", "symlink", "unlink", "fsync"):
            monkeypatch.setattr(os, name, self._counted(getattr(os, name)))

    @property
    def is_dead(self) -> bool:
        return self.done >= self.last

    def __getattr__(self, name):
        found = getattr(self._connection, name)
        return self._counted(found) if name in ("execute", "executemany") else found

    def _counted(self, work):
        def counted(*args, **kwargs):
            self.done += 1
            if self.done >= self.last:  # who is dead clears nothing up
                raise KeyboardInterrupt
            return work(*args, **kwargs)

        return counted


@pytest.mark.proof
def test_wherever_a_run_dies_a_whole_release_is_published_and_the_next_run_publishes(warehouse, monkeypatch):
    before_the_switch = after_it = 0
    for last in range(1, 1000):
        with duckdb.connect() as connection:
            whole = publish(filled(connection), warehouse, release(-last), NOW)
        assert warehouse.published.resolve() == whole.resolve()
        assert [path.name for path in warehouse.root.rglob("*") if path.name.startswith(".")] == []
        with duckdb.connect() as connection, monkeypatch.context() as patched:
            dying = Dying(filled(connection), patched, last)
            with suppress(KeyboardInterrupt):
                publish(dying, warehouse, release(last), NOW)
        assert sorted(path.name for path in warehouse.published.iterdir()) == WHOLE
        with open_release(warehouse) as opened:
            mark = opened.latest["mark"]
            assert opened.select("SELECT count(*) FROM prices_daily").item() == 3
        if not dying.is_dead:
            break
        assert mark in (-last, last)
        before_the_switch += mark == -last
        after_it += mark == last
    assert mark == last
    assert (before_the_switch > 20, after_it > 2) == (True, True)


def test_a_mart_that_is_not_there_is_named_and_publishes_nothing(marts, warehouse):
    publish(marts, warehouse, release(1), NOW)
    with pytest.raises(WarehouseError, match=r"there is no table marts.no_such to publish"):
        publish(marts, warehouse, release(2, tables=("prices_daily", "no_such")), NOW)
    assert published_mark(warehouse) == 1
    publish(marts, warehouse, release(3), NOW)


@pytest.mark.parametrize("limit", [8_192, 400_000])
def test_a_disk_that_takes_no_more_is_said_in_one_line_and_the_last_release_stays(marts, warehouse, limit):
    publish(marts, warehouse, release(1), NOW)
    marts.execute("CREATE TABLE marts.big AS SELECT hash(i) AS h, uuid() AS u FROM range(50000) t(i)")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        with pytest.raises(WarehouseError, match=r"cannot publish to .* the last release stays as it was") as raised:
            publish(marts, warehouse, release(2, tables=("big",)), NOW)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "\n" not in str(raised.value)
    assert published_mark(warehouse) == 1
    publish(marts, warehouse, release(3), NOW)
    assert published_mark(warehouse) == 3


def test_a_place_that_is_taken_by_a_file_is_named(marts, warehouse):
    warehouse.releases.write_text("in the way")
    with pytest.raises(WarehouseError, match=r"cannot publish to .*releases"):
        publish(marts, warehouse, release(), NOW)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_latest_json_never_holds_what_is_no_json(marts, warehouse, number):
    with pytest.raises(ValueError, match="not JSON compliant"):
        publish(marts, warehouse, Release((), ABOUT, {"mark": number}, False), NOW)
    assert read_latest(warehouse) is None


@pytest.mark.parametrize("name", ['quo"te', "it's; DROP TABLE x", "with space"])
def test_tables_and_columns_may_be_called_anything(marts, warehouse, name):
    quoted = name.replace('"', '""')
    marts.execute(f'CREATE TABLE marts."{quoted}" AS SELECT 1 AS "{quoted}"')
    text = name.replace("'", "''")
    marts.execute(f'COMMENT ON COLUMN marts."{quoted}"."{quoted}" IS \'{text}\'')
    publish(marts, warehouse, release(tables=(name,)), NOW)
    assert selected(warehouse, f'SELECT * FROM "{quoted}"').to_dicts() == [{name: 1}]
    comments = "SELECT comment FROM duckdb_columns() WHERE table_name = ?"
    assert selected(warehouse, comments, [name]).item() == name
    assert (warehouse.published / "parquet" / f"{name}.parquet").exists()


def test_the_build_database_is_as_it_was(marts, warehouse):
    publish(marts, warehouse, release(), NOW)
    databases = {name for (name,) in marts.execute("SELECT database_name FROM duckdb_databases()").fetchall()}
    assert "release" not in databases
    assert marts.execute("SELECT count(*) FROM marts.prices_daily").fetchone() == (3,)


def test_pages_are_written_or_taken_over_and_outlive_the_release_they_came_from(marts, warehouse):
    first = publish(marts, warehouse, replace(release(), files={"briefs/a.html": "the page of a"}), NOW)
    inode = (first / "briefs/a.html").stat().st_ino
    for number in range(KEPT_RELEASES + 1):
        last = warehouse.published.resolve()
        publish(marts, warehouse, replace(release(number), files={"briefs/a.html": last / "briefs/a.html"}), NOW)
    assert not first.exists()
    kept = warehouse.published / "briefs/a.html"
    assert kept.read_text() == "the page of a"
    assert kept.stat().st_ino == inode, "linked, not copied"
