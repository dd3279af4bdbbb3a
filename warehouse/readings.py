"""The published `readings`: the columns of regimes_daily that people look at first, under the names that people use."""

from __future__ import annotations

import duckdb

from tables.published.regimes import READING_OF, READINGS
from warehouse.connection import identifier, transaction
from warehouse.marts import create_table


def write_readings(connection: duckdb.DuckDBPyConnection) -> None:
    """Replace `marts.readings`: one row per asset and day, from `marts.regimes_daily`."""
    columns = ", ".join(identifier(READING_OF.get(name, name)) for name in READINGS.columns)
    with transaction(connection):
        create_table(connection, READINGS)
        connection.execute(f"INSERT INTO marts.{READINGS.name} SELECT {columns} FROM marts.regimes_daily")  # noqa: S608
