"""`leverage tables`: the published tables with their rows and what they hold, or the columns of one."""

from __future__ import annotations

import difflib
import json
import re

from rich import box
from rich.markup import escape
from rich.table import Table

from cli.console import stdout_console
from cli.errors import WrongUse
from warehouse.publishing.notice import SIMULATED
from warehouse.reading import OpenRelease, open_release
from warehouse.settings import Settings

UNIT = re.compile(r" \[(?P<unit>[^\]]*)\]$")  # at the end of a column's comment


def tables(settings: Settings, name: str | None, as_json: bool) -> None:
    """Print a line for each table, or for each column of the table `name`. Raises WrongUse for an unknown name."""
    with open_release(settings.resolved_warehouse()) as release:
        found = _tables(release) if name is None else _columns(release, name)
    if as_json:
        print(json.dumps(found, indent=2))
        return
    out, shown = stdout_console(), Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for title in found[0]:
        shown.add_column(title, justify="right" if title == "rows" else "left", no_wrap=title in ("table", "column"))
    for row in found:
        shown.add_row(*(f"{value:,}" if isinstance(value, int) else escape(value) for value in row.values()))
    out.print(shown)
    if name is None:
        out.print("[dim]leverage tables NAME lists the columns of one[/dim]")


def _tables(release: OpenRelease) -> list[dict[str, str | int]]:
    """Name, number of rows, and the first sentence of what each table holds."""
    named = release.rows("SELECT table_name, comment FROM duckdb_tables() ORDER BY table_name")
    counted = " UNION ALL ".join(
        f"SELECT '{row['table_name']}' AS name, count(*) AS n FROM \"{row['table_name']}\""  # noqa: S608 - our names
        for row in named
    )
    counts = {row["name"]: row["n"] for row in release.rows(counted)}
    return [
        {
            "table": row["table_name"],
            "rows": counts[row["table_name"]],
            "holds": (row["comment"] or "").removeprefix(SIMULATED).split(". ")[0].rstrip(".") + ".",
        }
        for row in named
    ]


def _columns(release: OpenRelease, name: str) -> list[dict[str, str | int]]:
    """Name, type, unit and sentence of each column of the table."""
    columns = release.rows(
        "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index",
        [name.lower()],
    )
    if not columns:
        names = [row["table_name"] for row in release.rows("SELECT table_name FROM duckdb_tables()")]
        close = difflib.get_close_matches(name.lower(), names, n=1)
        raise WrongUse(
            f"no table is named {name}; " + (f"did you mean {close[0]}?" if close else "leverage tables lists them")
        )
    found: list[dict[str, str | int]] = []
    for row in columns:
        comment = row["comment"] or ""
        unit = UNIT.search(comment)
        found.append(
            {
                "column": row["column_name"],
                "type": row["data_type"],
                "unit": unit["unit"] if unit else "",
                "meaning": UNIT.sub("", comment),
            }
        )
    return found
