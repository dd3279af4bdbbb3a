"""The Dagster instance of a warehouse. Its runs, events and pool slots are stored inside the warehouse."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from warehouse.location import Warehouse

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
    """The directory of the instance, created if absent: DAGSTER_HOME, else inside the warehouse."""
    home = Path(os.environ.get("DAGSTER_HOME") or warehouse.dagster_home)
    home.mkdir(parents=True, exist_ok=True)
    configuration = home / "dagster.yaml"
    if not configuration.exists():
        configuration.write_text(CONFIGURATION)
    elif STORAGE_BEFORE_0_3 in (written := configuration.read_text()):
        configuration.write_text(written.replace(STORAGE_BEFORE_0_3, STORAGE))
    return home


@contextmanager
def open_instance(warehouse: Warehouse) -> Iterator[dg.DagsterInstance]:
    """The instance that `make dev` shows for this warehouse."""
    before, home = os.environ.get("DAGSTER_HOME"), str(dagster_home(warehouse))
    os.environ["DAGSTER_HOME"] = home  # dagster.yaml reads it, so that a moved warehouse keeps its instance
    try:
        with dg.DagsterInstance.from_config(home) as instance:
            yield instance
    finally:
        if before is None:
            del os.environ["DAGSTER_HOME"]
        else:
            os.environ["DAGSTER_HOME"] = before
