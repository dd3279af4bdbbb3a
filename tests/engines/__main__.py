"""Builds every model on DuckDB and on another engine, and prints what differs: `make spark`, `make spark-cluster`.

The engines build at the same time, DuckDB in a process of its own. The windows of the running day are left out, as in a
daily run: `leverage now` builds them, on DuckDB.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from multiprocessing import get_context
from pathlib import Path

from dbt.cli.main import dbtRunner

from benchmarks.memory import watched
from orchestration.dbt_project import DBT_PROJECT, PARSED, prepared_manifest
from orchestration.engines.spark import SparkEngine
from orchestration.internals.dbt_manifest import parsed_project
from orchestration.internals.dbt_process import build_arguments, refuse_failure, restored_process
from orchestration.window_models import TAG
from tests.engines import of_duckdb
from tests.engines.cluster import cluster
from tests.engines.comparison import different_relations, different_verdicts, verdicts
from warehouse.connection import build_database
from warehouse.location import Warehouse
from warehouse.settings import SAIL, SPARK

WINDOWS = f"tag:{TAG}"


def main() -> int:
    """Build, compare, print; the exit status is 1 when anything differs."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--engine", choices=[SPARK, SAIL], default=SAIL)
    options.add_argument("--cluster", action="store_true", help="on a cluster of two workers, started on loopback")
    options.add_argument("--parse", action="store_true", help="let dbt parse the project for Spark, and do no more")
    chosen = options.parse_args()
    if chosen.cluster and chosen.engine != SPARK:
        options.error("--cluster needs --engine spark")
    if chosen.parse:
        _parse_for_spark()
        return 0
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, watched() as seen, ExitStack() as running:
        if chosen.cluster:
            os.environ["MASTER"] = running.enter_context(cluster(Path(folder)))
            os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
        is_same = _compared(Warehouse(Path(folder, "warehouse")), chosen.engine, chosen.cluster)
    print(f"{time.monotonic() - began:.0f} s, peak memory {max(seen):.0f} MB")
    return 0 if is_same else 1


def _compared(warehouse: Warehouse, name: str, on_cluster: bool) -> bool:
    """Whether the engine builds what DuckDB builds from the landing zone, with a line for each difference."""
    arguments = build_arguments(warehouse.dbt, exclude=[WINDOWS])
    with (
        closing(SparkEngine(name, warehouse)) as engine,
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as duckdb_process,
    ):
        with _timed("landing; parsing"):
            landed = duckdb_process.submit(of_duckdb.land, warehouse)
            prepared_manifest()
            warehouse.dbt.mkdir(parents=True, exist_ok=True)
            shutil.copy(_parse_for_spark(), warehouse.dbt)  # where the build looks for it
            print(f"{landed.result()} rows landed")
        with build_database(warehouse.build) as connection:
            engine.prepare(connection)
        expecting = duckdb_process.submit(of_duckdb.build, warehouse, arguments)
        with _timed(f"building on {name}"):
            found = verdicts(engine.build(arguments))
        if on_cluster:
            for executor, tasks in engine.tasks_by_executor().items():
                print(f"executor {executor}: {tasks} tasks")
        with _timed("waiting for DuckDB"):
            expected = expecting.result()
            duckdb_process.shutdown()  # its memory is free before relations are compared
        with _timed("comparing"), build_database(warehouse.build) as connection:
            relations = sorted(
                f"{node.schema}.{node.name}"
                for node in parsed_project().nodes.values()
                if node.resource_type in ("model", "seed") and TAG not in node.tags
            )
            different = different_relations(relations, connection, engine)
    lines = [*(line for lines in different.values() for line in lines), *different_verdicts(expected, found)]
    print("\n".join(lines))
    same_tests = sum(found.get(name) == verdict for name, verdict in expected.items())
    print(f"{len(relations) - len(different)} of {len(relations)} relations identical")
    print(f"{same_tests} of {len(expected)} data tests with the same result")
    return not lines


def _parse_for_spark() -> Path:
    """The project as dbt parses it for Spark and Sail. Unchanged files are taken from the last parse."""
    target = DBT_PROJECT / "target" / "spark"
    options = ("--quiet", "--no-write-json", "--log-level-file", "none")
    project = ("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT))
    kept = ("--target-path", str(target), "--log-path", str(target))
    with tempfile.TemporaryDirectory() as unused, restored_process(Path(unused, "build.duckdb")):
        done = dbtRunner().invoke([*options, "parse", *project, *kept, "--target", "spark"])
    refuse_failure(done, target)
    return target / PARSED.name


@contextmanager
def _timed(what: str) -> Iterator[None]:
    """Print how long the block took."""
    began = time.monotonic()
    yield
    print(f"{what}: {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
