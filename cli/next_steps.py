"""What to do after a run: the pages to open, and the commands that read what was published."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from warehouse.settings import WAREHOUSES, Settings

PAGE, EXPLORER = "brief.html", "explorer.html"
COMMANDS = (
    ("serve", "pages, REST and MCP on http://127.0.0.1:8787"),
    ("status", "how far each feed reaches, and what is missing"),
    ("tables", "what can be queried with leverage sql"),
)


def next_steps(settings: Settings) -> Iterator[str]:
    """Lines: the files to open, then commands with the option that names this warehouse, if one is needed."""
    published = settings.resolved_warehouse().published
    found = [(published / PAGE, "the last day"), (published / EXPLORER, "every day")]
    shown = [(f"open {shlex.quote(str(path))}", what) for path, what in found if path.exists()]
    shown += [(f"leverage {command}{warehouse_option(settings)}", what) for command, what in COMMANDS]
    width = max(len(command) for command, _ in shown)
    yield from (f"  {command:<{width}}  {what}" for command, what in shown)


def warehouse_option(settings: Settings) -> str:
    """The shortest option with which a command finds this warehouse; empty for the default one."""
    warehouse = settings.resolved_warehouse()
    root = warehouse.root
    if root == WAREHOUSES / Settings(market="sample").parsed_market().folder:
        return ""
    if root == WAREHOUSES / settings.parsed_market().folder:
        return f" --market {shlex.quote(settings.market)}"
    return f" --warehouse {shlex.quote(warehouse.location)}"
