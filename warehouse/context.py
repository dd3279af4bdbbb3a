"""What the models need to know besides raw rows: the calendar and the instruments."""

from __future__ import annotations

from datetime import UTC

import duckdb
import polars as pl

from ingest.feeds import Catalogue
from warehouse.connection import transaction
from warehouse.present import Present
from warehouse.pulls import make_pulls


def write_context(connection: duckdb.DuckDBPyConnection, present: Present, catalogue: Catalogue) -> None:
    """Replace `ops.calendar_window` and `ops.instruments` by what this run works with."""
    days = present.calendar
    make_pulls(connection)
    listed = pl.DataFrame(
        [
            (feed, i.symbol, i.asset, i.venue, i.instrument, i.market, i.margin_type, i.contract_size)
            for feed, instruments in catalogue.instruments.items()
            for i in instruments
        ],
        schema={
            **dict.fromkeys(("feed", "symbol", "asset", "venue", "instrument", "market", "margin_type"), pl.String),
            "contract_size": pl.Float64,
        },
        orient="row",
    )  # fmt: skip
    connection.register("listed_instruments", listed)
    with transaction(connection):
        connection.execute(
            "CREATE OR REPLACE TABLE ops.calendar_window AS"
            " SELECT ?::DATE AS first_day, ?::DATE AS last_day, ?::TIMESTAMP AS now_at",
            [days.first_day, days.last_day, present.now.astimezone(UTC).replace(tzinfo=None)],
        )
        connection.execute("CREATE OR REPLACE TABLE ops.instruments AS SELECT * FROM listed_instruments")
    connection.unregister("listed_instruments")
