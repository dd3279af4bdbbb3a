"""docs/data-dictionary.md: every published table and column with type and unit, from what dbt and the schemas say.

`python -m orchestration.data_dictionary` writes it, `--check` fails where it differs.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from orchestration.dbt_project import prepared_manifest
from regimes import TABLE_DESCRIPTIONS, TABLES, Column, validation
from warehouse import feed_status, publishing, restatements
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
        yield name, TABLE_DESCRIPTIONS[name], [_regime_line(column) for column in columns]
    measured = f"{validation.DESCRIPTION} Published once the job `validation` has run."
    yield validation.VALIDATION, measured, [_regime_line(column) for column in validation.COLUMNS]
    yield feed_status.FEED_STATUS, feed_status.DESCRIPTION, _sql_lines(feed_status.COLUMNS)
    yield restatements.RESTATEMENTS, restatements.DESCRIPTION, _sql_lines(restatements.COLUMNS)
    yield publishing.ABOUT, publishing.ABOUT_DESCRIPTION, _sql_lines(publishing.ABOUT_COLUMNS)


def _regime_line(column: Column) -> Line:
    return column.name, str(column.dtype), column.unit, column.description


def _sql_lines(columns: Mapping[str, tuple[str, str]]) -> list[Line]:
    """Of a table that SQL makes; a unit stands in the comment, in brackets at its end."""
    lines = []
    for name, (sql_type, comment) in columns.items():
        said, _, unit = comment.removesuffix("]").partition(" [") if comment.endswith("]") else (comment, "", "")
        lines.append((name, sql_type.lower(), unit, said))
    return lines


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
