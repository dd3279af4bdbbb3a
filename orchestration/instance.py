"""The Dagster instance of a warehouse: runs, events and pool slots lie beside the data they are about."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from warehouse.location import Warehouse

CONFIGURATION = """\
# Written by the pipeline. One writer: each asset that opens the build database waits for its slot in the pool.
concurrency:
  pools:
    default_limit: 1
    granularity: op
storage:
  custom:
    module: orchestration.event_storage
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
    """The home of this warehouse's instance, made if absent: DAGSTER_HOME, else inside the warehouse."""
    home = Path(os.environ.get("DAGSTER_HOME") or warehouse.dagster_home)
    home.mkdir(parents=True, exist_ok=True)
    configuration = home / "dagster.yaml"
    if not configuration.exists():
        configuration.write_text(CONFIGURATION)
    return home


@contextmanager
def open_instance(warehouse: Warehouse) -> Iterator[dg.DagsterInstance]:
    """The instance that `dagster dev` shows for this warehouse."""
    before, home = os.environ.get("DAGSTER_HOME"), str(dagster_home(warehouse))
    os.environ["DAGSTER_HOME"] = home  # the configuration reads it, so that a moved warehouse takes its instance along
    try:
        with dg.DagsterInstance.from_config(home) as instance:
            yield instance
    finally:
        if before is None:
            del os.environ["DAGSTER_HOME"]
        else:
            os.environ["DAGSTER_HOME"] = before
