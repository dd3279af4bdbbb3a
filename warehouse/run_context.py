"""The time and the days of a run, and the tables that give them, and the instruments, to the dbt models."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb
import polars as pl

from ingest.catalogue import Catalogue
from ingest.market import Market
from ingest.sample import SIMULATION_NOW
from warehouse.connection import naive_utc, transaction
from warehouse.location import Calendar

INSTRUMENTS_SCHEMA: dict[str, type[pl.DataType]] = {
    "feed": pl.String,
    "symbol": pl.String,
    "asset": pl.String,
    "venue": pl.String,
    "instrument": pl.String,
    "market": pl.String,
    "margin_type": pl.String,
    "contract_size": pl.Float64,
}
TERMS_SCHEMA: dict[str, type[pl.DataType]] = {
    "feed": pl.String,
    "symbol": pl.String,
    "coin_multiple": pl.Int64,
    "last_day": pl.Date,
}


@dataclass(frozen=True)
class RunContext:
    """The present of one run, with a time zone, and the days that it covers."""

    now: datetime
    calendar: Calendar


def run_time(market: Market, now: str | None) -> datetime:
    """The present of a run in UTC: `now` if given, else the end of the simulation, else the machine's clock.

    A time without an offset is taken as UTC. Raises ValueError when `now` is not an ISO 8601 time.
    """
    if now:
        moment = datetime.fromisoformat(now)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    return SIMULATION_NOW if market.simulated else datetime.now(UTC)


def write_run_context(connection: duckdb.DuckDBPyConnection, run: RunContext, catalogue: Catalogue) -> None:
    """Replace `ops.calendar_window` (one row), and `ops.instruments` and `ops.contract_terms` (one row per feed and
    symbol)."""
    listed = [(feed, i) for feed, instruments in catalogue.instruments.items() for i in instruments]
    tables = {
        "instruments": pl.DataFrame(
            [
                (feed, i.symbol, i.asset, i.venue, i.instrument, i.market, i.margin_type, i.contract_size)
                for feed, i in listed
            ],
            schema=INSTRUMENTS_SCHEMA,
            orient="row",
        ),
        "contract_terms": pl.DataFrame(
            [(feed, i.symbol, i.coin_multiple, i.last_day) for feed, i in listed], schema=TERMS_SCHEMA, orient="row"
        ),
    }
    with transaction(connection):
        connection.execute(
            "CREATE OR REPLACE TABLE ops.calendar_window AS"
            " SELECT ?::DATE AS first_day, ?::DATE AS last_day, ?::TIMESTAMP AS now_at",
            [run.calendar.first_day, run.calendar.last_day, naive_utc(run.now)],
        )
        for name, frame in tables.items():
            connection.register("listed", frame)
            connection.execute(f"CREATE OR REPLACE TABLE ops.{name} AS SELECT * FROM listed")  # noqa: S608
            connection.unregister("listed")
