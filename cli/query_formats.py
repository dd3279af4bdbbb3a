"""The result of a query as the content of a file: CSV, tab-separated, JSON, Parquet, Excel or Markdown."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from cli.errors import WrongUse
from cli.options import Format

if TYPE_CHECKING:
    from duckdb import DuckDBPyRelation

NUMBERS = (
    "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT",
    "FLOAT", "DOUBLE", "DECIMAL",
)  # fmt: skip
Content = tuple[bytes, int]  # and the number of rows
SHEET_ROWS, SHEET_COLUMNS = 1_048_576, 16_384  # of a worksheet, the header included


def is_number(kind: str) -> bool:
    """Whether a DuckDB type, such as DECIMAL(18,3), is a number."""
    return kind.split("(")[0] in NUMBERS and not kind.endswith("]")


def _separated(relation: DuckDBPyRelation, delimiter: str) -> Content:
    """Text as DuckDB writes it, also of lists, structs and intervals. Null is empty."""
    file, rows = io.StringIO(), _texts(relation)
    writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
    writer.writerow(relation.columns)
    writer.writerows(rows)
    return file.getvalue().encode(), len(rows)


def _json(relation: DuckDBPyRelation) -> Content:
    file, frame = io.BytesIO(), relation.pl()
    frame.write_json(file)
    return file.getvalue() + b"\n", frame.height


def _parquet(relation: DuckDBPyRelation) -> Content:
    file, frame = io.BytesIO(), relation.pl()
    frame.write_parquet(file)
    return file.getvalue(), frame.height


def _xlsx(relation: DuckDBPyRelation) -> Content:
    """One worksheet with a fixed header and filters. Days and times are dates, nested values text. Null is empty.

    Raises WrongUse for more rows or columns than a worksheet has, and where xlsxwriter is missing.
    """
    import polars as pl

    if find_spec("xlsxwriter") is None:  # an environment from before Excel files
        raise WrongUse("Excel files need xlsxwriter, which is not installed; run: make setup")
    file, frame = io.BytesIO(), relation.pl()
    if frame.height >= SHEET_ROWS or frame.width > SHEET_COLUMNS:
        raise WrongUse(
            f"a worksheet has {SHEET_ROWS:,} rows and {SHEET_COLUMNS:,} columns, and the result is larger; "
            "add WHERE or LIMIT, or write .csv or .parquet"
        )
    nested = {name: pl.String for name, kind in frame.schema.items() if kind.is_nested()}
    if nested:
        texts = dict(zip(frame.columns, zip(*_texts(relation), strict=True), strict=True)) if frame.height else {}
        frame = frame.with_columns(pl.Series(name, texts.get(name, ()), pl.String) for name in nested)
    frame.write_excel(file, worksheet="leverage", freeze_panes=(1, 0), autofit=True)
    return file.getvalue(), frame.height


def _markdown(relation: DuckDBPyRelation) -> Content:
    rows = _texts(relation)
    lines = [
        _line(relation.columns),
        _line(["---:" if is_number(str(kind)) else "---" for kind in relation.types]),
        *(_line([value or "" for value in row]) for row in rows),
    ]
    return ("\n".join(lines) + "\n").encode(), len(rows)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(_marked, cells))} |"


def _marked(cell: str) -> str:
    return cell.replace("|", r"\|").replace("\n", "<br>")


def _texts(relation: DuckDBPyRelation) -> list[tuple[str | None, ...]]:
    return relation.project("CAST(COLUMNS(*) AS VARCHAR)").fetchall()


WRITERS: dict[Format, Callable[[DuckDBPyRelation], Content]] = {
    Format.CSV: lambda relation: _separated(relation, ","),
    Format.TSV: lambda relation: _separated(relation, "\t"),
    Format.JSON: _json,
    Format.PARQUET: _parquet,
    Format.XLSX: _xlsx,
    Format.MARKDOWN: _markdown,
}
