"""docs/data-dictionary.md: every published table and column with type and unit, from what dbt and the schemas say.

`python -m orchestration.data_dictionary` writes it, `--check` fails where it differs.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from orchestration.dbt_project import prepared_manifest
from regimes import TABLE_DESCRIPTIONS, TABLES
from warehouse.feed_status import COLUMNS as STATUS_COLUMNS
from warehouse.settings import PROJECT

PATH = PROJECT / "docs" / "data-dictionary.md"
HEAD = """# Data dictionary

Every published table, as `leverage sql` and the Parquet files have it. Written by `make dictionary` from the contracts
of the dbt models and from the schemas of what Python writes; change those. `dim_` tables describe, `_daily` tables have
one row per day, `_by_venue_` ones per contract and day. Units: *coin* is the asset's own, *bp per 8h* basis points per
eight hours, *share* runs from 0 to 1, *contract unit* is coins of linear and USD of inverse contracts.
"""
Line = tuple[str, str, str, str]  # column, type, unit, description


def dictionary() -> str:
    """The whole file."""
    return "\n".join(
        [HEAD, *(line for name, about, lines in sorted(_tables()) for line in _section(name, about, lines))]
    )


def _tables() -> Iterator[tuple[str, str, list[Line]]]:
    for node in json.loads(prepared_manifest().read_text())["nodes"].values():
        if node["resource_type"] == "model" and node["fqn"][1] == "marts":
            yield node["name"], node["description"], [_dbt_line(column) for column in node["columns"].values()]
    for name, columns in TABLES.items():
        yield name, TABLE_DESCRIPTIONS[name], [(c.name, str(c.dtype), c.unit or "", c.description) for c in columns]
    about = "One row per feed: how far it reaches, and how its last pull went."
    yield "feed_status", about, [(name, kind.lower(), "", said) for name, (kind, said) in STATUS_COLUMNS.items()]


def _dbt_line(column: dict[str, Any]) -> Line:
    unit = column["config"]["meta"]["unit"]
    return column["name"], column["data_type"], "" if unit in ("name", "text") else unit, column["description"]


def _section(name: str, about: str, lines: Iterable[Line]) -> Iterator[str]:
    yield f"## {name}\n\n{about}\n\n| column | type | unit | |\n| --- | --- | --- | --- |"
    for line in lines:
        yield "| " + " | ".join(_cell(text) for text in (f"`{line[0]}`", *line[1:])) + " |"
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").strip()


def main() -> None:
    """Write the file, or with --check say that it differs and exit with 1."""
    said = dictionary()
    differs = not PATH.exists() or PATH.read_text() != said
    if "--check" in sys.argv[1:]:
        if differs:
            print(f"{PATH} is not what the models say; run: make dictionary", file=sys.stderr)
        sys.exit(differs)
    PATH.write_text(said)


if __name__ == "__main__":
    main()
