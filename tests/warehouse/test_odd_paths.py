"""A warehouse in a folder of any name: loaded, published and read, with nothing beside it changed."""

import shutil

import polars as pl
import pytest

from ingest.landing import Landing
from orchestration.instance import open_instance
from orchestration.internals.event_storage import KeptConnections
from tests.warehouse.small_warehouse import FEED, NOW, land
from warehouse import odd_paths
from warehouse.connection import build_database
from warehouse.errors import WarehouseError
from warehouse.location import Warehouse
from warehouse.odd_paths import build_folder, misread
from warehouse.publishing.release import Release, publish
from warehouse.raw_loading import load_segments
from warehouse.raw_tables import create_tables
from warehouse.reading import open_release

NAMES = ["[2026] desk", "odds 50%25", "what?", "a#b", "back\\slash", "it's \"ours\"", "Börse 日本", "st*r", "{a,b}",
         "%(here)s", "$HOME", "a:b;c&d", "{{ x }}", "md:x", "-dash", " spaces ", "[bold]", "**", "a\\?b"]  # fmt: skip
MISREAD = [name for name in NAMES if "?" in name or "\\" in name]
folders = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(autouse=True)
def disk(tmp_path, monkeypatch):
    """Where databases go that DuckDB cannot open in their own folder."""
    folder = tmp_path / "disk"
    folder.mkdir()
    monkeypatch.setattr(odd_paths, "DISK", folder)
    return folder


@pytest.fixture
def warehouse(tmp_path, name):
    """A warehouse in a folder that has a neighbour for every character that could be taken for a pattern."""
    root = tmp_path / name / "w"
    for neighbour in ("2 desk", "star", "a", "b", "what", "back"):
        land(Landing(tmp_path / neighbour / "w" / "landing"), long_coin=99.0)
    root.mkdir(parents=True, exist_ok=True)
    return Warehouse(root)


@folders
def test_rows_are_loaded_and_loaded_again_from_landing_alone(warehouse, name, empty_database):
    landing = Landing(warehouse.landing)
    land(landing)
    for _ in range(2):
        shutil.copy(empty_database, warehouse.build)
        with build_database(warehouse.build) as connection:
            create_tables(connection)
            assert load_segments(connection, landing) == 1
            assert connection.execute(f"SELECT long_coin FROM raw.{FEED.name}").fetchall() == [(1.5,)]
        warehouse.build.unlink()


@folders
def test_a_release_is_written_and_read(warehouse, name, disk):
    with build_database(warehouse.build) as connection:
        connection.execute("CREATE SCHEMA marts; CREATE TABLE marts.prices_daily AS SELECT 'BTC' AS asset")
        latest = {"market": "x"}
        made = Release(("prices_daily",), {"market": "x"}, latest, simulated=False)
        folder = publish(connection, warehouse, made, NOW)
    assert (folder / "leverage.duckdb").stat().st_size > 0
    with open_release(warehouse) as release:
        assert release.select("SELECT asset FROM prices_daily").rows() == [("BTC",)]
    assert pl.read_parquet((folder / "parquet" / "prices_daily.parquet").open("rb")).rows() == [("BTC",)]
    kept = [path for path in disk.iterdir() if path != warehouse.build.parent]
    assert kept == [], "copies to read from are removed"


@pytest.mark.parametrize("name", ["[2026] desk", "odds 50%25", "what?", "a#b", "back\\slash", "%(here)s"])
def test_the_runs_of_dagster_are_kept_in_the_warehouse(warehouse, name, monkeypatch):
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    with open_instance(warehouse) as instance:
        assert instance.get_runs_count() == 0
        assert isinstance(instance.event_log_storage, KeptConnections), "dagster.yaml is read"
    with open_instance(warehouse) as instance:
        assert instance.get_runs_count() == 0
    assert (warehouse.dagster_home / "history" / "runs.db").is_file()
    assert (warehouse.dagster_home / "schedules" / "schedules.db").is_file()


@pytest.mark.parametrize("name", MISREAD)
def test_a_build_database_elsewhere_is_the_warehouses_own(warehouse, name, tmp_path, disk):
    folder = build_folder(warehouse.root)
    assert folder.parent == disk
    assert build_folder(warehouse.root) == folder, "the same for every run"
    copy = tmp_path / f"copy of {name}"
    shutil.copytree(warehouse.root, copy)
    assert build_folder(copy) != folder, "a copy has its own"
    shutil.rmtree(folder)
    assert build_folder(warehouse.root).is_dir(), "deleted, it is made again"
    link = tmp_path / "link"
    link.symlink_to(warehouse.root)
    assert misread(link), "DuckDB resolves links"


def test_a_plain_folder_keeps_its_build_database(tmp_path, disk):
    assert build_folder(tmp_path) == tmp_path
    assert list(disk.iterdir()) == []


def test_no_folder_to_put_it_in_is_said_in_one_line(tmp_path, monkeypatch):
    (bad := tmp_path / "b?d").mkdir()
    monkeypatch.setattr(odd_paths, "DISK", bad)
    with pytest.raises(WarehouseError, match="rename the folder") as raised:
        build_folder(bad)
    assert "\n" not in str(raised.value)
