"""The commands that read what is published.

Each imports its module when it is called, so that `leverage sql` does not wait for what `leverage run` needs.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.errors import errors_as_one_line
from cli.options import (
    DayOption,
    Format,
    JsonOption,
    MarketOption,
    VerboseOption,
    WarehouseOption,
    settings_from_options,
)

reading = typer.Typer()
PANEL = "Read"


@reading.command(rich_help_panel=PANEL)
def brief(
    context: typer.Context,
    day: DayOption = None,
    asset: Annotated[str | None, typer.Option(help="Asset. Default: the first.")] = None,
    output: Annotated[Path | None, typer.Option(help="Write a page to this file, such as brief.html.")] = None,
    as_json: JsonOption = False,
    market: MarketOption = None,
    warehouse: WarehouseOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Show the brief of a day: the label, its evidence, the figures, and the quality of the data."""
    with errors_as_one_line(verbose):
        from cli.brief import brief as brief_command

        brief_command(settings_from_options(context, market, warehouse), day, asset, output, as_json)


@reading.command(rich_help_panel=PANEL)
def market(
    context: typer.Context,
    day: DayOption = None,
    as_json: JsonOption = False,
    market: MarketOption = None,
    warehouse: WarehouseOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Show the market over all assets on a day: how many were flushed, which ones, and the totals."""
    with errors_as_one_line(verbose):
        from cli.market import market as market_command

        market_command(settings_from_options(context, market, warehouse), day, as_json)


@reading.command(rich_help_panel=PANEL)
def status(
    context: typer.Context,
    as_json: JsonOption = False,
    every: Annotated[
        bool, typer.Option("--all", help="Name every asset and every note, however many there are.")
    ] = False,
    stale_after: Annotated[
        float | None,
        typer.Option(
            metavar="HOURS",
            help="Exit with status 4 when the newest published day ended more than this many hours ago. A day is final"
            " about 6 hours after its end, and the next one 24 hours later: 36 is a good limit for an alarm.",
        ),
    ] = None,
    market: MarketOption = None,
    warehouse: WarehouseOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Show the feeds of the warehouse: last day, age, coverage, gaps, what was skipped and why.

    Exit status: 0, 1 nothing published or failed, 4 an asset that had a reading has none for the last day, or the
    newest day is older than --stale-after.
    """
    with errors_as_one_line(verbose):
        from cli.status import status as status_command

        status_command(
            settings_from_options(context, market, warehouse), datetime.now(UTC), as_json, stale_after, every
        )


@reading.command(rich_help_panel=PANEL)
def tables(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="A table: its columns with type, unit and meaning.")] = None,
    as_json: JsonOption = False,
    market: MarketOption = None,
    warehouse: WarehouseOption = None,
    verbose: VerboseOption = False,
) -> None:
    """List the published tables with their rows and what they hold, or the columns of one."""
    with errors_as_one_line(verbose):
        from cli.tables import tables as tables_command

        tables_command(settings_from_options(context, market, warehouse), name, as_json)


@reading.command(rich_help_panel=PANEL)
def sql(
    context: typer.Context,
    query: Annotated[
        str,
        typer.Argument(
            help='SQL in quotes, such as "SELECT day, event FROM regimes_daily LIMIT 5"; - reads it from standard'
            " input."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the rows to this file: .csv, .tsv, .json, .parquet, .xlsx or .md; - is standard output.",
        ),
    ] = None,
    chosen: Annotated[
        Format | None,
        typer.Option(
            "--format", help="Default: by the ending of the file, table on a terminal, else tsv (tab-separated)."
        ),
    ] = None,
    market: MarketOption = None,
    warehouse: WarehouseOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Query the published database, read-only. leverage tables lists what it holds."""
    with errors_as_one_line(verbose):
        from cli.sql import sql as sql_command

        sql_command(settings_from_options(context, market, warehouse), query, output, chosen)


@reading.command(rich_help_panel=PANEL)
def validate(
    context: typer.Context,
    days: Annotated[
        Path,
        typer.Option(metavar="FILE", help="CSV file with the columns asset, day and label, one documented day a line."),
    ],
    market: MarketOption = None,
    warehouse: WarehouseOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Count on how many days that you have documented the label agrees with yours.

    Exit status: 0 counted, whatever the counts; 1 nothing published or failed; 2 the file is not such a list.
    """
    with errors_as_one_line(verbose):
        from cli.validate import validate as validate_command

        validate_command(settings_from_options(context, market, warehouse), days)
