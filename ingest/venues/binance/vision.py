"""data.binance.vision: where Binance's archives are, when they appear, and their CSV as one frame.

Files come with or without a header line, spot in microseconds from 2025 on; both are settled here.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Generator, Iterator, Sequence
from datetime import timedelta
from typing import Any

import polars as pl

from ingest.archives.archive import Archive, Fetched
from ingest.archives.downloads import fetch_archives
from ingest.coverage import Part
from ingest.errors import ArchiveDamaged, FeedUnavailable
from ingest.feed import Batch, Request
from ingest.schema import since_1970
from ingest.windows import Window

HOST = "data.binance.vision"
# A day's file appears on the next day, a month's on the first Monday of the next; some come days late.
DAILY_OVERDUE = timedelta(days=3)
MONTHLY_OVERDUE = timedelta(days=10)
MICROSECONDS_FROM = 10**14  # a larger stamp is in microseconds: in milliseconds it would be the year 5138


def archive(
    market: str, cadence: str, kind: str, symbol: str, series: str, window: Window, interval: str = ""
) -> Archive:
    """The file of `kind` (klines, metrics, fundingRate) for the day or month that `window` is."""
    period = f"{window.start:%Y-%m}" if cadence == "monthly" else f"{window.start:%Y-%m-%d}"
    folder = f"{symbol}/{interval}" if interval else symbol
    url = f"https://{HOST}/data/{market}/{cadence}/{kind}/{folder}/{symbol}-{interval or kind}-{period}.zip"
    return Archive(url, series, window)


def overdue(window: Window, request: Request) -> bool:
    """Whether an archive of this window that is not there now will never be."""
    wait = MONTHLY_OVERDUE if window.end - window.start > timedelta(days=2) else DAILY_OVERDUE
    return request.now >= window.end + wait


def fetch(
    request: Request, wanted: Sequence[Archive], columns: Sequence[str]
) -> Iterator[tuple[pl.DataFrame, tuple[Part, ...]]]:
    """Yield (rows as text with columns `series` and `period_start`, parts) chunk by chunk.

    Absent archives that are overdue become parts without rows; younger ones are left for the next run, and so are
    those that cannot be read, with a note.
    """
    if not wanted:
        return
    request.progress.begin(request.feed.name, len(wanted))
    for chunk in fetch_archives(request.session, wanted, request.notes):
        legible, rows = _legible(chunk, columns, request.notes)
        parts = tuple(_part(one, rows_in) for one, rows_in in _counted(legible, rows, request))
        request.progress.advance(request.feed.name, len(chunk), rows.height)
        if parts:
            yield rows.drop("file"), parts


def batches(
    request: Request, wanted: Sequence[Archive], columns: Sequence[str], parse: Callable[[pl.DataFrame], pl.DataFrame]
) -> Generator[Batch, None, FeedUnavailable | None]:
    """Yield what `parse` makes of the archives; returns why the rest of them cannot be had, None when all came.

    The host being closed does not end the feed: its REST interface is another host.
    """
    try:
        for text_rows, parts in fetch(request, wanted, columns):
            yield Batch(parse(text_rows), parts)
    except FeedUnavailable as error:
        return error
    return None


def _legible(
    chunk: Sequence[Fetched], columns: Sequence[str], notes: list[str]
) -> tuple[Sequence[Fetched], pl.DataFrame]:
    """The chunk and its rows; where a file cannot be read, the chunk without it."""
    try:
        return chunk, read(chunk, columns)
    except ArchiveDamaged:
        legible = []
        for one in chunk:
            try:
                read([one], columns)
            except ArchiveDamaged as error:
                notes.append(str(error))
            else:
                legible.append(one)
        return legible, read(legible, columns)


def read(chunk: Sequence[Fetched], columns: Sequence[str]) -> pl.DataFrame:
    """The CSVs of a chunk as one frame of text: `columns`, and of each row's file its `series`, the start of its
    window (`period_start`, UTC) and its position in the chunk (`file`).

    One read over the joined text is several times faster than one for every file of 288 rows.
    Raises ArchiveDamaged when a file has another number of columns.
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
    schema: dict[str, Any] = dict.fromkeys(columns, pl.String)
    of_file: dict[str, Any] = {"file": pl.Int64, "series": pl.String, "period_start": pl.Datetime("us")}
    files = pl.DataFrame(lines, schema={**of_file, "lines": pl.Int64}, orient="row")
    if not joined:
        return pl.DataFrame(schema={**schema, **of_file})
    try:
        text = pl.read_csv(io.BytesIO(joined), has_header=False, schema=schema, quote_char=None)
    except pl.exceptions.PolarsError as error:
        names = ", ".join(one.archive.url.rsplit("/", 1)[1] for one in (chunk[0], chunk[-1]))
        raise ArchiveDamaged(f"unexpected CSV in {names}: {str(error).splitlines()[0]}") from error
    origin = files.select(pl.col(*of_file).repeat_by("lines").explode())
    if origin.height != text.height:
        raise ArchiveDamaged(f"{HOST}: {origin.height} lines but {text.height} rows from {chunk[0].archive.url}")
    return text.with_columns(origin.get_columns())


def stamp(column: str) -> pl.Expr:
    """Milliseconds or microseconds since 1970 as a timestamp; text that is no number becomes null."""
    number = pl.col(column).cast(pl.Int64, strict=False)
    return pl.when(number >= MICROSECONDS_FROM).then(since_1970(number, 1)).otherwise(since_1970(number, 1000))


def _counted(chunk: Sequence[Fetched], rows: pl.DataFrame, request: Request) -> list[tuple[Fetched, int]]:
    held = dict(rows.group_by("file").len().iter_rows())
    return [
        (one, held.get(position, 0))
        for position, one in enumerate(chunk)
        if one.text is not None or overdue(one.archive.window, request)
    ]


def _part(one: Fetched, rows: int) -> Part:
    return Part(
        one.archive.series,
        "archive",
        one.archive.window,
        rows,
        one.archive.url,
        one.sha256,
        absent=one.text is None,
    )
