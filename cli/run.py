"""`leverage run`: checks the options, lets Dagster run the daily job, and prints the result."""

from __future__ import annotations

import gc
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
from rich.console import Console
from rich.markup import escape

from cli.asset_lines import note_lines
from cli.brief import brief
from cli.console import stderr_console
from cli.errors import Stale, WrongUse
from cli.next_steps import next_steps
from cli.options import DEFAULT_DAYS
from cli.progress import TerminalProgress
from cli.summary import feeds_of, missing_of, relay_trouble
from ingest.errors import CatalogueBroken, printable
from ingest.inbox import strays
from ingest.landing import Landing
from ingest.market import Market
from ingest.sample import FIRST_DAY
from ingest.selection import Chosen, Selection, SelectionRefused
from warehouse.choosing import market_catalogue
from warehouse.damage import noted
from warehouse.errors import WarehouseError
from warehouse.implausible_rows import new_lines
from warehouse.location import Calendar, Warehouse
from warehouse.missing_readings import texts
from warehouse.reading import open_release, read_latest
from warehouse.run_context import run_time
from warehouse.settings import Settings

LINES = 200  # of implausible rows in the output of a run


def run(
    settings: Settings,
    first: date | None,
    last: date | None,
    now: str | None,
    refetch: list[str],
    verbose: bool,
    assets: str | None = None,
) -> None:
    """Bring the warehouse up to date and print the brief of its last reading. `assets` is a rule of `Selection`.

    Raises WrongUse for invalid options, Stale when an asset that had a reading has none for the last day.
    """
    out, warehouse, market = stderr_console(), settings.resolved_warehouse(), settings.parsed_market()
    progress = TerminalProgress(out)
    with progress.shown():
        gc.disable()  # importing Dagster and dbt makes a million objects that stay; scanning them takes a second
        # Imported here, because they take seconds that only a run needs.
        from orchestration.asset_defaults import FIRST_PARTITION
        from orchestration.run import run_daily

        gc.freeze()
        gc.set_threshold(50_000)
        gc.enable()
    warehouse.refuse_other(str(market))
    present = _parsed_now(market, now)
    complete = present.date() - timedelta(days=1)
    last = last or complete
    if last > complete:
        raise WrongUse(f"--to {last} is not over at {present:%Y-%m-%d %H:%M} UTC; the last complete day is {complete}")
    known = warehouse.calendar()
    if known and known.last_day > complete:
        raise WrongUse(
            f"{warehouse.location} reaches to {known.last_day}, which is not over at --now {present:%Y-%m-%d %H:%M}"
        )
    if first is None:
        if known:
            first = min(known.first_day, last)  # a --to before the first day extends the calendar back to it
        else:
            first = FIRST_DAY if market.simulated else last - timedelta(days=DEFAULT_DAYS - 1)
    if not FIRST_PARTITION <= first <= last:
        raise WrongUse(f"--from {first} must lie between {FIRST_PARTITION} and --to {last}")
    if market.simulated and first < FIRST_DAY:
        raise WrongUse(f"--from {first} is before the simulated market begins, {FIRST_DAY}")
    selection = _parsed_assets(assets)
    chosen = warehouse.chosen() if selection is None or selection.top else Chosen(selection, selection.names)
    try:
        feeds = [feed.name for feed in market_catalogue(market, settings.catalogue, chosen).feeds]
    except CatalogueBroken as error:
        if selection is None:
            raise
        raise WrongUse(f"--assets {assets}: {error}") from error
    if unknown := [name for name in refetch if name not in feeds]:
        raise WrongUse(f"--refetch {unknown[0]}: no such feed is fetched here; the feeds are {', '.join(feeds)}")
    days = Calendar(first, last)
    calendar = known.including(days) if known else days
    if market.simulated:
        out.print("[bold yellow]simulated market[/bold yellow]: nothing below is real; use --market live for real data")
    out.print(f"days {calendar.first_day} to {calendar.last_day} in {escape(warehouse.location)}")
    known_rows = _implausible_before(warehouse)
    known_damage = len(noted(warehouse.root))
    try:
        with progress.shown():
            progress.show_step("reading what is landed")
            finished = run_daily(settings, days, present.isoformat(), progress, verbose, refetch, selection)
    finally:
        for line in noted(warehouse.root)[known_damage:]:
            out.print(f"[yellow]damage[/yellow] {escape(line)}")
    for name in strays(Landing(warehouse.landing).inbox, feeds):
        out.print(
            f"[yellow]inbox[/yellow] {escape(printable(name))} is no feed's folder; the feeds are {', '.join(feeds)}"
        )
    with open_release(warehouse) as release:
        latest, pulled, missing = release.latest, feeds_of(release), missing_of(release)
    relay = relay_trouble(market) if any(feed["skipped"] for feed in pulled) else None
    if relay:
        out.print(f"[yellow]relay[/yellow] {escape(relay)}")
    for feed in pulled:
        if feed["skipped"]:
            out.print(f"[yellow]skipped[/yellow] {feed['feed']}: {escape(feed['skipped'])}")
        if feed["quarantined_count"]:
            out.print(f"[yellow]quarantined[/yellow] {feed['feed']}: {feed['quarantined_count']} rows broke the schema")
        for line in note_lines(feed, every=False):
            out.print(line)
    _print_implausible(out, known_rows, _implausible(warehouse))
    out.print(
        f"published {escape(warehouse.address or str(warehouse.published))}"
        if finished.published
        else f"nothing new: the release of {latest['last_day']} is current"
    )
    brief(settings)
    out.print("next:")
    for line in next_steps(settings):
        out.print(line, markup=False)
    if missing:
        advice = relay or "leverage status shows what was skipped and why"
        raise Stale(f"{'; '.join(texts(missing))}; {advice}")


def _implausible(warehouse: Warehouse) -> list[dict[str, Any]]:
    """The rows of the published implausible_rows; none of a release that has no such table."""
    if read_latest(warehouse) is None:
        return []
    with open_release(warehouse) as release:
        if not release.select("SELECT 1 FROM duckdb_tables() WHERE table_name = 'implausible_rows'").height:
            return []
        return release.select("SELECT * FROM implausible_rows ORDER BY ALL").to_dicts()


def _implausible_before(warehouse: Warehouse) -> list[dict[str, Any]]:
    """The same before the run. Of a damaged release, which the run makes anew, no row is known."""
    try:
        return _implausible(warehouse)
    except (WarehouseError, duckdb.Error):
        return []


def _print_implausible(out: Console, before: list[dict[str, Any]], now: list[dict[str, Any]]) -> None:
    """Name each row that is new: what was excluded, then what is unusual and still counts."""
    for is_excluded, word in ((True, "excluded"), (False, "unusual")):
        rows = [row for row in now if row["is_excluded"] == is_excluded]
        new = new_lines(before, rows)
        for line in new[:LINES]:
            out.print(f"[yellow]{word}[/yellow] {escape(line)}")
        if rest := len(rows) - len(new[:LINES]):
            out.print(f"[dim]{word}: {rest} more rows, all of them in the table implausible_rows[/dim]")


def _parsed_assets(assets: str | None) -> Selection | None:
    try:
        return None if assets is None else Selection.parse(assets)
    except SelectionRefused as error:
        raise WrongUse(f"--assets: {error}") from error


def _parsed_now(market: Market, now: str | None) -> datetime:
    try:
        return run_time(market, now)
    except ValueError as error:
        raise WrongUse(f"--now {now!r} is not a time; write it like 2026-02-02T04:00:00Z") from error
