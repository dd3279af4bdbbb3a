"""The commands and their options, and how an error becomes one line and an exit status."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from cli import brief as brief_command
from cli import doctor as doctor_command
from cli import overview as overview_command
from cli import record as record_command
from cli import run as run_command
from cli import sql as sql_command
from cli import status as status_command
from cli.errors import say
from cli.options import settings_with

app = typer.Typer(
    name="leverage",
    invoke_without_command=True,
    add_completion=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)

Warehouse = Annotated[
    Path | None,
    typer.Option(
        "--warehouse",
        help="Directory of the warehouse. [dim]Default: warehouse/data/<market>[/dim]",
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
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Show Dagster's log, and tracebacks.")]


def _say_version(asked: bool) -> None:
    if asked:
        print(f"leverage {metadata.version('leverage-warehouse')}")
        raise typer.Exit


@app.callback()
def main_command(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Is Bitcoin's leverage being reset, or is the structure breaking? Every day, with its evidence."""
    if context.invoked_subcommand is None:
        with say(verbose=False):
            overview_command.overview(settings_with(None, None))


@app.command()
def run(
    market: MarketOption = None,
    first: Annotated[
        datetime | None,
        typer.Option(
            "--from",
            formats=["%Y-%m-%d"],
            help="First day (UTC). Default: what the warehouse has, else 400 days back.",
        ),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="Last day (UTC). Default: the last complete day."),
    ] = None,
    now: Annotated[
        str | None,
        typer.Option(
            help="The present of the run, such as 2026-02-02T04:00:00Z. Default: the simulation's end, or the clock."
        ),
    ] = None,
    refetch: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FEED",
            help="Ask again for what is held of a feed from --from to --to: gaps, broken rows, revised archives."
            " May be repeated.",
        ),
    ] = None,
    warehouse: Warehouse = None,
    verbose: Verbose = False,
) -> None:
    """The main job, end to end: fetch what is new, build the marts, label every day, publish, and show the last day.

    Exit status: 0 published or nothing new, 1 failed, 2 wrong options, 3 another pipeline is at work.
    """
    with say(verbose):
        run_command.run(settings_with(market, warehouse), _day(first), _day(last), now, refetch or [], verbose)


@app.command()
def record(market: MarketOption = None, warehouse: Warehouse = None, verbose: Verbose = False) -> None:
    """Record the venues' forced orders from their websockets until stopped. Runs beside the pipeline.

    Exit status: 0 stopped by a signal, 1 failed, 2 wrong options, 3 another recorder is at work.
    """
    with say(verbose):
        record_command.record(settings_with(market, warehouse), verbose)


@app.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
    stale_after: Annotated[
        float | None,
        typer.Option(
            metavar="HOURS",
            help="End with status 4 when the newest published day ended longer ago than this, by the clock. A day is"
            " published about 6 hours after its end and replaced 24 hours later: 36 is a good alarm.",
        ),
    ] = None,
    market: MarketOption = None,
    warehouse: Warehouse = None,
    verbose: Verbose = False,
) -> None:
    """What is in the warehouse: feeds, last day, age, coverage, gaps, what was skipped and why.

    Exit status: 0, 1 nothing published or failed, 4 older than --stale-after.
    """
    with say(verbose):
        status_command.status(settings_with(market, warehouse), datetime.now(UTC), as_json, stale_after)


@app.command()
def brief(
    day: Annotated[
        datetime | None, typer.Option("--day", formats=["%Y-%m-%d"], help="Day (UTC). Default: the newest.")
    ] = None,
    asset: Annotated[str | None, typer.Option(help="Asset; without it the first.")] = None,
    output: Annotated[Path | None, typer.Option(help="Write it as a page to this file, such as brief.html.")] = None,
    market: MarketOption = None,
    warehouse: Warehouse = None,
    verbose: Verbose = False,
) -> None:
    """The day's brief: label, what it rests on, the figures, and how good the data is."""
    with say(verbose):
        brief_command.brief(settings_with(market, warehouse), _day(day), asset, output)


@app.command()
def sql(
    query: Annotated[
        str, typer.Argument(help='SQL in quotes, such as "SELECT day, regime FROM regimes_daily LIMIT 5".')
    ],
    output: Annotated[Path | None, typer.Option(help="Write the rows to this file: .csv, .parquet or .json.")] = None,
    market: MarketOption = None,
    warehouse: Warehouse = None,
    verbose: Verbose = False,
) -> None:
    """Query the published database, read-only."""
    with say(verbose):
        sql_command.sql(settings_with(market, warehouse), query, output)


@app.command()
def doctor(market: MarketOption = None, warehouse: Warehouse = None, verbose: Verbose = False) -> None:
    """What a run would meet: keys, venues and why they cannot be had, disk, versions, locks.

    Exit status 1 when something is wrong; what only costs data is a note.
    """
    with say(verbose):
        if not doctor_command.doctor(settings_with(market, warehouse)):
            raise typer.Exit(1)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def main() -> None:
    """The entry point."""
    try:
        app()
    except KeyboardInterrupt:
        print("stopped; what is published stays as it was", file=sys.stderr)
        raise SystemExit(130) from None
