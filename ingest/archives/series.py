"""Archives as a series that a venue publishes, a file a day or a month: which are asked for, and what they cover."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pandera.polars as pa
import polars as pl

from ingest.archives.archive import Archive, Fetched
from ingest.archives.downloads import fetch_archives
from ingest.archives.rows import legible_rows
from ingest.coverage import Part, covered_runs, covered_stretches
from ingest.errors import FeedUnavailable
from ingest.feed import Batch, Request
from ingest.fetch.shapes import HOUR, STEPS
from ingest.schema import TIMESTAMP, sensible
from ingest.windows import Window

# Binance has a day's file on the next day, and a month's on the first Monday of the next; some come days late.
DAILY_OVERDUE = timedelta(days=3)
MONTHLY_OVERDUE = timedelta(days=10)

Seen = Callable[[pl.DataFrame], object]
Batches = Generator[Batch, None, FeedUnavailable | None]
"""Yields batches. Returns the error that ended them early, so that the fetch can go on with REST, else None."""


@dataclass(frozen=True)
class Archives:
    """The files of one kind, such as klines, of a day or a month each.

    `path` makes the path of a file on `host` from its series, such as BTCUSDT or BTCUSDT/1h, and its period. `cells`
    names the cells of a line after the columns that they become. Cells that are no column of the feed are left out.
    `made` are columns made by an expression over the cells and over what `read_rows` adds. The symbol and the interval
    come from the series of the file if no cell has them.
    A row covers `step`, or the interval if the series has one, and two rows are at most `apart`, if that is more.
    `step` is None where rows come irregularly: then a file covers its period. `before` is how long before its stamp a
    row begins.
    """

    host: str
    path: Callable[[str, Window], str]
    cells: Sequence[str]
    made: Mapping[str, pl.Expr]
    step: timedelta | None = None
    apart: timedelta | None = None
    before: timedelta = timedelta(0)

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
        return Archive(f"https://{self.host}/{self.path(series, window)}", series, window)

    def _batches(self, request: Request, wanted: Sequence[Archive], seen: Seen = len) -> Batches:
        """Yield the archives chunk by chunk. One that cannot be read costs a note; the next run asks for it again."""
        if not wanted:
            return None
        request.progress.begin(request.feed.name, len(wanted))
        try:
            with request.archive_turn:
                for chunk in fetch_archives(request.session, wanted, request.notes):
                    legible, rows = legible_rows(chunk, self.cells, request.notes)
                    request.progress.advance(request.feed.name, len(chunk), rows.height)
                    own = self._own_rows(request, legible, rows)
                    if parts := tuple(self._parts(request, legible, own)):
                        frame = own.drop("file")
                        seen(frame)
                        yield Batch(frame, parts)
        except FeedUnavailable as error:
            return error
        return None

    def _own_rows(self, request: Request, chunk: Sequence[Fetched], rows: pl.DataFrame) -> pl.DataFrame:
        """The rows that are about the symbol and the period of their `file`, in the columns of the feed.

        Rows about others cost a note: the venue has published files with another content than their names say. A row
        with a stamp that cannot be read stays, so that it is quarantined.
        """
        windows = [one.archive.window for one in chunk]
        periods = [(window.start.replace(tzinfo=None), window.end.replace(tzinfo=None)) for window in windows]
        of_file = pl.DataFrame(periods, schema=dict.fromkeys(("begins", "ends"), TIMESTAMP), orient="row")
        placed = self.frame(rows, request.feed.schema).with_columns(
            rows["file"],
            *of_file.select(pl.all().gather(rows["file"])),
            named=rows["series"].str.split("/").list.first(),
        )
        stamp = pl.col(request.feed.observed)
        outside = sensible(stamp, request.now) & ~stamp.is_between("begins", "ends")
        foreign = placed.select(((pl.col("symbol") != pl.col("named")) | outside).fill_null(False)).to_series()
        for position, count in placed.filter(foreign).group_by("file", maintain_order=True).len().iter_rows():
            name = chunk[position].archive.name
            request.notes.append(f"{name} has {count} rows of another symbol or period, which are left out")
        return placed.filter(~foreign).drop("begins", "ends", "named")

    def _parts(self, request: Request, chunk: Sequence[Fetched], frame: pl.DataFrame) -> Iterator[Part]:
        """Yield the parts of each file that its rows cover, and as absent what it lacks once it is overdue."""
        counts = dict(frame.group_by("file").len().iter_rows())
        covered_by = self.covered([one.archive for one in chunk], frame, request.feed.observed)
        for position, one in enumerate(chunk):
            archive, row_count = one.archive, counts.get(position, 0)
            overdue = archive.window.end + (MONTHLY_OVERDUE if is_month(archive.window) else DAILY_OVERDUE)
            covered = [] if one.text is None else covered_by.get(position, [])
            lacking = archive.window.without(covered)
            for window in covered:
                count = row_count if window == covered[0] else 0
                yield Part(archive.series, "archive", window, count, archive.url, one.sha256)
            if not one.is_verified:
                request.notes.append(f"{archive.name} has no published checksum and was taken without")
            if one.text is not None and lacking:
                hours = sum((window.end - window.start for window in lacking), timedelta()) // HOUR
                request.notes.append(
                    f"{archive.name} is short: it lacks {hours} hours from {lacking[0].start:%Y-%m-%d}"
                )
            if request.now >= overdue:
                for window in lacking:
                    yield Part(archive.series, "archive", window, 0, archive.url, absent=True, answered_at=request.now)

    def covered(self, archives: Sequence[Archive], rows: pl.DataFrame, observed: str) -> dict[int, list[Window]]:
        """The stretches of each file's period for which rows came, by the position of the `file`.

        A file whose largest gap is one step has no hole. So only the stamps of files with larger gaps leave Polars: an
        object for each of millions of stamps takes seconds.
        """
        steps = [STEPS.get(archive.series.partition("/")[2], self.step) for archive in archives]
        whole = {position: [archive.window] for position, archive in enumerate(archives) if steps[position] is None}
        facts = [
            (archive.window.start, archive.window.end, step) for archive, step in zip(archives, steps, strict=True)
        ]
        schema = {"begins": pl.Datetime("us", "UTC"), "ends": pl.Datetime("us", "UTC"), "step": pl.Duration("us")}
        of_file = pl.DataFrame(facts, schema=schema, orient="row").with_row_index("file")
        stamped = rows.select("file", stamp=(pl.col(observed) - self.before).dt.replace_time_zone("UTC"))
        inside = pl.col("stamp").is_between("begins", "ends", closed="left")
        stamps, gaps = pl.col("stamps").list, pl.col("stamps").list.diff().list
        found = (
            stamped.join(of_file.cast({"file": stamped.schema["file"]}), on="file")
            .filter(inside & pl.col("step").is_not_null())
            .group_by("file", "step")
            .agg(pl.col("stamp").unique().sort().alias("stamps"))
            .select(
                "file",
                pl.when(gaps.max() > pl.col("step")).then("stamps"),
                stamps.first().alias("first"),
                stamps.last().alias("last"),
                gaps.get(1, null_on_oob=True).alias("first_gap"),
                gaps.last().alias("last_gap"),
            )
        )
        for position, listed, first, last, first_gap, last_gap in found.iter_rows():
            period, step = archives[position].window, steps[position] or timedelta(0)
            apart = max(step, self.apart or step)
            gaps_at_ends = (first_gap or apart, last_gap or apart)
            whole[position] = (
                covered_runs(period, [(first, last)], gaps_at_ends, step, apart)
                if listed is None
                else covered_stretches(period, listed, step, apart)
            )
        return whole


def is_month(window: Window) -> bool:
    """Whether the window is longer than a day."""
    return window.end - window.start > timedelta(days=1)
