"""data.binance.vision: where Binance's archives are, when they appear, and what their rows become."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pandera.polars as pa
import polars as pl

from ingest.archives.archive import Archive, Fetched
from ingest.archives.downloads import fetch_archives
from ingest.archives.rows import legible_rows
from ingest.coverage import Part
from ingest.errors import FeedUnavailable
from ingest.feed import Batch, Request
from ingest.windows import Window

HOST = "data.binance.vision"
# A day's file appears on the next day, a month's on the first Monday of the next; some come days late.
DAILY_OVERDUE = timedelta(days=3)
MONTHLY_OVERDUE = timedelta(days=10)

Seen = Callable[[pl.DataFrame], object]
Batches = Generator[Batch, None, FeedUnavailable | None]
"""Yields batches. Returns the error that ended them early, so that the fetch can go on with REST, else None."""


@dataclass(frozen=True)
class Archives:
    """The files of one kind (klines, metrics, fundingRate) in one market's folder, of a day or a month each.

    `cells` names the cells of a line after the columns that they become. Cells that are no column of the feed are left
    out. `made` are columns made by an expression over the cells and over what `read_rows` adds. The symbol and the
    interval come from the series of the file if no cell has them.
    """

    folder: str
    kind: str
    cells: Sequence[str]
    made: Mapping[str, pl.Expr]

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
        """Yield the days that are over and not held, of whole days given with their series. `seen` gets the rows."""
        wanted = [
            self._archive(series, Window.of_days(day, day))
            for series, window in lacking
            for day in request.held.days_lacking_archive(series, window)
            if Window.of_days(day, day).end <= request.now
        ]
        return self._batches(request, wanted, seen)

    def frame(self, rows: pl.DataFrame, schema: pa.DataFrameSchema) -> pl.DataFrame:
        """`rows` as `read_rows` returns them, in the columns of the schema. Columns that no file has are null."""
        series = pl.col("series").str.split("/").list
        known = {
            **dict.fromkeys(schema.columns, pl.lit(None, pl.String)),
            **{"symbol": series.first(), "interval": series.last(), "channel": pl.lit("archive")},
            **{cell: pl.col(cell) for cell in self.cells},
            **self.made,
        }
        return rows.select(known[name].alias(name) for name in schema.columns)

    def _archive(self, series: str, window: Window) -> Archive:
        """The file of one day or month of a series such as BTCUSDT or BTCUSDT/1h."""
        symbol, _, interval = series.partition("/")
        cadence, period = ("monthly", "%Y-%m") if _is_month(window) else ("daily", "%Y-%m-%d")
        name = f"{symbol}-{interval or self.kind}-{window.start:{period}}.zip"
        return Archive(f"https://{HOST}/data/{self.folder}/{cadence}/{self.kind}/{series}/{name}", series, window)

    def _batches(self, request: Request, wanted: Sequence[Archive], seen: Seen = len) -> Batches:
        """Yield the archives chunk by chunk. One that cannot be read costs a note; the next run asks for it again."""
        if not wanted:
            return None
        request.progress.begin(request.feed.name, len(wanted))
        try:
            for chunk in fetch_archives(request.session, wanted, request.notes):
                legible, rows = legible_rows(chunk, self.cells, request.notes)
                request.progress.advance(request.feed.name, len(chunk), rows.height)
                if parts := tuple(_parts(legible, rows, request.now)):
                    frame = self.frame(rows, request.feed.schema)
                    seen(frame)
                    yield Batch(frame, parts)
        except FeedUnavailable as error:
            return error
        return None


def _parts(chunk: Sequence[Fetched], rows: pl.DataFrame, now: datetime) -> Iterator[Part]:
    """Yield a part for each file that came, and one without rows for each that is absent and overdue."""
    counts = dict(rows.group_by("file").len().iter_rows())
    for position, one in enumerate(chunk):
        archive, absent = one.archive, one.text is None
        overdue = archive.window.end + (MONTHLY_OVERDUE if _is_month(archive.window) else DAILY_OVERDUE)
        if absent and now < overdue:
            continue
        count = counts.get(position, 0)
        yield Part(archive.series, "archive", archive.window, count, archive.url, one.sha256, absent=absent)


def _is_month(window: Window) -> bool:
    return window.end - window.start > timedelta(days=1)
