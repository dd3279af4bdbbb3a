"""Files of the project that are made from `tables` and the feeds: dbt's sources, contracts and doc blocks, documents.

`python -m warehouse.generated_files` writes them, `--check` fails where a file differs.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from ingest.feed import Feed
from ingest.feeds import LANDED
from regimes import load_parameters
from tables import Column, Table
from tables.published import DBT_MARTS, PUBLISHED, hourly, market, operations, regimes
from warehouse import data_dictionary
from warehouse.settings import PROJECT

MODELS = PROJECT / "dbt_project" / "models"
FEED_KEYS = PROJECT / "dbt_project" / "macros" / "feed_keys.sql"
DOC_BLOCKS = MODELS / "columns.md"
HEAD = "# Written by `make generated`; change the feeds. Tests belong to the staging models.\n"
MARTS_HEAD = (
    "# Written by `make generated`; change tables/published. These tables are written by Python into the marts schema\n"
    "# after the models, and are declared so that exposures can name them.\n"
)
# The parts of a model's contract that come from its table.
KEY_BLOCK = re.compile(r"^    constraints:.*\n(?:      .*\n)*", re.MULTILINE)
COLUMNS_BLOCK = re.compile(r"^    columns:\n(?:      .*\n)+", re.MULTILINE)


class Generator:
    """Makes each generated file as text; `numbers` are the rules' numbers that sentences name."""

    def __init__(self, numbers: dict[str, object]) -> None:
        self.numbers = numbers

    def files(self) -> dict[Path, str]:
        """Every generated file with the text that it should have."""
        by_venue = groupby(sorted(LANDED, key=lambda f: f.venue), key=lambda f: f.venue)
        staged = {
            MODELS / "staging" / venue / "__sources.yml": _source(venue, list(feeds)) for venue, feeds in by_venue
        }
        contracts = {path: self.contract(path, table) for path, table in _contracted()}
        return {
            **staged,
            MODELS / "marts" / "__sources.yml": _written_by_python(),
            **contracts,
            FEED_KEYS: _feed_keys(),
            DOC_BLOCKS: self.doc_blocks(),
            data_dictionary.INDEX: data_dictionary.index(),
            data_dictionary.SITE: data_dictionary.navigation(),
            **self.table_pages(contracts),
        }

    def contract(self, path: Path, table: Table) -> str:
        """A mart's YAML file with `constraints:` and `columns:` from the table, everything else as it is."""
        key = f"    constraints: [{{type: primary_key, columns: [{', '.join(table.key)}]}}]\n"
        lines = [
            f"      - {{name: {column.name}, data_type: {_dbt_type(column)}, description: '{_doc(table, column)}'}}\n"
            for column in table
        ]
        text = path.read_text()
        for block, written in ((KEY_BLOCK, key), (COLUMNS_BLOCK, "    columns:\n" + "".join(lines))):
            if len(block.findall(text)) != 1:
                raise ValueError(f"{path} needs exactly one block `{written.split(':')[0].strip()}:` of its model")
            text = block.sub(written, text)
        return text

    def doc_blocks(self) -> str:
        """One block for each mart, each column name, and each column with a note of its table."""
        blocks: dict[str, str] = {}
        for table in DBT_MARTS.values():
            blocks[table.name] = f"{table.description} {table.grain}"
            for column in table:
                blocks[_block_name(table, column)] = column.comment(self.numbers)
        lines = ["<!-- Written by `make generated`; change tables/. -->"]
        lines += [f"{{% docs {name} %}}{text}{{% enddocs %}}" for name, text in sorted(blocks.items())]
        return "\n".join(lines) + "\n"

    def table_pages(self, contracts: Mapping[Path, str]) -> dict[Path, str]:
        """docs/tables/<table>.md of each published table."""
        further = {path.stem: _further_text(text) for path, text in contracts.items()}
        return {
            data_dictionary.PAGES / f"{name}.md": data_dictionary.page(table, further.get(name, ""), self.numbers)
            for name, table in PUBLISHED.items()
        }


def _contracted() -> Iterator[tuple[Path, Table]]:
    for name, table in DBT_MARTS.items():
        yield MODELS / "marts" / f"{name}.yml", table


def _dbt_type(column: Column) -> str:
    """The type of a column in a contract, by a name that DuckDB and Spark both know."""
    return column.field.sql_type.lower().replace("varchar", "string")


def _further_text(contract: str) -> str:
    """What a model's description says besides its doc block."""
    description = yaml.safe_load(contract)["models"][0]["description"]
    return str(re.sub(r"\{\{ doc\([^)]*\) \}\}", "", description)).strip()


def _block_name(table: Table, column: Column) -> str:
    return f"{table.name}__{column.name}" if column.note else f"column_{column.name}"


def _doc(table: Table, column: Column) -> str:
    return f'{{{{ doc("{_block_name(table, column)}") }}}}'


def _source(venue: str, feeds: list[Feed]) -> str:
    return HEAD + _dumped(
        {
            "sources": [
                {
                    "name": venue,
                    "schema": "raw",
                    "description": f"{venue.capitalize()} as loaded from landing, append-only, one table per feed.",
                    "tables": [
                        {"name": feed.name, "description": feed.description}
                        for feed in sorted(feeds, key=lambda f: f.name)
                    ],
                }
            ]
        }
    )


def _feed_keys() -> str:
    """A macro and not `meta` of the sources, because dbt's unit tests do not see sources."""
    lines = ["{# The natural key of each feed. Written by `make generated`; change the feeds. #}"]
    lines += ["{% macro feed_keys() -%}", "    {{ return({"]
    lines += [f"        '{feed.name}': {[*feed.key]}," for feed in sorted(LANDED, key=lambda f: f.name)]
    lines += ["    }) }}", "{%- endmacro %}"]
    return "\n".join(lines) + "\n"


def _written_by_python() -> str:
    """The columns stay out: nothing selects from these tables in dbt, and docs/tables has them."""
    packages = {
        "regimes": (
            "Features, labels and evidence of each day, computed from the marts.",
            (*regimes.TABLES, *market.TABLES),
        ),
        "hourly": ("Readings of the last 24 hours, and what they announce.", hourly.TABLES),
        "warehouse": (
            "Feeds, what vendors restate, and what is implausible in their data.",
            (operations.FEED_STATUS, operations.RESTATEMENTS, operations.IMPLAUSIBLE_ROWS),
        ),
    }
    return MARTS_HEAD + _dumped(
        {
            "sources": [
                {
                    "name": package,
                    "schema": "marts",
                    "description": about,
                    "tables": [{"name": t.name, "description": f"{t.description} {t.grain}"} for t in listed],
                }
                for package, (about, listed) in packages.items()
            ]
        }
    )


class _Indented(yaml.SafeDumper):
    """Lists are indented below their key, as in the files that people write."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        del indentless
        return super().increase_indent(flow, False)


def _dumped(content: Any) -> str:  # noqa: ANN401 - what YAML can hold
    return yaml.dump(content, Dumper=_Indented, sort_keys=False, width=118, allow_unicode=True)


def main() -> None:
    """Write the files, or with --check say which differ and exit with 1."""
    wanted = Generator(load_parameters().numbers).files()
    differing = [path for path, text in wanted.items() if not path.exists() or path.read_text() != text]
    if "--check" in sys.argv[1:]:
        for path in differing:
            print(f"{path.relative_to(PROJECT)} is not what it is made from; run: make generated", file=sys.stderr)
        sys.exit(bool(differing))
    for path in differing:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path])


if __name__ == "__main__":
    main()
