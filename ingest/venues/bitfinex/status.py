"""Bitfinex's status by hour: the history has a row a minute since 2019, of which the last of every hour is kept."""

from __future__ import annotations

import polars as pl

from ingest.feed import Batch, Request
from ingest.fetch.batches import HOUR, parts_covering
from ingest.fetch.pages import TICK
from ingest.fetch.shapes import Windowed
from ingest.instrument import Instrument
from ingest.windows import Window


class Hours(Windowed):
    """The last row of each hour, out of a row a minute."""

    def batch(self, request: Request, instrument: Instrument, window: Window, interval: str = "") -> Batch:
        after = Window(window.start + TICK, window.end + TICK)  # a snapshot describes the time before it
        frame = last_of_each_hour(self.rows(request, instrument, after))
        hours = frame.select(hour_of("snapshot_at")).to_series()
        url = self.url_of(instrument)
        return Batch(frame, parts_covering(request, hours, instrument.symbol, window, HOUR, url))


def last_of_each_hour(minutes: pl.DataFrame) -> pl.DataFrame:
    """The rows with the last stamp of their hour (start, end]. Rows without a stamp stay, to be quarantined."""
    newest = pl.col("snapshot_at").max().over(hour_of("snapshot_at"))
    return minutes.filter((pl.col("snapshot_at") == newest).fill_null(True))


def hour_of(snapshot: str) -> pl.Expr:
    """The start of the hour (start, end] that a snapshot describes."""
    return (pl.col(snapshot) - pl.duration(microseconds=1)).dt.truncate("1h")
