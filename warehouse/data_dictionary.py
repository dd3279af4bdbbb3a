"""The data dictionary: a list of the published tables, and a page for each with its columns."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tables import Table
from tables.published import PUBLISHED, hourly, hourly_marts, market, operations, regimes
from warehouse.settings import PROJECT

INDEX = PROJECT / "docs" / "data-dictionary.md"
PAGES = PROJECT / "docs" / "tables"
SITE = PROJECT / "mkdocs.yml"
HEAD = """# Data dictionary

Every published table, as `leverage sql` and the Parquet files have it. Each name leads to the columns with their types,
units and meanings. A column name has one type, one unit and one meaning in every table.

Units: *coin* is the asset's own, *bp per 8 h* is basis points per eight hours, *share* runs from 0 to 1, a
*contract unit* is coins of linear and USD of inverse contracts, and *usual deviations* are median absolute deviations
x 1.4826.
Days and times are UTC. What is not known is null.

Written by `make generated` from `tables/`; change that.
"""
# In the order in which they are listed: first what most readers look for.
GROUPS = ("Labels and evidence", "The whole market", "Days", "Contracts and venues", "Hours", "Feeds and the release")
WRITTEN_BY = {
    **{table.name: "Labels and evidence" for table in regimes.TABLES},
    **{table.name: "The whole market" for table in market.TABLES},
    **{table.name: "Hours" for table in (*hourly.TABLES, *hourly_marts.TABLES)},
    **{table.name: "Feeds and the release" for table in operations.TABLES},
}
NAVIGATION = re.compile(r"^(?P<indent> +)- Tables:\n(?:(?P=indent)  .*\n)*", re.MULTILINE)


def group(name: str) -> str:
    """The group of GROUPS in which a published table is listed."""
    by_contract = re.search("^dim_|^venue_|_by_venue_|_sources_|_coverage_", name)
    return WRITTEN_BY.get(name) or ("Contracts and venues" if by_contract else "Days")


def grouped() -> Iterator[tuple[str, list[Table]]]:
    """Each group with its tables by name."""
    for title in GROUPS:
        yield title, [table for name, table in sorted(PUBLISHED.items()) if group(name) == title]


def index() -> str:
    """The text of docs/data-dictionary.md: the tables by group, each with its description."""
    lines = [HEAD]
    for title, tables in grouped():
        lines += [f"## {title}\n", "| table | one row per | |", "| --- | --- | --- |"]
        for table in tables:
            cells = (f"[`{table.name}`](tables/{table.name}.md)", ", ".join(table.key), _cell(table.description))
            lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines)


def page(table: Table, further: str, numbers: dict[str, object]) -> str:
    """The text of docs/tables/<table>.md. `further` is the description in the model's own file."""
    about = " ".join(part for part in (table.description, table.grain, further) if part)
    lines = [
        f"# {table.name}\n\n<!-- Written by `make generated`; change tables/. -->\n\n{about}\n",
        f"```sh\n.venv/bin/leverage sql 'FROM {table.name} LIMIT 10'\n```\n",
        "[Other ways to read it](../querying.md) · [all tables](../data-dictionary.md)\n",
        "| column | type | unit | meaning |\n| --- | --- | --- | --- |",
    ]
    for column in table:
        cells = (f"`{column.name}`", column.field.sql_type.lower(), column.field.unit, column.description(numbers))
        lines.append(f"| {' | '.join(map(_cell, cells))} |")
    return "\n".join(lines) + "\n"


def navigation() -> str:
    """The text of mkdocs.yml, with an entry for each table below the entry `Tables`."""

    def written(found: re.Match[str]) -> str:
        indent = found["indent"]
        lines = [f"{indent}- Tables:", f"{indent}    - Data dictionary: data-dictionary.md"]
        for title, tables in grouped():
            lines.append(f"{indent}    - {title}:")
            lines += [f"{indent}        - tables/{table.name}.md" for table in tables]
        return "\n".join(lines) + "\n"

    text, count = NAVIGATION.subn(written, SITE.read_text())
    if count != 1:
        raise ValueError(f"{SITE} needs exactly one entry `Tables:`")
    return text


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
