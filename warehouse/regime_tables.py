"""The tables that `regimes` makes, written a chunk of assets at a time. Only the days of all assets are in memory."""

from __future__ import annotations

from datetime import datetime

import duckdb
import polars as pl

from regimes import Parameters
from regimes.chunks import classify_chunks, features_of_chunks
from tables import field
from tables.published import table
from tables.published.regimes import DAY, SUPPORTING_MART
from warehouse.connection import identifier, transaction
from warehouse.marts import DAILY_MARTS, append_rows, chunks_of_assets, read_daily_marts, read_mart, remade

FEATURES = "leverage_features_daily"
# The tables that are written as they are made. The days wait: their revisions are landed before they are shown.
WRITTEN = {
    "evidence": "regime_evidence",
    "support": "support_daily",
    "scenarios": "scenarios",
    "spans": "regime_spans",
}


def write_features(connection: duckdb.DuckDBPyConnection, parameters: Parameters) -> None:
    """Replace leverage_features_daily. Raises WarehouseError when a mart is missing."""
    chunks = (
        (read_daily_marts(connection, assets), read_mart(connection, SUPPORTING_MART, assets))
        for assets in chunks_of_assets(connection, *DAILY_MARTS)
    )
    with remade(connection, table(FEATURES)) as append:
        for features in features_of_chunks(chunks, parameters):
            append(table(FEATURES), features)


def write_classification(connection: duckdb.DuckDBPyConnection, parameters: Parameters, now: datetime) -> pl.DataFrame:
    """Replace the tables of WRITTEN, and return the classified days of all assets."""
    chunks = (read_mart(connection, FEATURES, assets) for assets in chunks_of_assets(connection, FEATURES))
    columns = ", ".join(f"{identifier(one.name)} {one.sql_type}" for one in map(field, DAY))
    # The days wait in a table until they are read as one frame: the frames of chunks hold more memory than their rows.
    connection.execute(f"CREATE OR REPLACE TEMP TABLE classified_days ({columns})")
    with remade(connection, *(table(name) for name in WRITTEN.values())) as append:
        for made in classify_chunks(chunks, parameters, now):
            with transaction(connection):
                append_rows(connection, "temp.classified_days", made.days)
                for part, name in WRITTEN.items():
                    append(table(name), getattr(made, part))
    days = connection.sql("FROM temp.classified_days").pl()
    connection.execute("DROP TABLE temp.classified_days")
    return days
