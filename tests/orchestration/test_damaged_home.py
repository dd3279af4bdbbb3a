"""Damaged files of Dagster and of dbt are moved aside with one line and made anew."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from orchestration import dbt_project
from orchestration.instance import (
    CONFIGURATION,
    dagster_home,
    note_lost_databases,
    open_instance,
    set_aside_damaged_databases,
)
from orchestration.internals.event_storage import KeptConnections
from warehouse.damage import noted
from warehouse.location import Warehouse


@pytest.fixture
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    return Warehouse(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        CONFIGURATION[:100].encode(),
        CONFIGURATION[:-30].encode(),
        b"\xff\xfe\x00",
        b"storage: [",
        b"just text",
        CONFIGURATION.replace("pools:", "pnols:").encode(),
        CONFIGURATION.replace("class: Storage", "class: Storagf").encode(),
        CONFIGURATION.replace("event_storage", "event_storbge").encode(),
        CONFIGURATION.replace("DAGSTER_HOME", "DAGSTER_HOMF").encode(),
    ],
    ids=["empty", "first lines", "cut", "binary", "no YAML", "text", "setting", "class", "module", "variable"],
)
def test_a_damaged_configuration_is_written_anew(warehouse: Warehouse, content: bytes) -> None:
    configuration = dagster_home(warehouse) / "dagster.yaml"
    configuration.write_bytes(content)
    with open_instance(warehouse) as instance:
        assert isinstance(instance.event_log_storage, KeptConnections)
    assert configuration.read_text() == CONFIGURATION
    (line,) = noted(warehouse.root)
    assert line.startswith("dagster/dagster.yaml is ")
    assert line.endswith("written anew")
    (kept,) = (warehouse.root / "damaged").glob("*/dagster/dagster.yaml")
    assert kept.read_bytes() == content


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def garbage(path: Path) -> None:
    path.write_bytes(b"\x01\x02garbage" * (path.stat().st_size // 9))


@pytest.mark.parametrize("damage", [cut, garbage])
def test_a_damaged_database_is_moved_aside(warehouse: Warehouse, damage: Callable[[Path], None]) -> None:
    path = dagster_home(warehouse) / "history" / "runs" / "index.db"
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("CREATE TABLE t (x); WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n"
                                 " LIMIT 5000) INSERT INTO t SELECT 'row' || x FROM n")  # fmt: skip
    assert not set_aside_damaged_databases(warehouse)
    damage(path)
    assert set_aside_damaged_databases(warehouse)
    assert not path.exists()
    assert not set_aside_damaged_databases(warehouse)
    (line,) = noted(warehouse.root)
    assert line.startswith("dagster/history/runs/index.db is damaged (")


@pytest.mark.parametrize("name", ["history/runs.db", "schedules/schedules.db"])
@pytest.mark.parametrize("damage", [cut, garbage])
def test_an_instance_whose_database_is_damaged_opens(
    warehouse: Warehouse, name: str, damage: Callable[[Path], None]
) -> None:
    with open_instance(warehouse):
        path = dagster_home(warehouse) / name
    damage(path)
    with open_instance(warehouse) as instance:
        assert instance.get_runs_count() == 0
    assert len(noted(warehouse.root)) == 1


def test_a_database_that_is_gone_since_a_run_is_noted(warehouse: Warehouse) -> None:
    with open_instance(warehouse):
        pass
    assert noted(warehouse.root) == []
    warehouse.releases.mkdir()
    (dagster_home(warehouse) / "history" / "runs.db").unlink()
    for _ in range(2):
        note_lost_databases(warehouse)
        with open_instance(warehouse):
            pass
    (line,) = noted(warehouse.root)
    assert line == "dagster/history/runs.db is gone; made anew, without the history that it held"


# --- what dbt made of its project


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What dbt made, in a folder of its own, where parsing writes the same again."""
    made = {name: (dbt_project.TARGET / name).read_bytes() for name in ("manifest.json", "partial_parse.msgpack")}
    folder = tmp_path / "target"
    folder.mkdir()

    def parse() -> None:
        for name, content in made.items():
            (folder / name).write_bytes(content)

    monkeypatch.setattr(dbt_project, "MANIFEST", folder / "manifest.json")
    monkeypatch.setattr(dbt_project, "MADE", tuple(folder / name for name in made))
    monkeypatch.setattr(dbt_project, "STAMP", folder / "manifest.sources")
    monkeypatch.setattr(dbt_project, "_parse", parse)
    dbt_project.prepared_manifest()
    return folder


@pytest.mark.parametrize("name", ["manifest.json", "partial_parse.msgpack"])
@pytest.mark.parametrize("damage", [cut, garbage, Path.unlink])
def test_a_damaged_manifest_is_made_anew(
    warehouse: Warehouse, target: Path, name: str, damage: Callable[[Path], None]
) -> None:
    whole = (target / name).read_bytes()
    dbt_project.prepared_manifest(warehouse)
    assert noted(warehouse.root) == []
    damage(target / name)
    dbt_project.prepared_manifest(warehouse)
    assert (target / name).read_bytes() == whole
    (line,) = noted(warehouse.root)
    assert name in line
    assert line.endswith("dbt parses its project again")


def test_a_stamp_that_is_no_stamp_has_the_project_parsed_again(warehouse: Warehouse, target: Path) -> None:
    stamp = (target / "manifest.sources").read_text()
    for content in (b"", b"\xff\xff", stamp.splitlines()[0].encode()):
        (target / "manifest.sources").write_bytes(content)
        dbt_project.prepared_manifest(warehouse)
        assert (target / "manifest.sources").read_text() == stamp
    assert noted(warehouse.root) == []
