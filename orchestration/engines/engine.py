"""What a run asks of an engine: prepare, build, collect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import duckdb
import polars as pl
from dbt.cli.main import dbtRunnerResult

Callback = Callable[[Any], None]  # called with each event of dbt


class Engine(Protocol):
    """Runs dbt once. `connection` is always the build database, which must be closed while dbt runs."""

    keeps_models: bool  # whether models of earlier runs are still there

    def prepare(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Let dbt see the loaded segments and the context of the run as they are now.

        Raises PipelineError when the engine cannot be had.
        """

    def build(self, arguments: Sequence[str], callbacks: Sequence[Callback] = ()) -> dbtRunnerResult:
        """Run dbt with these arguments to its end."""

    def collect(self, connection: duckdb.DuckDBPyConnection, marts: Sequence[str]) -> None:
        """Bring these marts into the schema `marts` of the build database, all of them or none."""

    def rows(self, connection: duckdb.DuckDBPyConnection, query: str) -> pl.DataFrame:
        """The result of a query that dbt has compiled."""

    def close(self) -> None:
        """Free what the engine holds."""
