"""OKX liquidation orders of perpetual swaps: single events of the last 24 hours, which are gone after that.

`side` is the order's, so a sell closed a long. Sizes are in contracts, prices are bankruptcy prices, a bit beyond the
mark.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pandera.polars as pa
import polars as pl

from ingest.errors import RequestRefused
from ingest.feed import Batch, Request
from ingest.pages import answered, newest_first, stamped, text_frame
from ingest.schema import moment, number, positive, text
from ingest.venues.okx import rest
from ingest.windows import Window

PATH = "public/liquidation-orders"
KEPT = timedelta(hours=24)
SHORTEST = timedelta(milliseconds=1)
RETIRED = ("HTTP 404", "code 50")  # what a refusal says of an address that is no more; 51xxx speak of the question

SCHEMA = pa.DataFrameSchema(
    {
        "symbol": text("Instrument as the venue writes it"),
        "happened_at": moment("Moment of the liquidation"),
        "order_side": text("Side of the order that closed the position", allowed=["buy", "sell"]),
        "position_side": text("Position that was closed: a sell closes a long", allowed=["long", "short"]),
        "contracts": number("Size of the order", "contracts", positive()),
        "bankruptcy_price": number("Price at which the position's margin was used up", "USD", positive()),
    },
    strict=True,
    name="okx_liquidations",
)


def fetch(request: Request) -> Iterator[Batch]:
    """Yield what the venue has of the 24 hours before now, whatever window was asked for: it is gone tomorrow.

    Raises RequestRefused when the endpoint is no more: it has left the documentation, so nobody will announce that.
    """
    for instrument in request.instruments:
        for window in request.held.missing(instrument.symbol, Window(request.now - KEPT, request.now)):
            with request.alone(instrument.symbol):
                yield _events(request, instrument.symbol, window)
            refused = request.refused.get(instrument.symbol)
            if refused and refused.what.startswith(RETIRED):
                del request.refused[instrument.symbol]
                raise RequestRefused(
                    f"endpoint retired, it seems: {refused.what}",
                    host=refused.host,
                    path=refused.path,
                    advice="record them instead: leverage record",
                )


def _events(request: Request, symbol: str, window: Window) -> Batch:
    def ask(before: int) -> list[Any]:
        # `after` leaves its own millisecond out, and a page may have ended within one.
        asked: dict[str, str | int] = {"uly": symbol.removesuffix("-SWAP"), "after": before + 1}
        groups = rest.data(request, PATH, {"instType": "SWAP", "state": "filled", **asked}, dict)
        return details(groups)

    pages = newest_first(ask, window, limit=rest.PAGE, stamp_of=lambda row: int(row["ts"]), host=rest.HOST)
    frame = parse([row for page in pages for row in page], symbol)
    first = frame["happened_at"].min()
    if isinstance(first, datetime):  # the 24 hours are not exact: nothing is known of what came before the first event
        window = Window(max(window.start, first.replace(tzinfo=UTC)), window.end)
    return answered(request, frame, symbol, window, "happened_at", SHORTEST, rest.url(PATH))


def details(groups: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The events of all groups, each with the instrument that its group names.

    Raises RequestRefused when a group has no list of details.
    """
    events: list[dict[str, Any]] = []
    for group in groups:
        listed = group.get("details")
        if not isinstance(listed, list) or not all(isinstance(one, Mapping) for one in listed):
            raise RequestRefused(f"expected details, got {str(group)[:80]}", host=rest.HOST, path=f"/api/v5/{PATH}")
        events += [{**one, "instId": group.get("instId")} for one in listed]
    return events


def parse(records: Sequence[Mapping[str, Any]], symbol: str) -> pl.DataFrame:
    """Events of exactly this instrument as a frame with the schema's columns, numbers as published text.

    An underlying can have several instruments, with contracts of other sizes; theirs are left out.
    `posSide` is `net` or blank in one-way mode; where it names a side that the order cannot have closed, the closed
    position is unknown and left null.
    """
    events = text_frame(records, ("instId", "ts", "side", "posSide", "sz", "bkPx"))
    closed = pl.col("side").replace_strict({"sell": "long", "buy": "short"}, default=None, return_dtype=pl.String)
    contradicted = (pl.col("posSide").is_in(["long", "short"]) & (pl.col("posSide") != closed)).fill_null(False)
    return events.filter(pl.col("instId") == symbol).select(
        pl.lit(symbol).alias("symbol"),
        stamped("ts").alias("happened_at"),
        pl.col("side").alias("order_side"),
        pl.when(~contradicted).then(closed).alias("position_side"),
        pl.col("sz").alias("contracts"),
        pl.col("bkPx").alias("bankruptcy_price"),
    )
