"""The commands of `leverage` and their options.

Each command imports its module when it is called, so that `leverage sql` does not wait for what `leverage run` needs.
"""

from __future__ import annotations

import io
import sys
import warnings
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.errors import begin_process, errors_as_one_line, finish_output
from cli.options import (
    DEFAULT_DAYS,
    DayOption,
    Engine,
    Format,
    JsonOption,
    MarketOption,
    VerboseOption,
    WarehouseOption,
    as_day,
    settings_from_options,
)

app = typer.Typer(
    name="leverage",
    invoke_without_command=True,
    add_completion=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)


def _print_version(requested: bool) -> None:
    if requested:
        from importlib import metadata

        print(f"leverage {metadata.version('leverage-warehouse')}")
        raise typer.Exit


@app.callback()
def main_command(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    market: MarketOption = None,
    warehouse: WarehouseOption = None,
) -> None:
    """Is Bitcoin's leverage being reset, or is the structure breaking? Every day, with its evidence."""
    if context.invoked_subcommand is None:
        with errors_as_one_line(verbose=False):
            from cli.overview import overview

            overview(settings_from_options(context, market, warehouse))


@app.command()
def run(
    context: typer.Context,
    market: MarketOption = None,
    first: Annotated[
        datetime | None,
        typer.Option(
            "--from",
            formats=["%Y-%m-%d"],
            help=f"First day (UTC). Default: the warehouse's first day, else {DEFAULT_DAYS} days back.",
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
    engine: Annotated[
        Engine,
        typer.Option(
            help="Where the models are built: in this process by DuckDB, by Spark where SPARK_REMOTE or spark.master"
            " says, or by Sail.",
            envvar="LEVERAGE_ENGINE",
        ),
    ] = Engine.DUCKDB,
    warehouse: WarehouseOption = None,
    verbose: VerboseOption = False,
) -> None:
    """The main job, end to end: fetch what is new, build the marts, label every day, publish, and show the last day.

    Exit status: 0 published or nothing new, 1 failed, 2 wrong options, 3 another pipeline is running, 4 published, but
    an asset that had a reading has none for the last day.
    """
    with errors_as_one_line(verbose):
        from cli.run import run as run_command

        settings = settings_from_options(context, market, warehouse, "runs")
        settings = replace(settings, engine=engine.value)
        run_command(settings, as_day(first), as_day(last), now, refetch or [], verbose, assets)


@app.command()
def record(
    context: typer.Context,
    market: MarketOption = None,
    warehouse: WarehouseOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Record the venues' liquidations from their websockets until stopped. Runs beside the pipeline.

    Exit status: 0 stopped by a signal, 1 failed, 2 wrong options, 3 another recorder is running.
    """
    with errors_as_one_line(verbose):
        from cli.record import record as record_command

        record_command(settings_from_options(context, market, warehouse, "records"), verbose)


@app.command()
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


@app.command()
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


@app.command()
def now(
    context: typer.Context,
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
        from cli.now import now as now_command

        settings = settings_from_options(context, market, warehouse)
        now_command(settings, at, as_json=as_json, asset=asset, watch=watch, from_hour=from_hour, notify=notify)


@app.command()
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


@app.command()
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


@app.command()
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


@app.command()
def serve(
    context: typer.Context,
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
    with errors_as_one_line(verbose):
        from cli.serve import serve as serve_command

        serve_command(settings_from_options(context, market, warehouse), host, port, verbose)


@app.command()
def mcp(
    context: typer.Context,
    market: MarketOption = None,
    warehouse: WarehouseOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Give agents what is published, over standard input and output: the Model Context Protocol (MCP), read-only."""
    with errors_as_one_line(verbose):
        from cli.mcp import mcp as mcp_command

        mcp_command(settings_from_options(context, market, warehouse))


@app.command()
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
    """Count on how many documented days of yours the label is the documented one.

    Exit status: 0 counted, whatever the counts; 1 nothing published or failed; 2 the file is not such a list.
    """
    with errors_as_one_line(verbose):
        from cli.validate import validate as validate_command

        validate_command(settings_from_options(context, market, warehouse), days)


@app.command()
def notify(
    context: typer.Context,
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
        from cli.notify import notify as notify_command

        if not notify_command(settings_from_options(context, market, warehouse), test):
            raise typer.Exit(1)


@app.command()
def doctor(
    context: typer.Context,
    market: MarketOption = None,
    warehouse: WarehouseOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Check what a run needs: keys, access to venues, disk, versions, locks.

    Exit status: 0, or 1 when something would stop a run or an asset has lost its reading. What only costs data is a
    note.
    """
    with errors_as_one_line(verbose):
        from cli.doctor import doctor as doctor_command

        if not doctor_command(settings_from_options(context, market, warehouse)):
            raise typer.Exit(1)


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
