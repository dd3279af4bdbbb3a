"""OKX's liquidation orders by REST: single events of the last 24 hours, which the venue then drops.

`side` is the side of the order, so a sell closed a long. Sizes are in contracts, prices are bankruptcy prices, a bit
beyond the mark price.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from ingest.errors import AddressGone, RequestRefused
from ingest.feed import Batch, Request
from ingest.fetch.batches import parts_covering
from ingest.fetch.interface import Page, Params, refused
from ingest.fetch.pages import TICK, NewestFirst
from ingest.fetch.rows import stamped, text_frame
from ingest.instrument import Instrument
from ingest.venues.okx.api import API, PAGE
from ingest.windows import Window, milliseconds

URL = API.url("public/liquidation-orders")
KEPT = timedelta(hours=24)
# `after` excludes its own millisecond, and a page may have ended within one.
PAGES = NewestFirst(lambda window: {"after": milliseconds(window.end) + 1}, limit=PAGE)


def fetch(request: Request) -> Iterator[Batch]:
    """Yield the events of the 24 hours before now that are not held yet, whatever window was asked for.

    Raises RequestRefused when the endpoint is gone: it has left the documentation, so nobody will announce that.
    """
    for instrument in request.trading:
        for window in request.held.missing(instrument.symbol, Window(request.now - KEPT, request.now)):
            with request.noting_refusal(instrument.symbol):
                yield _events(request, instrument, window)
            gone = request.refused.get(instrument.symbol)
            if isinstance(gone, AddressGone):
                del request.refused[instrument.symbol]
                what, advice = f"endpoint retired, it seems: {gone.what}", "record them instead: leverage record"
                raise RequestRefused(what, host=gone.host, path=gone.path, advice=advice)


def _events(request: Request, instrument: Instrument, window: Window) -> Batch:
    symbol = instrument.symbol
    asked = {"instType": "SWAP", "state": "filled", "uly": symbol.removesuffix("-SWAP")}

    def ask(params: Params) -> Page:
        return Page(details(API.page(request.session, URL, {**asked, **params}).rows))

    pages = PAGES(ask, window, TICK, lambda event: int(event["ts"]), API.host)
    frame = parse([event for page in pages for event in page], symbol)
    first = frame["happened_at"].min()
    if isinstance(first, datetime):  # the venue does not keep exactly 24 hours: before the first event nothing is known
        window = Window(max(window.start, first.replace(tzinfo=UTC)), window.end)
    return Batch(frame, parts_covering(request, frame, symbol, window, TICK, URL, apart=None))


def details(groups: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The events of all groups, each with the instrument that its group names.

    Raises RequestRefused when a group has no list of details.
    """
    events: list[dict[str, Any]] = []
    for group in groups:
        listed = group.get("details")
        if not isinstance(listed, list) or not all(isinstance(one, Mapping) for one in listed):
            raise refused(URL, f"expected details, got {str(group)[:80]}")
        events += [{**one, "instId": group.get("instId")} for one in listed]
    return events


def parse(records: Sequence[Mapping[str, Any]], symbol: str) -> pl.DataFrame:
    """Events of exactly this instrument as a frame with the schema's columns, numbers as published text.

    An underlying can have several instruments with contracts of other sizes; their events are left out.
    `posSide` is `net` or blank in one-way mode. If it names a side that the order cannot have closed, the position is
    unknown and left null.
    """
    events = text_frame(records, ("instId", "ts", "side", "posSide", "sz", "bkPx"))
    closed = pl.col("side").replace_strict({"sell": "long", "buy": "short"}, default=None, return_dtype=pl.String)
    contradicted = (pl.col("posSide").is_in(["long", "short"]) & (pl.col("posSide") != closed)).fill_null(False)
    return events.filter(pl.col("instId") == symbol).select(
        symbol="instId",
        happened_at=stamped("ts"),
        order_side="side",
        position_side=pl.when(~contradicted).then(closed),
        contracts="sz",
        bankruptcy_price="bkPx",
    )
