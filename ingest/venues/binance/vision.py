"""data.binance.vision: where Binance's archives are, when they appear, and how their CSV becomes rows.

Files come with or without a header line.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from ingest.archives.archive import Archive, Fetched
from ingest.archives.downloads import fetch_archives
from ingest.coverage import Part
from ingest.errors import ArchiveDamaged, FeedUnavailable
from ingest.feed import Batch, Request
from ingest.fetch.shapes import blanks_filled
from ingest.windows import Window

HOST = "data.binance.vision"
DAY = timedelta(days=1)
UNKNOWN = '""'  # a pair of quotes, or blank
# A day's file appears on the next day, a month's on the first Monday of the next; some come days late.
DAILY_OVERDUE = timedelta(days=3)
MONTHLY_OVERDUE = timedelta(days=10)

Seen = Callable[[pl.DataFrame], object]
Batches = Generator[Batch, None, FeedUnavailable | None]
"""Yields batches, and returns why the rest of them cannot be had. None when all came.

The host being closed does not end a feed: its REST interface is another host.
"""


@dataclass(frozen=True)
class Archives:
    """The files of one kind (klines, metrics, fundingRate) in one market's folder, of a day or a month each.

    `fields` names the fields of a line, in order. `columns` maps each landed column to the field or the expression that
    it is made from. An expression may also use what `read` adds: `series` and `period_start`.
    """

    folder: str
    kind: str
    fields: Sequence[str]
    columns: Mapping[str, str | pl.Expr]

    def months(self, request: Request, series: Iterable[str]) -> Batches:
        """Yield the months of the window that are over and not held."""
        wanted = [
            self._archive(one, month)
            for one in series
            for month in request.wanted.months()
            if month.end <= request.now and request.held.lacks_archive(one, month)
        ]
        return self._batches(request, wanted)

    def days(self, request: Request, lacking: Iterable[tuple[str, Window]], seen: Seen = len) -> Batches:
        """Yield the days that are over and not held, of windows of whole days given with their series.

        `seen` is called with the rows of each batch.
        """
        wanted = [
            self._archive(series, Window.of_days(day, day))
            for series, window in lacking
            for day in request.held.days_lacking_archive(series, window)
            if Window.of_days(day, day).end <= request.now
        ]
        return self._batches(request, wanted, seen)

    def frame(self, chunk: Sequence[Fetched]) -> pl.DataFrame:
        """The rows of these files, numbers as published text. Raises ArchiveDamaged as `read` does."""
        return read(chunk, self.fields).select(**self.columns)

    def _archive(self, series: str, window: Window) -> Archive:
        """The file of one day or month of a series such as BTCUSDT or BTCUSDT/1h."""
        symbol, _, interval = series.partition("/")
        cadence, period = ("monthly", "%Y-%m") if _is_month(window) else ("daily", "%Y-%m-%d")
        name = f"{symbol}-{interval or self.kind}-{window.start:{period}}.zip"
        return Archive(f"https://{HOST}/data/{self.folder}/{cadence}/{self.kind}/{series}/{name}", series, window)

    def _batches(self, request: Request, wanted: Sequence[Archive], seen: Seen = len) -> Batches:
        """Yield the archives chunk by chunk.

        Absent archives that are overdue become parts without rows. Younger ones are left for the next run, and so are
        those that cannot be read, with a note.
        """
        if not wanted:
            return None
        request.progress.begin(request.feed.name, len(wanted))
        try:
            for chunk in fetch_archives(request.session, wanted, request.notes):
                legible, rows = self._legible(chunk, request.notes)
                parts = tuple(_parts(legible, rows, request.now))
                request.progress.advance(request.feed.name, len(chunk), rows.height)
                if parts:
                    batch = Batch(blanks_filled(rows.select(**self.columns), request), parts)
                    seen(batch.rows)
                    yield batch
        except FeedUnavailable as error:
            return error
        return None

    def _legible(self, chunk: Sequence[Fetched], notes: list[str]) -> tuple[Sequence[Fetched], pl.DataFrame]:
        """The files of the chunk that can be read, and their rows. Each of the others gets a note."""
        try:
            return chunk, read(chunk, self.fields)
        except ArchiveDamaged:
            legible = []
            for one in chunk:
                try:
                    read([one], self.fields)
                except ArchiveDamaged as error:
                    notes.append(str(error))
                else:
                    legible.append(one)
            return legible, read(legible, self.fields)


def read(chunk: Sequence[Fetched], fields: Sequence[str]) -> pl.DataFrame:
    """The CSVs of a chunk as one frame of text: `fields`, and for each row the `series` of its file, the start of the
    file's window (`period_start`, UTC) and its position in the chunk (`file`).

    One read over the joined text is several times faster than one for every file of 288 rows.
    Raises ArchiveDamaged when a file has another number of fields.
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
    schema: dict[str, Any] = dict.fromkeys(fields, pl.String)
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
        raise ArchiveDamaged(f"{HOST}: {origin.height} lines but {text.height} rows from {chunk[0].archive.url}")
    return text.with_columns(origin.get_columns())


def _parts(chunk: Sequence[Fetched], rows: pl.DataFrame, now: datetime) -> Iterator[Part]:
    """Yield the part of each file that came, and of each one that is absent and will not appear any more."""
    counts = dict(rows.group_by("file").len().iter_rows())
    for position, (archive, text, sha256) in enumerate((one.archive, one.text, one.sha256) for one in chunk):
        absent, window = text is None, archive.window
        if absent and now < window.end + (MONTHLY_OVERDUE if _is_month(window) else DAILY_OVERDUE):
            continue
        yield Part(archive.series, "archive", window, counts.get(position, 0), archive.url, sha256, absent=absent)


def _is_month(window: Window) -> bool:
    return window.end - window.start > DAY
