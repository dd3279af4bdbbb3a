"""Options that every command of `leverage` has, and the settings that they lead to."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any, Literal

import typer

from cli.errors import WrongUse
from ingest.errors import IngestError
from warehouse.location import Warehouse
from warehouse.settings import DUCKDB, SAIL, SPARK, Settings, warehouse_at
from warehouse.storage.address import BadAddress

Command = Literal["reads", "runs", "records"]  # what a command does with a warehouse
DEFAULT_DAYS = 400  # of a first run: a year, and before it the weeks that the first baselines need
WarehouseOption = Annotated[
    str | None,
    typer.Option(
        "--warehouse",
        help="Directory of the warehouse, or its address, such as s3://bucket/prefix."
        " [dim]Default: warehouse/data/<market>[/dim]",
        envvar="LEVERAGE_WAREHOUSE",
    ),
]
MarketOption = Annotated[
    str | None,
    typer.Option(
        "--market",
        help="[bold]sample[/bold] (simulated), [bold]live[/bold], or a relay such as http://127.0.0.1:9080.",
        envvar="LEVERAGE_MARKET",
    ),
]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Show Dagster's log, and tracebacks of errors.")]
DayOption = Annotated[
    str | None, typer.Option("--day", metavar="DAY", help="2026-01-31, or yesterday (UTC). Default: the newest.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]


class Format(Enum):
    """What `leverage sql` can make of a result."""

    TABLE = "table"
    CSV = "csv"
    TSV = "tsv"
    JSON = "json"
    PARQUET = "parquet"
    XLSX = "xlsx"
    MARKDOWN = "markdown"


class Engine(Enum):
    """Where `leverage run` builds the models."""

    DUCKDB = DUCKDB
    SPARK = SPARK
    SAIL = SAIL


def settings_from_options(
    context: typer.Context, market: str | None, warehouse: str | None, command: Command = "reads"
) -> Settings:
    """The settings of the environment, overridden by the options. A named warehouse brings its own market.

    The release of a warehouse on object storage is fetched once per command, so that an answer comes from one release.
    A command that "runs" continues if that release is damaged. One that "records" fetches only for a new working
    directory.

    Raises WrongUse, and not IngestError, for an invalid market or address: its exit status tells a supervisor not to
    retry. Raises StorageError when the store cannot be used.
    """
    market, warehouse = _given(context, "market", market), _given(context, "warehouse", warehouse)
    given: dict[str, Any] = {}
    if warehouse is not None:
        given["warehouse"] = warehouse
        owner = _opened(warehouse, command).market()
        if market is None and owner is not None:
            given["market"] = owner
    if market is not None:
        given["market"] = market.rstrip("/")
    settings = Settings(**given)
    try:
        settings.parsed_market()
    except IngestError as error:
        raise WrongUse(str(error)) from error
    return settings


def _opened(location: str, command: Command) -> Warehouse:
    try:
        warehouse = warehouse_at(location)
    except BadAddress as error:
        raise WrongUse(str(error)) from error
    if warehouse.address and (command != "records" or not warehouse.marker.exists()):
        # Imports Polars, which commands over local warehouses do not need here.
        from warehouse.storage.releases import ReleaseDamaged
        from warehouse.storage.sync import fetch_published

        try:
            fetch_published(warehouse)
        except ReleaseDamaged:
            if command != "runs":
                raise  # a run notes it, and publishes anew
    return warehouse


def as_day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _given(context: typer.Context, name: str, value: Any) -> Any:  # noqa: ANN401 - the value of any option
    """The value of an option, which may also be typed before the command: `leverage --warehouse DIR status`."""
    before: Any = context.parent  # a context of click, which Typer's is a kind of
    if _is_typed(context, name) or before is None or not _is_typed(before, name):
        return value
    return before.params[name]


def _is_typed(context: Any, name: str) -> bool:  # noqa: ANN401 - a context of click
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"
