"""The CSVs of many archives as one frame of text, without those that cannot be read."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import polars as pl

from ingest.archives.archive import Fetched
from ingest.errors import ArchiveDamaged

UNKNOWN = '""'  # a pair of quotes means the same as a blank cell


def legible_rows(
    chunk: Sequence[Fetched], cells: Sequence[str], notes: list[str]
) -> tuple[Sequence[Fetched], pl.DataFrame]:
    """The files of the chunk that can be read, and their rows as from `read_rows`. Each other file gets a note."""
    try:
        return chunk, read_rows(chunk, cells)
    except ArchiveDamaged:
        legible = []
        for one in chunk:
            try:
                read_rows([one], cells)
            except ArchiveDamaged as error:
                notes.append(str(error))
            else:
                legible.append(one)
        return legible, read_rows(legible, cells)


def read_rows(chunk: Sequence[Fetched], cells: Sequence[str]) -> pl.DataFrame:
    """The lines of all files in order, with or without a header line, as text in the columns `cells`.

    Each row also has the `series` of its file, the start of the file's window (`period_start`, UTC) and its position in
    the chunk (`file`). One read over the joined text is several times faster than one for every file of 288 rows.
    Raises ArchiveDamaged when a line has another number of cells.
    """
    joined, lines = bytearray(), []
    for position, one in enumerate(chunk):
        body = one.text or b""
        if body[:1].isalpha():  # a header line, which only some years have
            body = body[body.find(b"\n") + 1 :] if b"\n" in body else b""
        if body and not body.endswith(b"\n"):
            body += b"\n"
        joined += body
        start = one.archive.window.start.replace(tzinfo=None)
        lines.append((position, one.archive.series, start, body.count(b"\n")))
    schema: dict[str, Any] = dict.fromkeys(cells, pl.String)
    of_file: dict[str, Any] = {"file": pl.Int64, "series": pl.String, "period_start": pl.Datetime("us")}
    files = pl.DataFrame(lines, schema={**of_file, "lines": pl.Int64}, orient="row")
    if not joined:
        return pl.DataFrame(schema={**schema, **of_file})
    try:
        text = pl.read_csv(io.BytesIO(joined), has_header=False, schema=schema, quote_char=None, null_values=UNKNOWN)
    except pl.exceptions.PolarsError as error:
        names = ", ".join(one.archive.url.rsplit("/", 1)[1] for one in (chunk[0], chunk[-1]))
        raise ArchiveDamaged(f"unexpected CSV in {names}: {str(error).splitlines()[0]}") from error
    origin = files.select(pl.col(*of_file).repeat_by("lines").explode())
    if origin.height != text.height:
        raise ArchiveDamaged(f"{origin.height} lines but {text.height} rows from {chunk[0].archive.url}")
    return text.with_columns(origin.get_columns())
