"""`make dev`: the Dagster UI of one warehouse on the loopback interface, with the daemon that runs its schedules."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path

from orchestration.dbt_project import prepared_manifest
from orchestration.errors import PipelineError
from orchestration.instance import dagster_home, set_aside_damaged_databases
from warehouse.damage import noted
from warehouse.errors import WarehouseError
from warehouse.settings import PROJECT, Settings


def main() -> None:
    """Serve until it is stopped; 127.0.0.1 unless --host says otherwise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", default="3000")
    options = parser.parse_args()
    settings = Settings()
    try:
        warehouse = settings.resolved_warehouse()
        known_damage = len(noted(warehouse.root))
        prepared_manifest(warehouse)
        warehouse.claim(str(settings.parsed_market()))
        home = dagster_home(warehouse)
        set_aside_damaged_databases(warehouse)
        for line in noted(warehouse.root)[known_damage:]:
            print(f"damage {line}", file=sys.stderr)
    except (PipelineError, WarehouseError) as error:
        sys.exit(f"error {error}")
    print(f"Dagster on http://{options.host}:{options.port} over {warehouse.location}", flush=True)
    dagster = Path(sys.executable).with_name("dagster")
    arguments = ["dev", "--host", options.host, "--port", options.port, "--module-name", "orchestration.definitions"]
    # `dagster dev` prints that `dg dev` comes after it, which needs a package of its own.
    quiet = ",".join(filter(None, [os.environ.get("PYTHONWARNINGS"), "ignore:Function `dev_command` is superseded"]))
    os.chdir(PROJECT)
    # After `make dev &` in a script, SIGINT is ignored, and Dagster handles SIGTERM by sending SIGINT: restore it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # Replace this process, so that a signal to it reaches Dagster and not only a wrapper.
    os.execve(dagster, [str(dagster), *arguments], {**os.environ, "DAGSTER_HOME": str(home), "PYTHONWARNINGS": quiet})  # noqa: S606


if __name__ == "__main__":
    main()
