"""`leverage sql`: one read-only query of the published database, as a table, as text or as a file."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
from rich import box
from rich.table import Table

from cli.console import stderr_console, stdout_console
from cli.errors import WrongUse
from cli.output import write_output
from ingest.errors import printable
from warehouse.reading import open_release
from warehouse.settings import Settings

ROWS_SHOWN = 1000  # on a terminal; use --output for more
FORMATS: dict[str, Callable[[pl.DataFrame, io.BytesIO], Any]] = {
    ".csv": lambda frame, file: _flat(frame).write_csv(file),
    ".parquet": lambda frame, file: frame.write_parquet(file),
    ".json": lambda frame, file: frame.write_json(file),
}


def sql(settings: Settings, query: str, output: Path | None) -> None:
    """Print the result as a table, tab-separated if the output is not a terminal, or write it to `output`."""
    if output is not None and output.suffix.lower() not in FORMATS:
        raise WrongUse(f"--output {output} must end in one of {', '.join(FORMATS)}")
    with open_release(settings.resolved_warehouse()) as release:
        frame, out = release.select(query), stdout_console()
    if output is not None:
        content = io.BytesIO()
        FORMATS[output.suffix.lower()](frame, content)
        write_output(output, content.getvalue())
        stderr_console().print(f"{frame.height} rows in {output}", markup=False)
    elif out.is_terminal:
        out.print(_table(frame))
        more = f", the first {ROWS_SHOWN} shown" if frame.height > ROWS_SHOWN else ""
        out.print(f"[dim]{frame.height} rows{more}[/dim]")
    else:
        print(_flat(frame).write_csv(separator="\t"), end="")


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with lists, structs and intervals as text, because CSV has no form for them."""
    unwritable = [n for n, t in frame.schema.items() if t.is_nested() or t == pl.Duration]
    return frame.with_columns(
        pl.Series(n, [None if v is None else str(v) for v in frame[n].to_list()], pl.String) for n in unwritable
    )


def _table(frame: pl.DataFrame) -> Table:
    table = Table(box=box.SIMPLE_HEAD, header_style="bold")
    for name, dtype in frame.schema.items():
        table.add_column(name, justify="right" if dtype.is_numeric() else "left", overflow="fold")
    for row in frame.head(ROWS_SHOWN).iter_rows():
        table.add_row(*map(_cell, row))
    return table


def _cell(value: Any) -> str:  # noqa: ANN401 - any SQL value
    if value is None:
        return "[dim]null[/dim]"
    text = (
        f"{value:.6g}"
        if isinstance(value, float) and abs(value) < 1e6
        else f"{value:,.0f}"
        if isinstance(value, float)
        else str(value)
    )
    return "\n".join(map(printable, text.split("\n"))).replace("[", r"\[")
