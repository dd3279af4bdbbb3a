"""The commands of `leverage` and their options."""

from __future__ import annotations

import io
import sys
import warnings
from datetime import UTC, date, datetime
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import brief as brief_command
from cli import doctor as doctor_command
from cli import market as market_command
from cli import notify as notify_command
from cli import now as now_command
from cli import overview as overview_command
from cli import record as record_command
from cli import run as run_command
from cli import sql as sql_command
from cli import status as status_command
from cli import validate as validate_command
from cli.errors import WrongUse, begin_process, errors_as_one_line, finish_output
from ingest.errors import IngestError
from warehouse.location import Warehouse
from warehouse.settings import Settings

app = typer.Typer(
    name="leverage",
    invoke_without_command=True,
    add_completion=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)

WarehouseOption = Annotated[
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
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Show Dagster's log, and tracebacks of errors.")]


def _print_version(requested: bool) -> None:
    if requested:
        print(f"leverage {metadata.version('leverage-warehouse')}")
        raise typer.Exit


@app.callback()
def main_command(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Is Bitcoin's leverage being reset, or is the structure breaking? Every day, with its evidence."""
    if context.invoked_subcommand is None:
        with errors_as_one_line(verbose=False):
            overview_command.overview(settings_from_options(None, None))


@app.command()
def run(
    market: MarketOption = None,
    first: Annotated[
        datetime | None,
        typer.Option(
            "--from",
            formats=["%Y-%m-%d"],
            help=f"First day (UTC). Default: the warehouse's first day, else {run_command.DEFAULT_DAYS} days back.",
        ),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="Last day (UTC). Default: the last complete day."),
    ] = None,
    now: Annotated[
        str | None,
        typer.Option(
            help="The time of the run, such as 2026-02-02T04:00:00Z. Default: the end of the simulation, or the clock."
        ),
    ] = None,
    assets: Annotated[
        str | None,
        typer.Option(
            metavar="RULE",
            help="Assets of the warehouse from now on: names such as BTC,ETH,XRP, or top:50 by traded value of the last"
            " month; -NAME leaves one out. Default: those of the last run, else those that the catalogue lists.",
        ),
    ] = None,
    refetch: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FEED",
            help="Fetch a feed again from --from to --to, to fill gaps and replace broken rows or revised archives."
            " May be repeated.",
        ),
    ] = None,
    warehouse: WarehouseOption = None,
    verbose: VerboseOption = False,
) -> None:
    """The main job, end to end: fetch what is new, build the marts, label every day, publish, and show the last day.

    Exit status: 0 published or nothing new, 1 failed, 2 wrong options, 3 another pipeline is running, 4 published, but
    an asset that had a reading has none for the last day.
    """
    with errors_as_one_line(verbose):
        settings = settings_from_options(market, warehouse)
        run_command.run(settings, _day(first), _day(last), now, refetch or [], verbose, assets)


@app.command()
def record(market: MarketOption = None, warehouse: WarehouseOption = None, verbose: VerboseOption = False) -> None:
    """Record the venues' liquidations from their websockets until stopped. Runs beside the pipeline.

    Exit status: 0 stopped by a signal, 1 failed, 2 wrong options, 3 another recorder is running.
    """
    with errors_as_one_line(verbose):
        record_command.record(settings_from_options(market, warehouse), verbose)


@app.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
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
        status_command.status(settings_from_options(market, warehouse), datetime.now(UTC), as_json, stale_after, every)


@app.command()
def brief(
    day: Annotated[
        datetime | None, typer.Option("--day", formats=["%Y-%m-%d"], help="Day (UTC). Default: the newest.")
    ] = None,
    asset: Annotated[str | None, typer.Option(help="Asset. Default: the first.")] = None,
    output: Annotated[Path | None, typer.Option(help="Write a page to this file, such as brief.html.")] = None,
    market: MarketOption = None,
    warehouse: WarehouseOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Show the brief of a day: the label, its evidence, the figures, and the quality of the data."""
    with errors_as_one_line(verbose):
        brief_command.brief(settings_from_options(market, warehouse), _day(day), asset, output)


@app.command()
def now(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs: the content of now.json.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on, with one refresh an hour, until stopped.")] = False,
    asset: Annotated[str | None, typer.Option(help="Asset. Default: all, and detail of the first.")] = None,
    at: Annotated[
        str | None,
        typer.Option(
            "--now", help="The time, such as 2026-02-01T14:00:00Z. Default: the end of the simulation, or the clock."
        ),
    ] = None,
    from_hour: Annotated[
        str | None,
        typer.Option(
            help="With --watch: begin at this hour and step to --now, an hour at a time."
            " Default of the simulated market: a day before --now."
        ),
    ] = None,
    notify: Annotated[bool, typer.Option("--notify", help="Then send new alerts, as leverage notify does.")] = False,
    market: MarketOption = None,
    warehouse: WarehouseOption = None,
    verbose: VerboseOption = False,
) -> None:
    """What the last 24 hours would be called as a day, up to the last full hour. Works beside a run and the recorder.

    Exit status: 0, 1 failed or nothing published, 2 wrong options, 3 another refresh is running, 4 an asset with a
    daily label has no reading of the last 24 hours.
    """
    with errors_as_one_line(verbose):
        settings = settings_from_options(market, warehouse)
        now_command.now(settings, at, as_json=as_json, asset=asset, watch=watch, from_hour=from_hour, notify=notify)


@app.command()
def market(
    day: Annotated[
        datetime | None, typer.Option("--day", formats=["%Y-%m-%d"], help="Day (UTC). Default: the last.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
    market: MarketOption = None,
    warehouse: WarehouseOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Show the market over all assets on a day: how many were flushed, which ones, and the totals."""
    with errors_as_one_line(verbose):
        market_command.market(settings_from_options(market, warehouse), _day(day), as_json)


@app.command()
def sql(
    query: Annotated[
        str, typer.Argument(help='SQL in quotes, such as "SELECT day, event FROM regimes_daily LIMIT 5".')
    ],
    output: Annotated[Path | None, typer.Option(help="Write the rows to this file: .csv, .parquet or .json.")] = None,
    market: MarketOption = None,
    warehouse: WarehouseOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Query the published database, read-only."""
    with errors_as_one_line(verbose):
        sql_command.sql(settings_from_options(market, warehouse), query, output)


@app.command()
def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen on. Other machines reach this one only if you name another.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8787,
    market: MarketOption = None,
    warehouse: WarehouseOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Serve what is published over HTTP, read-only, until stopped: REST, the pages, and MCP for agents.

    With LEVERAGE_SERVE_TOKEN set, every request needs that token.
    """
    from cli import serve as serve_command  # FastAPI takes half a second to import

    with errors_as_one_line(verbose):
        serve_command.serve(settings_from_options(market, warehouse), host, port, verbose)


@app.command()
def mcp(market: MarketOption = None, warehouse: WarehouseOption = None, verbose: VerboseOption = False) -> None:
    """Give agents what is published, over standard input and output: the Model Context Protocol (MCP), read-only."""
    from cli import mcp as mcp_command  # the SDK takes a second to import

    with errors_as_one_line(verbose):
        mcp_command.mcp(settings_from_options(market, warehouse))


@app.command()
def validate(
    days: Annotated[
        Path,
        typer.Option(metavar="FILE", help="CSV file with the columns asset, day and label, one documented day a line."),
    ],
    market: MarketOption = None,
    warehouse: WarehouseOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Count on how many documented days of yours the label is the documented one.

    Exit status: 0 counted, whatever the counts; 1 nothing published or failed; 2 the file is not such a list.
    """
    with errors_as_one_line(verbose):
        validate_command.validate(settings_from_options(market, warehouse), days)


@app.command()
def notify(
    test: Annotated[bool, typer.Option("--test", help="Send a test message to every channel instead.")] = False,
    market: MarketOption = None,
    warehouse: WarehouseOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Send new events and changes to Telegram, Discord, Slack, mail or wherever LEVERAGE_ALERT_URLS says, once each.

    Exit status: 0 every channel took all of it, or nothing is new; 1 a channel failed, and the next call tries again;
    2 LEVERAGE_ALERT_URLS is not set or has an unknown address.
    """
    with errors_as_one_line(verbose):
        if not notify_command.notify(settings_from_options(market, warehouse), test):
            raise typer.Exit(1)


@app.command()
def doctor(market: MarketOption = None, warehouse: WarehouseOption = None, verbose: VerboseOption = False) -> None:
    """Check what a run needs: keys, access to venues, disk, versions, locks.

    Exit status: 0, or 1 when something would stop a run or an asset has lost its reading. What only costs data is a
    note.
    """
    with errors_as_one_line(verbose):
        if not doctor_command.doctor(settings_from_options(market, warehouse)):
            raise typer.Exit(1)


def settings_from_options(market: str | None, warehouse: Path | None) -> Settings:
    """The settings of the environment, overridden by the options. A named warehouse brings its own market.

    Raises WrongUse, and not IngestError, for an invalid market: its exit status tells a supervisor not to retry.
    """
    given: dict[str, Any] = {}
    if warehouse is not None:
        given["warehouse"] = warehouse
        owner = Warehouse(warehouse.expanduser().absolute()).market()
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


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def main() -> None:
    """The entry point."""
    begin_process()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # PYTHONIOENCODING or a locale without a character ends no command
    warnings.resetwarnings()  # PYTHONWARNINGS=error would make errors of what libraries say to their authors
    for kind in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
        warnings.simplefilter("ignore", kind)
    try:
        with errors_as_one_line(verbose=False):  # what Typer prints itself
            app()
    except KeyboardInterrupt:
        print("stopped; the published release is unchanged", file=sys.stderr)
        raise SystemExit(130) from None
    except typer.Exit as ended:
        raise SystemExit(ended.exit_code) from None
    finally:
        finish_output()
