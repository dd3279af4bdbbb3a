"""DuckDB: dbt builds the models in the build database, beside the raw tables that they read."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import polars as pl
from dbt.cli.main import dbtRunner, dbtRunnerResult

from orchestration.engines.engine import Callback
from orchestration.internals.dbt_manifest import parsed_project
from orchestration.internals.dbt_process import restored_process
from warehouse.location import Warehouse


class DuckDBEngine:
    """Nothing has to be prepared or collected: the raw tables and the marts are in the build database."""

    keeps_models = True

    def __init__(self, warehouse: Warehouse) -> None:
        self._database = warehouse.build

    def prepare(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Nothing to do."""

    def build(self, arguments: Sequence[str], callbacks: Sequence[Callback] = ()) -> dbtRunnerResult:
        """Run dbt in this process, on the project as it was last parsed."""
        with restored_process(self._database):
            return dbtRunner(parsed_project(), callbacks=list(callbacks)).invoke(list(arguments))

    def collect(self, connection: duckdb.DuckDBPyConnection, marts: Sequence[str]) -> None:
        """Nothing to do."""

    def rows(self, connection: duckdb.DuckDBPyConnection, query: str) -> pl.DataFrame:
        """The result of a query over the build database."""
        return connection.sql(query).pl()

    def close(self) -> None:
        """Nothing to do."""
