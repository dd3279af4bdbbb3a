"""The commands that bring a warehouse up to date and look after it.

Each imports its module when it is called, so that `leverage sql` does not wait for what `leverage run` needs.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated

import typer

from cli.errors import errors_as_one_line
from cli.options import (
    DEFAULT_DAYS,
    Engine,
    MarketOption,
    VerboseOption,
    WarehouseOption,
    as_day,
    settings_from_options,
)

running = typer.Typer()
PANEL = "Bring up to date"


@running.command(rich_help_panel=PANEL)
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
            " month, top:50:open_interest by open interest at its end; -NAME leaves one out. Default: those of the last"
            " run, else those that the catalogue lists.",
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
            help="What builds the models: DuckDB in this process, Spark at SPARK_REMOTE or spark.master, or Sail.",
            envvar="LEVERAGE_ENGINE",
        ),
    ] = Engine.DUCKDB,
    warehouse: WarehouseOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Run the main job: fetch what is new, build the marts, label every day, publish, and show the last day.

    Exit status: 0 published or nothing new, 1 failed, 2 wrong options, 3 another pipeline is running, 4 published, but
    an asset that had a reading has none for the last day.
    """
    with errors_as_one_line(verbose):
        from cli.run import run as run_command

        settings = settings_from_options(context, market, warehouse, "runs")
        settings = replace(settings, engine=engine.value)
        run_command(settings, as_day(first), as_day(last), now, refetch or [], verbose, assets)


@running.command(rich_help_panel=PANEL)
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
    """Label the last 24 hours, up to the last full hour, as if they were a day. Works beside a run and the recorder.

    Exit status: 0, 1 failed or nothing published, 2 wrong options, 3 another refresh is running, 4 an asset with a
    daily label has no reading of the last 24 hours.
    """
    with errors_as_one_line(verbose):
        from cli.now import now as now_command

        settings = settings_from_options(context, market, warehouse)
        now_command(settings, at, as_json=as_json, asset=asset, watch=watch, from_hour=from_hour, notify=notify)


@running.command(rich_help_panel=PANEL)
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


@running.command(rich_help_panel=PANEL)
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


@running.command(rich_help_panel=PANEL)
def doctor(
    context: typer.Context,
    market: MarketOption = None,
    warehouse: WarehouseOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Check what a run needs: keys, access to venues, disk, versions, locks.

    Exit status: 0, or 1 when something would stop a run or an asset has lost its reading. If only data would be
    missing, that is a note.
    """
    with errors_as_one_line(verbose):
        from cli.doctor import doctor as doctor_command

        if not doctor_command(settings_from_options(context, market, warehouse)):
            raise typer.Exit(1)
