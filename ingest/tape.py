"""What the liquidation tape lands: one feed of events per venue, and the ledger of what was listened to.

The schemas of recorded feeds and the feeds themselves. How they are recorded is the business of `record`.
"""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from ingest import venues
from ingest.errors import FeedUnavailable
from ingest.feed import Batch, Feed, Request
from ingest.schema import column, feed_schema, rows

SIDES = ["long", "short"]
PRICES = ["average_fill", "bankruptcy"]
ENTRIES = {
    "recorded": "the stream was open, acknowledged and alive, and what it sent is on disk",
    "listed": "the contracts that are kept of a stream from here on; detail names them",
    "connected": "a connection was opened",
    "acknowledged": "the venue confirmed the subscription",
    "disconnected": "the connection ended; detail says how",
    "refused": "the venue refused the subscription",
    "unacknowledged": "no confirmation of the subscription came in time",
    "silent": "no event for longer than quiet spells make likely; takes back what had been claimed as recorded",
    "malformed": "messages that are none of the venue's shapes; they are in raw.quarantine",
    "duplicate": "events that had already come",
    "late": "events that came more than a minute after they happened",
    "unlisted": "events of contracts that the catalogue does not list",
    "lost": "messages that could not be kept",
    "storage": "the disk did not take what was to be written",
    "failed": "a part of the recorder ended by a mistake of its own; detail has it",
    "clock": "the machine's clock jumped",
    "torn": "lines at the end of a write-ahead file that were cut by a crash",
}


def _events(name: str) -> pa.DataFrameSchema:
    return feed_schema(
        name,
        "symbol",
        "venue_at",
        "position_side",
        "quantity_contracts",
        "quantity_coin",
        "quantity_usd",
        column("price", note="Of price_kind."),
        "price_kind",
        "ordinal",
        "received_at",
        "stream",
        "message",
    )


LEDGER_SCHEMA = feed_schema(
    "tape_coverage",
    "recorder",
    "venue",
    column("stream", note="`recorder` where the entry is about all of them."),
    column("kind", allowed=tuple(ENTRIES)),
    "start_at",
    "end_at",
    column("message_count", optional=True),
    column("detail", optional=True),
    checks=[
        rows("ends before it begins", pl.col("end_at") >= pl.col("start_at")),
        rows("longer than an hour", pl.col("start_at").dt.truncate("1h") + pl.duration(hours=1) >= pl.col("end_at")),
    ],
)


def _not_asked(request: Request) -> list[Batch]:
    raise FeedUnavailable(f"{request.feed.name} is recorded, not fetched", advice="run: leverage record")


def _feed(venue: str, schema: pa.DataFrameSchema, about: str, key: tuple[str, ...], observed: str) -> Feed:
    return Feed(
        venue=venue,
        kind="liquidation_tape",
        description=about,
        schema=schema,
        key=key,
        observed=observed,
        cadence="as it happens",
        retention="none: what was not recorded is gone",
        licence="terms of the venue; no redistribution",
        fetch=lambda request: iter(_not_asked(request)),
        hosts=(),
    )


EVENT_KEY = ("symbol", "venue_at", "position_side", "quantity_contracts", "price", "ordinal")


def tape_of(venue: str) -> str:
    """The name of a venue's tape in the catalogue, in landing and in raw."""
    return f"{venue}_liquidation_tape"


EVENTS: tuple[Feed, ...] = tuple(
    _feed(
        venue,
        _events(tape_of(venue)),
        f"Forced orders of {venue} as its websocket sends them: {stream.COMPLETENESS}.",
        EVENT_KEY,
        "venue_at",
    )
    for venue, stream in venues.each("stream")
)
LEDGER = _feed(
    "tape",
    LEDGER_SCHEMA,
    "What the recorder listened to and what came in between: one row for each stretch and each incident.",
    ("recorder", "venue", "stream", "kind", "start_at"),
    "end_at",
)
# The ledger first: it lands after the orders and is listed before them, so that no order of what it claims is missing.
FEEDS: tuple[Feed, ...] = (LEDGER, *EVENTS)
