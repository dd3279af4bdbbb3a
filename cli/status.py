"""`leverage status`: what the warehouse holds, feed by feed, as of its last release, how old that is by the clock, and
how the recorder is."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.brief import simulated_feeds
from cli.console import results
from cli.errors import Stale
from ingest.feeds import FEEDS, RECORDED
from record import health
from warehouse.location import Warehouse
from warehouse.reading import open_release
from warehouse.settings import Settings

DAY = timedelta(days=1)
COLUMNS = (
    ("feed", "left"), ("last day", "left"), ("age", "right"), ("coverage", "right"), ("rows", "right"),
    ("gaps", "right"), ("quarantined", "right"),
)  # fmt: skip


def status(settings: Settings, now: datetime, as_json: bool, stale_after: float | None) -> None:
    """Print the release, the newest labels and one line per feed, or all of it as JSON.

    `now` is the clock on the wall, `stale_after` the hours after which Stale is raised: from the end of the newest
    published day to `now`.
    """
    warehouse = settings.located()
    if not as_json:
        _recorder(results(), warehouse, now)  # it may be at work before anything is published
    with open_release(warehouse) as release:
        latest = release.latest
        feeds = release.select("SELECT * FROM feed_status ORDER BY feed").to_dicts()
    first, last = date.fromisoformat(latest["first_day"]), date.fromisoformat(latest["last_day"])
    published_at = datetime.fromisoformat(latest["published_at"])  # what is late is what was due by then
    due = {feed.name: feed.due(first, last, published_at) for feed in FEEDS}
    due |= dict.fromkeys((feed.name for feed in RECORDED), last)
    for feed in feeds:
        expected = due.get(feed["feed"])
        feed["is_late"] = expected is not None and (feed["last_day"] is None or feed["last_day"] < expected)
    hours = (now - _end(last)) / timedelta(hours=1)
    if as_json:
        said = {**latest, "warehouse": str(warehouse.root), "age_hours": round(hours, 1), "feeds": feeds}
        print(json.dumps(said, indent=2, default=str))
    else:
        _show(results(), str(warehouse.root), latest, feeds, now)
    if stale_after is not None and hours > stale_after:
        raise Stale(f"the newest published day, {last}, ended {hours:.0f} hours ago; run: leverage run")


def _show(out: Console, root: str, latest: dict[str, Any], feeds: list[dict[str, Any]], now: datetime) -> None:
    market = f"{latest['market']}{' (simulated)' if latest['simulated'] else ''}"
    out.print(f"[bold]{escape(root)}[/bold]  market {escape(market)}")
    age = _age(now - _end(date.fromisoformat(latest["last_day"])))
    out.print(
        f"days {latest['first_day']} to {latest['last_day']}, which ended {age} ago;"
        f" published as of {latest['published_at'][:16]} UTC"
    )
    for asset, newest in latest["assets"].items():
        out.print(
            f"{asset} {newest['day']}: [bold]{newest['regime']}[/bold], confidence {_share(newest['confidence'])}"
        )
        for series, venues in newest["venues"].items():
            if venues["missing"]:
                there = (
                    "" if venues["present_share"] is None else f", {venues['present_share']:.0%} of the usual is there"
                )
                out.print(
                    f"  [yellow]{series.replace('_', ' ')} without {', '.join(venues['missing'])}[/yellow]{there}"
                )
    out.print(_table(feeds, now))
    for feeds_of_reason, reason in _grouped(feeds):
        out.print(f"[yellow]skipped[/yellow] {', '.join(feeds_of_reason)}: {escape(reason)}")
    for feed in feeds:
        for note in (feed["notes"] or "").splitlines():
            out.print(f"[dim]note[/dim] {feed['feed']}: {escape(note)}")
    if latest["simulated"]:
        out.print(f"[dim]{simulated_feeds(latest)}[/dim]")
    out.print("[dim]coverage: share of these days, and of the symbols asked for, of which there are rows[/dim]")
    if any(feed["gap_count"] for feed in feeds):
        out.print("[dim]gaps: archives that the venue does not have; they are not asked for again[/dim]")


def _recorder(out: Console, warehouse: Warehouse, now: datetime) -> None:
    """How the recorder is, by its health file; nothing where none has ever run."""
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
            one.stream, one.state, (one.last_event_at or "-")[:19], f"{one.messages:,}", str(one.connections),
            escape(one.trouble or ""), style="" if one.state == "recording" else "yellow",
        )  # fmt: skip
    out.print(table)
    if state.unlanded_files > 1:
        out.print(f"[yellow]{state.unlanded_files} write-ahead files wait to be landed[/yellow]")


def _table(feeds: list[dict[str, Any]], now: datetime) -> Table:
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for name, justify in COLUMNS:
        table.add_column(name, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    for feed in feeds:
        last = feed["last_day"]
        table.add_row(
            feed["feed"], str(last or "-"), _age(now - _end(last)) if last else "-", f"{feed['coverage_share']:.0%}",
            f"{feed['row_count']:,}", f"{feed['gap_count']:,}", f"{feed['quarantined_count']:,}",
            style="yellow" if feed["is_late"] or feed["skipped"] else "",
        )  # fmt: skip
    return table


def _grouped(feeds: Iterable[dict[str, Any]]) -> list[tuple[list[str], str]]:
    """The skipped feeds by reason: a host that is away takes all of its feeds with it."""
    by_reason: dict[str, list[str]] = {}
    for feed in feeds:
        if feed["skipped"]:
            by_reason.setdefault(feed["skipped"], []).append(feed["feed"])
    return [(names, reason) for reason, names in by_reason.items()]


def _end(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC) + DAY


def _age(passed: timedelta) -> str:
    """In hours up to two days, then in days; what has not ended yet is 0 h old."""
    hours = max(0, int(passed / timedelta(hours=1)))
    return f"{hours} h" if hours < 48 else f"{hours // 24} d"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
