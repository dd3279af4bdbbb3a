"""Where the dbt models run. DuckDB builds them in the build database; Spark builds them elsewhere and the marts are
collected. What comes before and after is the same code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from warehouse.location import Warehouse
from warehouse.settings import DUCKDB

if TYPE_CHECKING:
    from orchestration.engines.engine import Engine


@contextmanager
def open_engine(name: str, warehouse: Warehouse) -> Iterator[Engine]:
    """The engine of that name, one of `warehouse.settings.ENGINES`, for one build; closed at the end of the block."""
    # An engine imports dbt, which takes seconds, and most runs build nothing with it.
    from orchestration.engines.duckdb import DuckDBEngine
    from orchestration.engines.spark import SparkEngine

    engine: Engine = DuckDBEngine(warehouse) if name == DUCKDB else SparkEngine(name, warehouse)
    try:
        yield engine
    finally:
        engine.close()
