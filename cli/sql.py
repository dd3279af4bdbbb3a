"""`leverage sql`: one query against the published database, read-only."""

from __future__ import annotations

from typing import Any

import polars as pl
from rich import box
from rich.table import Table

from cli.console import results
from orchestration.settings import Settings
from warehouse.reading import select

ROWS_SHOWN = 1000  # more is for a file or a notebook, not for a terminal


def sql(settings: Settings, query: str) -> None:
    """Print the result as a table, or tab-separated where the output is not a terminal."""
    frame, out = select(settings.located(), query), results()
    if out.is_terminal:
        out.print(_table(frame))
        more = f", the first {ROWS_SHOWN} shown" if frame.height > ROWS_SHOWN else ""
        out.print(f"[dim]{frame.height} rows{more}[/dim]")
    else:
        flat = frame.with_columns(
            pl.col(n).map_elements(str, pl.String) for n, t in frame.schema.items() if _unwritable(t)
        )
        print(flat.write_csv(separator="\t"), end="")


def _unwritable(dtype: pl.DataType) -> bool:
    """Whether text has no form of its own for the type: lists, structs, intervals."""
    return dtype.is_nested() or dtype == pl.Duration


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
    return text.replace("[", r"\[")
