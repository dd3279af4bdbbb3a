"""The dbt source declarations of the raw tables, and of the marts that Python writes, from their schemas.

`python -m warehouse.dbt_sources` writes them, `--check` fails where a file differs.
"""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path

from ingest.feed import Feed
from ingest.feeds import LANDED
from ingest.schema import comment_of
from regimes import TABLE_DESCRIPTIONS, TABLE_KEYS, validation
from warehouse import feed_status, restatements
from warehouse.raw import LINEAGE, SQL_TYPES
from warehouse.settings import PROJECT

MODELS = PROJECT / "dbt_project" / "models"
HEAD = "# Written by `make sources` from the feeds' schemas; change those. Tests belong to the staging models.\n"
MARTS_HEAD = (
    "# Written by `make sources` from what Python says of the tables that it writes into the marts schema after the"
    " models:\n# declared so that exposures can name them.\n"
)


def declarations() -> dict[Path, str]:
    """The files and what they have to say, one per venue, and one for what no model makes of the marts."""
    by_venue = groupby(sorted(LANDED, key=lambda f: f.venue), key=lambda f: f.venue)
    staged = {MODELS / "staging" / venue / "__sources.yml": _source(venue, list(feeds)) for venue, feeds in by_venue}
    return {**staged, MODELS / "marts" / "__sources.yml": _written_by_python()}


def _written_by_python() -> str:
    """The columns stay out: nothing selects from these tables in dbt, and docs/data-dictionary.md has them."""
    by_package = {
        "regimes": (
            "Features, labels and evidence of each day, computed from the marts by the regimes package.",
            {
                **{name: _grained(said, TABLE_KEYS[name]) for name, said in TABLE_DESCRIPTIONS.items()},
                validation.VALIDATION: _grained(validation.DESCRIPTION, validation.KEY),
            },
        ),
        "warehouse": (
            "What the warehouse tells of its feeds.",
            {
                feed_status.FEED_STATUS: feed_status.DESCRIPTION,
                restatements.RESTATEMENTS: restatements.DESCRIPTION,
            },
        ),
    }
    lines = [MARTS_HEAD + "sources:"]
    for package, (about, tables) in by_package.items():
        lines += [f"  - name: {package}", "    schema: marts", f"    description: {about}", "    tables:"]
        for name, description in tables.items():
            lines += [f"      - name: {name}", f"        description: {_quoted(description)}"]
    return "\n".join(lines) + "\n"


def _grained(description: str, key: tuple[str, ...]) -> str:
    return f"{description} Grain: one row per ({', '.join(key)})."


def _source(venue: str, feeds: list[Feed]) -> str:
    lines = [
        HEAD + "sources:",
        f"  - name: {venue}",
        "    schema: raw",
        f"    description: {venue.capitalize()} as loaded from landing, append-only, one table per feed.",
        "    tables:",
    ]
    for feed in sorted(feeds, key=lambda f: f.name):
        key = ", ".join(feed.key)
        lines += [
            f"      - name: {feed.name}",
            f"        description: {_quoted(f'{feed.description} Several rows per ({key}) when fetched again.')}",
            "        columns:",
        ]
        for name, column in feed.schema.columns.items():
            lines += _column(name, SQL_TYPES[column.dtype.type.base_type()], comment_of(column))
        for name, (sql_type, about) in LINEAGE.items():
            lines += _column(name, sql_type, about)
    return "\n".join(lines) + "\n"


def _column(name: str, sql_type: str, about: str) -> list[str]:
    return [
        f"          - name: {name}",
        f"            data_type: {sql_type.lower()}",
        f"            description: {_quoted(about)}",
    ]


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def main() -> None:
    """Write the files, or with --check say which differ and exit with 1."""
    differing = [path for path, text in declarations().items() if not path.exists() or path.read_text() != text]
    if "--check" in sys.argv[1:]:
        for path in differing:
            print(f"{path} is not what the schemas say; run: make sources", file=sys.stderr)
        sys.exit(bool(differing))
    for path in differing:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(declarations()[path])


if __name__ == "__main__":
    main()
