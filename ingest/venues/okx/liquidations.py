"""OKX's liquidation orders by REST: single events of the last 24 hours, which the venue then drops.

`side` is the side of the order, so a sell closed a long. Sizes are in contracts, prices are bankruptcy prices, a bit
beyond the mark price.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from ingest.errors import AddressGone, RequestRefused
from ingest.feed import Batch, Request
from ingest.fetch.interface import Page, Question, rows_at
from ingest.fetch.shapes import Windowed
from ingest.instrument import Instrument
from ingest.venues.okx.api import API
from ingest.venues.okx.stream import SIDES
from ingest.windows import Window

KEPT = timedelta(hours=24)
# `posSide` is `net` or blank in one-way mode. If it names a side that the order cannot have closed, the position is
# unknown and left null.
CLOSED = pl.col("side").replace_strict(SIDES, default=None, return_dtype=pl.String)
CONTRADICTED = pl.col("posSide").is_in(["long", "short"]) & (pl.col("posSide") != CLOSED)
POSITION = pl.when(~CONTRADICTED.fill_null(False)).then(CLOSED)


def ask(request: Request, question: Question) -> Page:
    """The events of one answer, each with the instrument that its group names.

    Raises RequestRefused when a group has no list of details.
    """
    asked = {**question.params, "uly": question.instrument.symbol.removesuffix("-SWAP")}
    events: list[dict[str, Any]] = []
    for group in API.page(request.session, question.url, asked).rows:
        details = rows_at("details", group, question.url, dict)
        events += [{**one, "instId": group.get("instId")} for one in details]
    return Page(events)


class Orders(Windowed):
    """The events of the 24 hours before now, whatever window is asked for."""

    def wanted(self, request: Request, series: str) -> Window:
        return Window(request.now - KEPT, request.now)

    def batches(self, request: Request, instrument: Instrument, interval: str) -> Iterator[Batch]:
        """Yield the batches of one instrument.

        Raises RequestRefused when the endpoint is gone: it has left the documentation, so nobody will announce that.
        """
        yield from super().batches(request, instrument, interval)
        if isinstance(gone := request.refused.get(instrument.symbol), AddressGone):
            del request.refused[instrument.symbol]
            what, advice = f"endpoint retired, it seems: {gone.what}", "record them instead: leverage record"
            raise RequestRefused(what, host=gone.host, path=gone.path, advice=advice)

    def batch_of(
        self, frame: pl.DataFrame, request: Request, instrument: Instrument, window: Window, interval: str = ""
    ) -> Batch:
        """The events of exactly this instrument: its underlying can have others, with contracts of other sizes.

        The venue does not keep exactly 24 hours, so nothing is known of the time before the first event.
        """
        own = frame.filter(pl.col("symbol") == instrument.symbol)
        if isinstance(first := own["happened_at"].min(), datetime):
            window = Window(max(window.start, first.replace(tzinfo=UTC)), window.end)
        return super().batch_of(own, request, instrument, window, interval)
