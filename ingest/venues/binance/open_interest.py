"""Binance's open interest: archives first, which also show what the stamps of REST mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

import polars as pl

from ingest.archives.shapes import ArchivesFirst
from ingest.feed import Batch, Request
from ingest.fetch.batches import HOUR, parts_covering
from ingest.instrument import Instrument
from ingest.windows import Window

STEP = timedelta(minutes=5)
OVERLAP = timedelta(hours=1)  # asked for again where an archive has it: twelve rows that show what a stamp means
RETENTION = timedelta(days=30) - timedelta(hours=1)  # an older startTime is refused; an hour for clocks that differ


class OpenInterest(ArchivesFirst):
    """Five-minute snapshots: whole days come by archive. REST fills in for missing ones of the last 30 days.

    Where both have the same hour, the archive shows which end of the five minutes REST stamps.
    `labelled_at` is the stamp as published, from which `snapshot_at` is made here.
    """

    def __call__(self, request: Request) -> Iterator[Batch]:
        """Yield the snapshots of the window that are not held yet.

        Raises FeedUnavailable when REST or the archives are closed; days that only archives have stay missing.
        """
        kept = Window(request.now - RETENTION, request.now)
        archived: list[pl.DataFrame] = []  # the rows that REST has as well
        recent = pl.col("snapshot_at") > pl.lit(kept.start.replace(tzinfo=None))
        days = [(instrument.symbol, request.window) for instrument in request.instruments]
        closed = yield from self.archives.days(request, days, lambda rows: archived.append(rows.filter(recent)))
        for instrument in request.instruments:
            for missing in request.held.missing(instrument.symbol, request.window):
                if asked := missing.intersect(kept):
                    known = _hour_before(asked, kept, archived, instrument.symbol)
                    with request.noting_refusal(instrument.symbol):
                        yield self._tail(request, instrument, asked, known)
        if closed:
            raise closed

    def _tail(self, request: Request, instrument: Instrument, window: Window, known: pl.DataFrame | None) -> Batch:
        """The rows of `window` by REST. `known` are the archived rows of the hour before it, which is asked for too."""
        # A snapshot is at the end of the five minutes that it describes, so those of (start, end] belong to the window.
        start = window.start + STEP if known is None else window.start - OVERLAP
        frame = self.rest.rows(request, instrument, Window(start, window.end + STEP))
        shift = timedelta(0)
        if known is not None and self._stamps_start(frame, known):
            shift, seen_in = STEP, f"as the archive of {window.start - STEP:%Y-%m-%d} shows"
            note = f"REST stamps the start of its five minutes, {seen_in}; moved to the end"
            request.notes.append(f"{instrument.symbol}: {note}")
        frame = frame.with_columns((pl.col("labelled_at") + shift).alias("snapshot_at"))
        if known is not None:
            inside = pl.col("snapshot_at") > pl.lit(window.start.replace(tzinfo=None))
            frame = frame.filter(inside.fill_null(True))
        described = frame["snapshot_at"] - STEP
        parts = parts_covering(request, described, instrument.symbol, window, STEP, self.rest.endpoint.url, apart=HOUR)
        return Batch(frame, parts)

    def _stamps_start(self, published: pl.DataFrame, known: pl.DataFrame) -> bool:
        """Whether more amounts by REST equal archived ones if their stamps are moved from the start to the end.

        False if nothing can be seen, for example because nothing moved in that hour. Which end REST stamps is not
        documented, nor whether that changed with the archives on 2026-06-25.
        """
        amount = self.rest.fields.names["sumOpenInterest"]
        number = pl.col(amount).cast(pl.Float64, strict=False)

        def agreeing(shift: timedelta) -> int:
            moved = published.with_columns((pl.col("labelled_at") + shift).alias("snapshot_at"), number)
            both = moved.join(known.with_columns(number), on=["snapshot_at", amount])
            return both["snapshot_at"].n_unique()

        return agreeing(STEP) > agreeing(timedelta(0))


def _hour_before(window: Window, kept: Window, archived: Sequence[pl.DataFrame], symbol: str) -> pl.DataFrame | None:
    """The archived rows of the hour before `window`. None where no archive of this run has them, or REST has not."""
    if not archived or window.start - OVERLAP < kept.start:
        return None
    end = window.start.replace(tzinfo=None)
    hour = pl.col("snapshot_at").is_between(end - OVERLAP, end, closed="right")
    rows = pl.concat(archived).filter(hour & (pl.col("symbol") == symbol))
    return None if rows.is_empty() else rows
