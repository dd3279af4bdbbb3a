"""`leverage` without a command: the newest label in each warehouse, and what to type next."""

from __future__ import annotations

from rich.markup import escape

from brief.words import as_words, state_of
from cli.console import REGIME_STYLES, stdout_console
from warehouse.location import Warehouse
from warehouse.reading import read_latest
from warehouse.settings import WAREHOUSES, Settings

COMMANDS = (
    ("leverage now", "the last 24 hours: what they would be called, and what would change it"),
    ("leverage brief", "the newest day: label, figures, evidence"),
    ("leverage market", "the market: how many assets were flushed, and which"),
    ("leverage status", "how far each feed reaches, and what is missing"),
    ("leverage tables", "the published tables, and what their columns mean"),
    ('leverage sql "SELECT ..."', "query the published tables; --output writes a file"),
    ("leverage validate --days FILE", "the labels against documented days of your own"),
    ("leverage run", "bring the warehouse up to date"),
    ("leverage doctor", "check keys, venues, disk, versions, locks"),
)
FIRST_COMMANDS = (
    ("leverage run", "build the simulated warehouse, offline, in about half a minute"),
    ("leverage run --market live", "build the real one; before that: leverage doctor --market live"),
)


def overview(settings: Settings) -> None:
    """One line per asset of each published warehouse, then commands. Raises WarehouseError for a damaged one."""
    out, chosen = stdout_console(), settings.resolved_warehouse()
    found = False
    for warehouse in _warehouses(chosen):
        document = read_latest(warehouse)
        if document is None:
            continue
        found = True
        market = f"{document['market']}{', simulated' if document['simulated'] else ''}"
        for asset, newest in document["assets"].items():
            style = REGIME_STYLES.get(newest["family"], "bold")
            confidence = "" if newest["confidence"] is None else f", confidence {newest['confidence']:.2f}"
            if lost := newest.get("without_reading"):
                out.print(f"[bold red]{escape(lost['text'])}[/]", soft_wrap=True)
            label, state = as_words(newest["event"]), escape(state_of(newest))
            out.print(
                f"{asset} {newest['day']}  [{style}]{label}[/]{confidence}"
                f"  [dim]state: {state} ({escape(market)})[/dim]"
            )
        out.print(f"[dim]{escape(warehouse.location)}[/dim]")
    if not found:
        out.print("Nothing is published yet. Is leverage being reset, or is the structure breaking? To find out:")
    out.print()
    for command, purpose in COMMANDS if found else FIRST_COMMANDS:
        out.print(f"  [bold]{escape(command):<28}[/bold] {purpose}")
    out.print("\n[dim]leverage --help lists every command; COMMAND --help its options.[/dim]")


def _warehouses(chosen: Warehouse) -> list[Warehouse]:
    """The chosen warehouse, then the others in the default place."""
    others = sorted(WAREHOUSES.iterdir()) if WAREHOUSES.is_dir() else []
    return [chosen, *(Warehouse(path) for path in others if path != chosen.root)]
