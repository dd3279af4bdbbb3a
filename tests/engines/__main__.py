"""Builds every model on DuckDB and on another engine, and prints what differs: `make spark`, `make spark-cluster`.

The windows of the running day are left out, as in a daily run: `leverage now` builds them, on DuckDB.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from pathlib import Path

import duckdb

from benchmarks.memory import watched
from ingest.landing import Landing
from orchestration.dbt_project import prepared_manifest
from orchestration.engines.duckdb import DuckDBEngine
from orchestration.engines.engine import Engine
from orchestration.engines.spark import SparkEngine
from orchestration.internals.dbt_manifest import parsed_project
from orchestration.internals.dbt_process import build_arguments
from orchestration.window_models import TAG
from tests.engines import landing_zone
from tests.engines.cluster import cluster
from tests.engines.comparison import different_rows, different_verdicts, verdicts
from warehouse.connection import build_database
from warehouse.location import Warehouse
from warehouse.raw_loading import load_segments
from warehouse.raw_tables import create_tables
from warehouse.run_context import write_run_context
from warehouse.settings import SAIL, SPARK

WINDOWS = f"tag:{TAG}"


def main() -> int:
    """Build, compare, print; the exit status is 1 when anything differs."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--engine", choices=[SPARK, SAIL], default=SAIL)
    options.add_argument("--cluster", action="store_true", help="on a cluster of two workers, started on loopback")
    chosen = options.parse_args()
    prepared_manifest()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, watched() as seen, ExitStack() as running:
        if chosen.cluster:
            os.environ["MASTER"] = running.enter_context(cluster(Path(folder)))
            os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
        is_same = _compared(Warehouse(Path(folder, "warehouse")), chosen.engine, chosen.cluster)
    print(f"{time.monotonic() - began:.0f} s, peak memory {max(seen):.0f} MB")
    return 0 if is_same else 1


def _compared(warehouse: Warehouse, engine: str, on_cluster: bool) -> bool:
    """Whether the engine builds what DuckDB builds from the landing zone, with a line for each difference."""
    landing = Landing(warehouse.landing)
    catalogue = landing_zone.land(landing)
    with build_database(warehouse.build) as connection:
        create_tables(connection)
        rows = load_segments(connection, landing)
        write_run_context(connection, landing_zone.PRESENT, catalogue)
    print(f"{rows} rows landed")
    arguments = build_arguments(warehouse.dbt, exclude=[WINDOWS])
    expected = verdicts(DuckDBEngine(warehouse).build(arguments))
    relations = sorted(
        f"{node.schema}.{node.name}"
        for node in parsed_project().nodes.values()
        if node.resource_type in ("model", "seed") and TAG not in node.tags
    )
    differing, lines = set[str](), list[str]()
    with closing(SparkEngine(engine, warehouse)) as other:
        with build_database(warehouse.build) as connection:
            other.prepare(connection)
        found = verdicts(other.build(arguments))
        if on_cluster:
            for executor, tasks in other.tasks_by_executor().items():
                print(f"executor {executor}: {tasks} tasks")
        with build_database(warehouse.build) as connection:
            for relation in relations:
                if one := _differences(connection, other, relation):
                    differing.add(relation)
                    lines += one
    lines += different_verdicts(expected, found)
    print("\n".join(lines))
    same_tests = sum(found.get(name) == verdict for name, verdict in expected.items())
    print(f"{len(relations) - len(differing)} of {len(relations)} relations identical")
    print(f"{same_tests} of {len(expected)} data tests with the same result")
    return not lines


def _differences(connection: duckdb.DuckDBPyConnection, engine: Engine, relation: str) -> list[str]:
    """One line for each difference of a relation. An engine may fail to read what it has built, in any way."""
    query = f"select * from {relation}"
    try:
        return different_rows(relation, connection.sql(query).pl(), engine.rows(connection, query))
    except Exception as error:  # noqa: BLE001 - reported as a difference
        return [f"{relation}: {type(error).__name__}: {str(error).splitlines()[0]}"]


if __name__ == "__main__":
    sys.exit(main())
