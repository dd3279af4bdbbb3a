"""`leverage run`: which days, under which present, and what is said at the end. Dagster does the run."""

from __future__ import annotations

import gc
from datetime import date, datetime, timedelta

from rich.markup import escape

from cli.brief import brief
from cli.console import FeedProgress, remarks
from cli.errors import WrongUse
from ingest.inbox import strays
from ingest.landing import Landing
from ingest.market import Market
from ingest.sample import FIRST_DAY
from warehouse.location import Calendar
from warehouse.present import present_of
from warehouse.reading import open_release
from warehouse.settings import Settings

DEFAULT_DAYS = 400  # a year, and the weeks before it that the first baselines need


def run(
    settings: Settings, first: date | None, last: date | None, now: str | None, refetch: list[str], verbose: bool
) -> None:
    """Bring the warehouse up to date and show its last day."""
    gc.disable()  # Dagster and dbt make a million objects that stay: looking through them again costs a second
    from orchestration.partitions import FIRST_DAY as EARLIEST  # here: imports of seconds that only a run needs
    from orchestration.resources import catalogue_of
    from orchestration.run import run_daily

    gc.freeze()
    gc.set_threshold(50_000)
    gc.enable()
    out, warehouse, market = remarks(), settings.located(), settings.parsed_market()
    warehouse.refuse_other(str(market))
    present = _present(market, now)
    complete = present.date() - timedelta(days=1)
    last = last or complete
    if last > complete:
        raise WrongUse(f"--to {last} is not over at {present:%Y-%m-%d %H:%M} UTC; the last complete day is {complete}")
    known = warehouse.calendar()
    if known and known.last_day > complete:
        raise WrongUse(
            f"{warehouse.root} reaches to {known.last_day}, which is not over at --now {present:%Y-%m-%d %H:%M}"
        )
    if first is None:
        if known:
            first = min(known.first_day, last)  # a --to before all that is held makes the calendar begin there
        else:
            first = FIRST_DAY if market.simulated else last - timedelta(days=DEFAULT_DAYS - 1)
    if not EARLIEST <= first <= last:
        raise WrongUse(f"--from {first} must lie between {EARLIEST} and --to {last}")
    if market.simulated and first < FIRST_DAY:
        raise WrongUse(f"--from {first} is before the simulated market begins, {FIRST_DAY}")
    feeds = [feed.name for feed in catalogue_of(market, settings.catalogue).feeds]
    if unknown := [name for name in refetch if name not in feeds]:
        raise WrongUse(f"--refetch {unknown[0]}: no such feed is asked here; there is {', '.join(feeds)}")
    asked = Calendar(first, last)
    calendar = known.including(asked) if known else asked
    if market.simulated:
        out.print(
            "[bold yellow]simulated market[/bold yellow]: nothing below is real; --market live talks to the venues"
        )
    out.print(f"days {calendar.first_day} to {calendar.last_day} in {escape(str(warehouse.root))}")
    with FeedProgress(out).shown() as progress:
        finished = run_daily(settings, asked, present.isoformat(), progress, verbose, refetch)
    for name in strays(Landing(warehouse.landing).inbox, feeds):
        out.print(f"[yellow]inbox[/yellow] {escape(name)} is the folder of no feed here; there is {', '.join(feeds)}")
    with open_release(warehouse) as release:
        latest = release.latest
        pulled = release.select("SELECT * FROM feed_status ORDER BY feed").to_dicts()
    for feed in pulled:
        if feed["skipped"]:
            out.print(f"[yellow]skipped[/yellow] {feed['feed']}: {escape(feed['skipped'])}")
        if feed["quarantined_count"]:
            out.print(f"[yellow]quarantined[/yellow] {feed['feed']}: {feed['quarantined_count']} rows broke the schema")
        for note in (feed["notes"] or "").splitlines():
            out.print(f"[dim]note[/dim] {feed['feed']}: {escape(note)}")
    out.print(
        f"published {escape(str(warehouse.published))}"
        if finished.published
        else f"nothing new: the release of {latest['last_day']} stands"
    )
    brief(settings, day=None, asset=None, output=None)


def _present(market: Market, now: str | None) -> datetime:
    try:
        return present_of(market, now)
    except ValueError as error:
        raise WrongUse(f"--now {now!r} is no time; write it like 2026-02-02T04:00:00Z") from error
