"""`leverage sql`: one read-only query of the published database, as a table, as text or as a file."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cli.errors import WrongUse
from cli.options import Format
from cli.output import write_output
from cli.query_formats import WRITERS
from warehouse.reading import open_release
from warehouse.settings import Settings

STANDARD = Path("-")  # standard output in --output, and as the query standard input
ROWS_SHOWN = 1000  # of a table; use --output for more
ENDINGS = {
    ".csv": Format.CSV,
    ".tsv": Format.TSV,
    ".json": Format.JSON,
    ".parquet": Format.PARQUET,
    ".xlsx": Format.XLSX,
    ".md": Format.MARKDOWN,
}

BINARY = (Format.PARQUET, Format.XLSX)


def sql(settings: Settings, query: str, output: Path | None, chosen: Format | None) -> None:
    """Print the result or write it to `output`, in the `chosen` format.

    The defaults are the format of the file's ending, a table on a terminal, and tab-separated text for programs. The
    query `-` is read from standard input. Raises WrongUse, before the query runs, when the options contradict.
    """
    file = None if output in (None, STANDARD) else output
    wanted = _format(file, chosen)
    if file is None and wanted in BINARY and sys.stdout.isatty():
        raise WrongUse(
            f"--format {wanted.value} is not for a terminal; name a file with --output, or pipe it to a program"
        )
    text = _typed(query)
    with open_release(settings.resolved_warehouse()) as release:
        relation = release.relation(text)
        if wanted is Format.TABLE:
            names, types, rows = relation.columns, list(map(str, relation.types)), relation.fetchall()
        else:
            content, count = WRITERS[wanted](relation)
    if wanted is Format.TABLE:
        _print_table(names, types, rows)
    elif file is not None:
        write_output(file, content)
        print(f"{count} rows in {file}", file=sys.stderr)
    elif wanted in BINARY:
        sys.stdout.buffer.write(content)
    else:
        sys.stdout.write(content.decode())


def _print_table(names: Sequence[str], types: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    from cli.console import stdout_console  # Rich takes a tenth of a second, which programs need not wait for
    from cli.fitting_table import fitting_table

    out = stdout_console()
    table, hidden = fitting_table(names, types, rows[:ROWS_SHOWN], out.width)
    out.print(table)
    more = f", the first {ROWS_SHOWN:,} shown" if len(rows) > ROWS_SHOWN else ""
    left_out = f", {len(names) - hidden} of {len(names)} columns shown; --output FILE.csv has all" if hidden else ""
    out.print(f"[dim]{len(rows)} rows{more}{left_out}[/dim]", soft_wrap=True)


def _format(file: Path | None, chosen: Format | None) -> Format:
    if file is None:
        return chosen or (Format.TABLE if sys.stdout.isatty() else Format.TSV)
    if chosen is Format.TABLE:
        raise WrongUse("--format table is for the screen; use markdown, csv, json or parquet with --output")
    found = chosen or ENDINGS.get(file.suffix.lower())
    if found is None:
        raise WrongUse(f"--output {file} must end in one of {', '.join(ENDINGS)}, or add --format")
    return found


def _typed(query: str) -> str:
    text = sys.stdin.read() if query == str(STANDARD) else query
    if not text.strip():
        raise WrongUse('the query is empty; write one in quotes, such as leverage sql "SELECT * FROM regimes_daily"')
    return text
