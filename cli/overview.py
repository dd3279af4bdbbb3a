"""`leverage` alone: where things stand in each warehouse, and what to type next."""

from __future__ import annotations

from rich.markup import escape

from brief.figures import words
from cli.console import REGIME_STYLES, results
from warehouse.location import Warehouse
from warehouse.reading import latest
from warehouse.settings import PROJECT, Settings

NEXT = (
    ("leverage brief", "the newest day: label, figures, evidence"),
    ("leverage status", "feeds, gaps, what could not be had"),
    ('leverage sql "SELECT ..."', "ask the published tables; --output writes a file"),
    ("leverage run", "bring the warehouse up to date"),
    ("leverage doctor", "keys, venues, disk, versions, locks"),
)
FIRST = (
    ("leverage run", "build the simulated warehouse, offline, in about half a minute"),
    ("leverage run --market live", "build the real one; first: leverage doctor --market live"),
)


def overview(settings: Settings) -> None:
    """One line for each warehouse that has something, then commands. Raises WarehouseError for one that is damaged."""
    out, chosen = results(), settings.located()
    standing = 0
    for warehouse in _warehouses(chosen):
        released = latest(warehouse)
        if released is None:
            continue
        standing += 1
        market = f"{released['market']}{', simulated' if released['simulated'] else ''}"
        for asset, newest in released["assets"].items():
            style = REGIME_STYLES.get(newest["family"], "bold")
            sure = "" if newest["confidence"] is None else f", confidence {newest['confidence']:.2f}"
            label = words(newest["regime"])
            out.print(f"{asset} {newest['day']}  [{style}]{label}[/]{sure}  [dim]({escape(market)})[/dim]")
        out.print(f"[dim]{escape(str(warehouse.root))}[/dim]")
    if not standing:
        out.print("Nothing is published yet. Is leverage being reset, or is the structure breaking? To find out:")
    out.print()
    for command, purpose in NEXT if standing else FIRST:
        out.print(f"  [bold]{escape(command):<28}[/bold] {purpose}")
    out.print("\n[dim]leverage --help lists every command; COMMAND --help its options.[/dim]")


def _warehouses(chosen: Warehouse) -> list[Warehouse]:
    """The one that the environment chooses, then the others beside the default ones."""
    folder = PROJECT / "warehouse" / "data"
    others = sorted(folder.iterdir()) if folder.is_dir() else []
    return [chosen, *(Warehouse(path) for path in others if path != chosen.root)]
