"""DuckDB's side of the comparison of two engines. It runs in a process of its own."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.landing import Landing
from orchestration.engines.duckdb import DuckDBEngine
from tests.engines import landing_zone
from tests.engines.comparison import Verdict, verdicts
from warehouse.connection import build_database
from warehouse.location import Warehouse
from warehouse.raw_loading import load_segments
from warehouse.raw_tables import create_tables
from warehouse.run_context import write_run_context


def land(warehouse: Warehouse) -> int:
    """Make the landing zone and load it into the build database; returns the number of rows."""
    landing = Landing(warehouse.landing)
    catalogue = landing_zone.land(landing)
    with build_database(warehouse.build) as connection:
        create_tables(connection)
        rows = load_segments(connection, landing)
        write_run_context(connection, landing_zone.PRESENT, catalogue)
    return rows


def build(warehouse: Warehouse, arguments: Sequence[str]) -> dict[str, Verdict]:
    """Build the models in the build database; returns the end of every test."""
    return verdicts(DuckDBEngine(warehouse).build(arguments))
