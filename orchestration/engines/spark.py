"""Spark, or Sail, which speaks the same protocol: dbt builds the models in a Spark session over landing.

A build begins with no model and leaves none behind: everything is made from landing, and only the marts are collected.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

import duckdb
import polars as pl
from dbt.cli.main import dbtRunner, dbtRunnerResult

from ingest.landing import Landing
from orchestration.dbt_project import existing_manifest
from orchestration.engines.engine import Callback
from orchestration.engines.spark_session import spark_session
from orchestration.engines.spark_sources import declare_sources
from orchestration.errors import PipelineError
from orchestration.internals.dbt_on_spark import result_of, session_of_dbt
from orchestration.internals.dbt_process import restored_process
from tables.published import table
from warehouse.connection import identifier, transaction
from warehouse.location import Warehouse
from warehouse.marts import comment_on, comments_of, create_table

COLLECTED = "collected"


class SparkEngine:
    """`name` is `spark` or `sail`. The session is opened by `prepare`."""

    keeps_models = False

    def __init__(self, name: str, warehouse: Warehouse) -> None:
        self._name, self._warehouse = name, warehouse
        self._folder = warehouse.root.absolute() / "spark"
        self._session: Any = None
        self._open = ExitStack()

    def prepare(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Open the session, and declare the raw tables over landing and the tables of the context."""
        shutil.rmtree(self._folder, ignore_errors=True)  # of a run that died
        self._folder.mkdir(parents=True)
        self._open.callback(shutil.rmtree, self._folder, ignore_errors=True)
        self._session = self._open.enter_context(spark_session(self._name, self._folder / "tables"))
        declare_sources(self._session, connection, Landing(self._warehouse.landing), self._folder / "sources")

    def build(self, arguments: Sequence[str], callbacks: Sequence[Callback] = ()) -> dbtRunnerResult:
        """Run dbt in this process on the session. dbt parses the project for its target, and keeps what it parsed."""
        with restored_process(self._warehouse.build), session_of_dbt(self._opened):
            return dbtRunner(callbacks=list(callbacks)).invoke([*arguments, "--target", "spark"])

    def collect(self, connection: duckdb.DuckDBPyConnection, marts: Sequence[str]) -> None:
        """Replace the marts by the session's, in one transaction, with the comments that dbt writes on DuckDB."""
        nodes = json.loads(existing_manifest().read_text())["nodes"].values()
        descriptions = {node["name"]: node["description"] for node in nodes}
        with transaction(connection):
            for name in marts:
                create_table(connection, table(name))
                comment_on(connection, name, descriptions[name], comments_of(table(name)))
                connection.register(COLLECTED, result_of(self._opened, f"select * from marts.{name}"))  # noqa: S608
                connection.execute(
                    f"INSERT INTO marts.{identifier(name)} BY NAME SELECT * FROM {COLLECTED}"  # noqa: S608 - quoted
                )
                connection.unregister(COLLECTED)

    def rows(self, connection: duckdb.DuckDBPyConnection, query: str) -> pl.DataFrame:
        """The result of a query over the models of the session."""
        del connection
        return pl.DataFrame(result_of(self._opened, query))

    def tasks_by_executor(self) -> dict[str, int]:
        """How many tasks each executor has run. Not on Spark Connect, which does not say."""
        summaries = self._opened.sparkContext._jsc.sc().statusStore().executorList(False)
        found = [summaries.apply(number) for number in range(summaries.size())]
        return {one.id(): one.totalTasks() for one in found if one.id() != "driver"}

    def close(self) -> None:
        """Stop the session, and remove the tables that it has written here."""
        self._session = None
        self._open.close()

    @property
    def _opened(self) -> Any:  # noqa: ANN401 - pyspark may be absent
        if self._session is None:
            raise PipelineError(f"the engine {self._name} is not prepared")
        return self._session
