"""Where the dbt models run. DuckDB builds them in the build database; Spark builds them elsewhere and the marts are
collected. What comes before and after is the same code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from orchestration.engines.duckdb import DuckDBEngine
from orchestration.engines.engine import Engine
from orchestration.engines.spark import SparkEngine
from warehouse.location import Warehouse
from warehouse.settings import DUCKDB


@contextmanager
def open_engine(name: str, warehouse: Warehouse) -> Iterator[Engine]:
    """The engine of that name, one of `warehouse.settings.ENGINES`, for one build; closed at the end of the block."""
    engine: Engine = DuckDBEngine(warehouse) if name == DUCKDB else SparkEngine(name, warehouse)
    try:
        yield engine
    finally:
        engine.close()
