"""`leverage status`: what is current, the feeds of the last release, its age, and the state of the recorder."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.asset_lines import asset_lines, note_lines
from cli.console import stdout_console
from cli.errors import Stale
from cli.summary import feeds_of, missing_of, relay_trouble, simulated_feeds, summary
from ingest.windows import Window
from record import health
from warehouse.connection import aware_utc
from warehouse.location import Warehouse
from warehouse.reading import open_release, read_latest
from warehouse.settings import Settings

COLUMNS = (
    ("feed", "left"),
    ("last day", "left"),
    ("age", "right"),
    ("coverage", "right"),
    ("rows", "right"),
    ("gaps", "right"),
    ("quarantined", "right"),
)


def status(settings: Settings, now: datetime, as_json: bool, stale_after: float | None, every: bool) -> None:
    """Print one line that says it all, the release, the newest labels and one line per feed, or all of it as JSON.

    Many assets, and the many notes of a feed, are summed up unless `every` one is wanted.

    Raises Stale when an asset that had a reading has none for the last day, or when the newest published day ended more
    than `stale_after` hours before `now`.
    """
    warehouse, out = settings.resolved_warehouse(), stdout_console()
    if not as_json and read_latest(warehouse) is None:
        _print_recorder(out, warehouse, now)  # it may record before anything is published
    with open_release(warehouse) as release:
        latest, feeds, missing = release.latest, feeds_of(release), missing_of(release)
    said = summary(latest, feeds, missing)
    unread = any(feed["is_late"] or feed["skipped"] for feed in feeds)
    relay = relay_trouble(settings.parsed_market()) if unread else None
    last = date.fromisoformat(latest["last_day"])
    hours = (now - _day_end(last)) / timedelta(hours=1)
    if as_json:
        document = {
            **latest,
            "summary": said,
            "relay": relay,
            "warehouse": warehouse.location,
            "age_hours": round(hours, 1),
            "feeds": feeds,
        }
        print(json.dumps(document, indent=2, default=str))
    else:
        out.print(f"[{'bold red' if missing else 'bold'}]{escape(said)}[/]", soft_wrap=True)
        if relay:
            out.print(f"[bold red]{escape(relay)}[/]", soft_wrap=True)
        _print_recorder(out, warehouse, now)
        _print_status(out, warehouse.location, latest, feeds, now, every)
    if stale_after is not None and hours > stale_after:
        raise Stale(f"the newest published day, {last}, ended {hours:.0f} hours ago; run: leverage run")
    if missing:
        advice = relay or "see what was skipped and why; run: leverage run"
        raise Stale(f"{'; '.join(one.text for one in missing)}; {advice}")


def _print_status(
    out: Console, root: str, latest: dict[str, Any], feeds: list[dict[str, Any]], now: datetime, every: bool
) -> None:
    market = f"{latest['market']}{' (simulated)' if latest['simulated'] else ''}"
    out.print(f"[bold]{escape(root)}[/bold]  market {escape(market)}")
    age = _age(now - _day_end(date.fromisoformat(latest["last_day"])))
    out.print(
        f"days {latest['first_day']} to {latest['last_day']}, which ended {age} ago;"
        f" published as of {latest['published_at'][:16]} UTC"
    )
    for line in asset_lines(latest["assets"], every):
        out.print(line)
    out.print(_table(feeds, now))
    for feeds_of_reason, reason in _by_reason(feeds):
        out.print(f"[yellow]skipped[/yellow] {', '.join(feeds_of_reason)}: {escape(reason)}")
    for feed in feeds:
        for line in note_lines(feed, every):
            out.print(line)
    if latest["simulated"]:
        out.print(f"[dim]{simulated_feeds(feeds)}[/dim]")
    out.print("[dim]coverage: share of days and symbols that have rows[/dim]")
    if any(feed["gap_count"] for feed in feeds):
        out.print(
            "[dim]gaps: what the venue has answered with nothing, and for how long; asked for again after 1, 2, 4, 8"
            " and more days[/dim]"
        )


def _print_recorder(out: Console, warehouse: Warehouse, now: datetime) -> None:
    """Print the state of the recorder from its health file; nothing if it has never run."""
    state = health.read(warehouse.tape)
    if state is None:
        return
    trouble = state.trouble(now)
    out.print(f"recorder [yellow]{escape(trouble)}[/yellow]" if trouble else "recorder [green]recording[/green]")
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for name in ("stream", "state", "last event (UTC)", "messages", "connections", "trouble"):
        table.add_column(name, justify="right" if name in ("messages", "connections") else "left")
    for one in state.streams:
        table.add_row(
            one.stream,
            one.state,
            (one.last_event_at or "-")[:19],
            f"{one.messages:,}",
            str(one.connections),
            escape(one.trouble or ""),
            style="" if one.state == "recording" else "yellow",
        )
    out.print(table)
    if state.unlanded_files > 1:
        out.print(f"[yellow]{state.unlanded_files} write-ahead files are not landed yet[/yellow]")


def _table(feeds: list[dict[str, Any]], now: datetime) -> Table:
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for name, justify in COLUMNS:
        table.add_column(name, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    for feed in feeds:
        last = feed["last_day"]
        table.add_row(
            feed["feed"],
            str(last or "-"),
            _age(now - _day_end(last)) if last else "-",
            f"{feed['present_rows_share']:.0%}",
            f"{feed['row_count']:,}",
            _gaps(feed, now),
            f"{feed['quarantined_count']:,}",
            style="yellow" if feed["is_late"] or feed["skipped"] else "",
        )
    return table


def _gaps(feed: dict[str, Any], now: datetime) -> str:
    """The number of gaps, and the age of the oldest."""
    since = feed["oldest_gap_at"]
    return f"{feed['gap_count']:,}" + (f" ({_age(now - aware_utc(since))})" if since else "")


def _by_reason(feeds: Iterable[dict[str, Any]]) -> list[tuple[list[str], str]]:
    """The skipped feeds by reason, because an unreachable host takes all of its feeds with it."""
    by_reason: dict[str, list[str]] = {}
    for feed in feeds:
        if feed["skipped"]:
            by_reason.setdefault(feed["skipped"], []).append(feed["feed"])
    return [(names, reason) for reason, names in by_reason.items()]


def _day_end(day: date) -> datetime:
    return Window.of_days(day, day).end


def _age(passed: timedelta) -> str:
    """Hours up to two days, then days. A day that has not ended is 0 h old."""
    hours = max(0, int(passed / timedelta(hours=1)))
    return f"{hours} h" if hours < 48 else f"{hours // 24} d"
