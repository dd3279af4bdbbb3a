"""Opening a Spark session where the user has Spark, with the configuration that the models need.

Where Spark runs is said the way Spark reads it, and nowhere else: `SPARK_REMOTE` names a server of Spark Connect;
`MASTER`, or `spark.master` in `$SPARK_CONF_DIR/spark-defaults.conf`, names a cluster; without them Spark runs on the
cores of this machine. The engine `sail` starts Sail's server of Spark Connect in this process.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

from orchestration.dbt_project import DBT_PROJECT
from orchestration.errors import PipelineError
from warehouse.settings import SAIL, SPARK

REMOTE = "SPARK_REMOTE"
# Of a session in this process. A server of Spark Connect has its own configuration.
OWN_CONFIGURATION = {
    "spark.sql.catalogImplementation": "in-memory",  # nothing stays behind, and Hive is not needed
    "spark.sql.legacy.createHiveTableByDefault": "false",  # Spark 3.5 would make tables that only Hive can read
    "spark.ui.showConsoleProgress": "false",
    "spark.ui.enabled": "false",  # it would listen on every interface
}
SHUFFLE = "spark.sql.shuffle.partitions"
SHUFFLE_DEFAULT = "200"


@contextmanager
def spark_session(engine: str, tables: Path) -> Iterator[Any]:
    """A session of the engine `spark` or `sail`, stopped at the end. Tables are written below `tables`.

    A server of Spark Connect writes them where it is configured to. Raises PipelineError like `refuse_missing`.
    """
    refuse_missing(engine)
    if engine == SAIL:
        with _sail_server() as own:
            yield from _remote(own, {"spark.sql.warehouse.dir": str(tables)})
    elif address := os.environ.get(REMOTE):
        yield from _remote(address, {})
    else:
        yield from _own(tables)


def refuse_missing(engine: str) -> None:
    """Raise PipelineError, which says what to do, when something that the engine `spark` or `sail` needs is missing."""
    needed = [*(["pysail"] if engine == SAIL else []), "pyspark", "dbt.adapters.spark"]
    if missing := [name for name in needed if find_spec(name) is None]:
        raise PipelineError(
            f"the engine {engine} needs {missing[0]}, which is not installed here; run: make spark ENGINE={engine},"
            f" and then .venv-{engine}/bin/leverage run --engine {engine}"
        )
    is_own = engine == SPARK and REMOTE not in os.environ
    if is_own and not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        raise PipelineError("Spark needs Java 17 or later; install default-jre-headless, or use --engine sail")


def model_settings() -> dict[str, str]:
    """What the models need of every session. The profile of dbt has it, so that dbt alone sets the same."""
    profile = yaml.safe_load((DBT_PROJECT / "profiles.yml").read_text())
    found: dict[str, str] = profile["leverage"]["outputs"]["spark"]["server_side_parameters"]
    return {**found, "spark.sql.ansi.enabled": "false"}  # what dbt-spark adds


def _own(tables: Path) -> Iterator[Any]:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("leverage").config("spark.sql.warehouse.dir", str(tables))
    for name, value in {**OWN_CONFIGURATION, **model_settings()}.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    try:
        session.sparkContext.setLogLevel("ERROR")
        if session.conf.get(SHUFFLE) == SHUFFLE_DEFAULT:  # the user has not chosen; most tables here are small
            session.conf.set(SHUFFLE, str(max(2, session.sparkContext.defaultParallelism)))
        yield session
    finally:
        session.stop()


def _remote(address: str, settings: dict[str, str]) -> Iterator[Any]:
    from pyspark.sql.connect.session import SparkSession

    session = SparkSession.builder.remote(address).create()
    try:
        for name, value in {**model_settings(), **settings}.items():
            session.conf.set(name, value)
        yield session
    finally:
        session.stop()


@contextmanager
def _sail_server() -> Iterator[str]:
    os.environ.setdefault("RUST_LOG", "error")  # Sail's log would be on the terminal
    from pysail.spark import SparkConnectServer

    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    try:
        host, port = server.listening_address
        yield f"sc://{host}:{port}"
    finally:
        server.stop()
