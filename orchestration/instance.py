"""The Dagster instance of a warehouse. Its runs, events and pool slots are stored inside the warehouse."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import dagster as dg
import yaml

from warehouse.damage import set_aside
from warehouse.location import Warehouse
from warehouse.odd_paths import linked_for_dagster

FILE = "dagster.yaml"
DATABASES = ("history/runs.db", "history/runs/index.db", "schedules/schedules.db")
HISTORY_LOST = "made anew, without the history that it held"
STORAGE = "module: orchestration.internals.event_storage"
STORAGE_BEFORE_0_3 = "module: orchestration.event_storage"  # in the dagster.yaml of older warehouses
CONFIGURATION = f"""\
# Written by the pipeline. One writer: each asset that opens the build database waits for a slot in the pool.
concurrency:
  pools:
    default_limit: 1
    granularity: op
storage:
  custom:
    {STORAGE}
    class: Storage
    config:
      base_dir:
        env: DAGSTER_HOME
telemetry:
  enabled: false
nux:
  enabled: false
"""


def dagster_home(warehouse: Warehouse) -> Path:
    """The directory of the instance, created if absent: DAGSTER_HOME, else inside the warehouse.

    A `dagster.yaml` that is cut or no YAML is moved aside and written anew. It is a link where Dagster would
    misread the path.
    """
    home = Path(os.environ.get("DAGSTER_HOME") or warehouse.dagster_home)
    home.mkdir(parents=True, exist_ok=True)
    configuration = home / FILE
    if configuration.exists() and (why := _damage_of(configuration)):
        set_aside(warehouse.root, configuration, why, "written anew")
    if not configuration.exists():
        configuration.write_text(CONFIGURATION)
    elif STORAGE_BEFORE_0_3 in (written := configuration.read_text()):
        configuration.write_text(written.replace(STORAGE_BEFORE_0_3, STORAGE))
    return linked_for_dagster(home, warehouse.root)


@contextmanager
def open_instance(warehouse: Warehouse) -> Iterator[dg.DagsterInstance]:
    """The instance that `make dev` shows for this warehouse. Damaged files of it are moved aside and made anew."""
    before, home = os.environ.get("DAGSTER_HOME"), dagster_home(warehouse)
    os.environ["DAGSTER_HOME"] = str(home)  # dagster.yaml reads it, so that a moved warehouse keeps its instance
    try:
        with _opened(warehouse, home) as instance:
            yield instance
    finally:
        if before is None:
            del os.environ["DAGSTER_HOME"]
        else:
            os.environ["DAGSTER_HOME"] = before


def note_lost_databases(warehouse: Warehouse) -> None:
    """Note the databases that are gone since the last run. Dagster creates them again at its start."""
    home = dagster_home(warehouse)
    # A working directory of object storage may have fetched its releases before its first run.
    if warehouse.releases.exists() and not warehouse.address and (home / FILE).read_text() == CONFIGURATION:
        for path in (home / name for name in DATABASES if not (home / name).exists()):
            set_aside(warehouse.root, path, "is gone", HISTORY_LOST)


def set_aside_damaged_databases(warehouse: Warehouse) -> bool:
    """Move Dagster's damaged databases aside, each with its write-ahead log; returns whether there were any.

    Dagster makes them anew, without the runs that they held.
    """
    damaged = {path: why for path in dagster_home(warehouse).rglob("*.db") if (why := _sqlite_damage(path))}
    for path, why in damaged.items():
        logs = [path.with_name(path.name + end) for end in ("-wal", "-shm")]
        set_aside(warehouse.root, path, why, HISTORY_LOST, logs)
    return bool(damaged)


def _opened(warehouse: Warehouse, home: Path) -> dg.DagsterInstance:
    try:
        return dg.DagsterInstance.from_config(str(home))
    # Whatever is wrong with the files of the instance: Dagster and its storages raise a dozen types of their own.
    except Exception as error:
        configuration = home / FILE
        if not set_aside_damaged_databases(warehouse):
            if configuration.read_text() == CONFIGURATION:
                raise
            reason = str(error).strip().splitlines()[0]
            set_aside(warehouse.root, configuration, f"is damaged ({reason})", "written anew")
            configuration.write_text(CONFIGURATION)
        return dg.DagsterInstance.from_config(str(home))


def _damage_of(configuration: Path) -> str | None:
    """What is wrong with a `dagster.yaml`, as far as its text shows; one that somebody has edited is whole."""
    content = configuration.read_bytes()
    if CONFIGURATION.encode().startswith(content) and content != CONFIGURATION.encode():
        return "is cut"
    try:
        return None if isinstance(yaml.safe_load(content), dict) else "is damaged (no settings)"
    except (yaml.YAMLError, UnicodeDecodeError):
        return "is damaged (no YAML)"


def _sqlite_damage(path: Path) -> str | None:
    """What SQLite finds wrong with a database: its structure, not its values."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError:
        return None  # in use by another process, or not to be opened: no damage
    except sqlite3.DatabaseError as error:
        return f"is damaged ({error})"
    return None if found == "ok" else f"is damaged ({' '.join(found.split())})"
