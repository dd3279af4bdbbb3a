"""`leverage status`: what the warehouse holds, feed by feed, as of its last release, and how the recorder is."""

from __future__ import annotations

from datetime import UTC, date, datetime

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.brief import simulated_feeds
from cli.console import results
from ingest.feeds import FEEDS
from orchestration.settings import Settings
from record import health
from warehouse.location import Warehouse
from warehouse.reading import required_latest, select


def status(settings: Settings) -> None:
    """Print the release, the newest label, and one line per feed with its reach, gaps and last trouble."""
    warehouse, out = settings.located(), results()
    _recorder(out, warehouse)
    latest = required_latest(warehouse)
    market = f"{latest['market']}{' (simulated)' if latest['simulated'] else ''}"
    out.print(f"[bold]{escape(str(warehouse.root))}[/bold]  market {escape(market)}")
    out.print(f"days {latest['first_day']} to {latest['last_day']}, published as of {latest['published_at'][:16]} UTC")
    for asset, newest in latest["assets"].items():
        out.print(
            f"{asset} {newest['day']}: [bold]{newest['regime']}[/bold], confidence {_share(newest['confidence'])}"
        )
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for name, justify in (
        ("feed", "left"), ("first day", "left"), ("last day", "left"), ("rows", "right"), ("gaps", "right"),
        ("quarantined", "right"),
    ):  # fmt: skip
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    feeds = select(warehouse, "SELECT * FROM feed_status ORDER BY feed").to_dicts()
    first, last = date.fromisoformat(latest["first_day"]), date.fromisoformat(latest["last_day"])
    due = {feed.name: feed.due(first, last) for feed in FEEDS}
    for feed in feeds:
        expected = due.get(feed["feed"])
        late = expected is not None and (feed["last_day"] is None or feed["last_day"] < expected)
        style = "yellow" if late or feed["skipped"] else ""
        table.add_row(
            feed["feed"], str(feed["first_day"] or "-"), str(feed["last_day"] or "-"), f"{feed['row_count']:,}",
            f"{feed['gap_count']:,}", f"{feed['quarantined_count']:,}", style=style,
        )  # fmt: skip
    out.print(table)
    for feed in feeds:
        if feed["skipped"]:
            out.print(f"[yellow]skipped[/yellow] {feed['feed']}: {escape(feed['skipped'])}")
        for note in (feed["notes"] or "").splitlines():
            out.print(f"[dim]note[/dim] {feed['feed']}: {escape(note)}")
    if latest["simulated"]:
        out.print(f"[dim]{simulated_feeds(latest)}[/dim]")
    if any(feed["gap_count"] for feed in feeds):
        out.print("[dim]gaps: archives that the venue does not have; they are not asked for again[/dim]")


def _recorder(out: Console, warehouse: Warehouse) -> None:
    """How the recorder is, by its health file; nothing where none has ever run."""
    state = health.read(warehouse.tape)
    if state is None:
        return
    trouble = state.trouble(datetime.now(UTC))
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


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
