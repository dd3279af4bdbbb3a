"""Gate `contract_stats`: a daily row with open interest and with what was liquidated on either side, for 180 days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, timedelta
from typing import Any

import polars as pl

from ingest.feed import Batch, Request
from ingest.fetch.batches import batch_covering
from ingest.fetch.rows import text_frame
from ingest.schema import column, feed_schema, forming
from ingest.venues.gate import api
from ingest.windows import Window

PATH = "contract_stats"
DAY = timedelta(days=1)
# Published name to column. The `_new` pair is there since 2026-04-27: contracts times contract size times mark price.
FIELDS = {
    "open_interest": "open_interest_contracts",
    "open_interest_usd": "open_interest_usd",
    "mark_price": "mark_price",
    "long_liq_size": "long_contracts",
    "short_liq_size": "short_contracts",
    "long_liq_amount": "long_coin",
    "short_liq_amount": "short_coin",
    "long_liq_usd": "long_usd",
    "short_liq_usd": "short_usd",
    "long_liq_usd_new": "long_at_mark_usd",
    "short_liq_usd_new": "short_at_mark_usd",
    "lsr_account": "account_ratio",
    "lsr_taker": "taker_ratio",
    "top_lsr_account": "top_trader_account_ratio",
    "top_lsr_size": "top_trader_position_ratio",
    "long_users": "long_holder_count",
    "short_users": "short_holder_count",
}


SCHEMA = feed_schema(
    "gate_contract_stats",
    "symbol",
    "open_at",
    column("open_interest_contracts", note="Whether each is counted once or on both sides is not documented."),
    "open_interest_usd",
    "mark_price",
    "long_contracts",
    "short_contracts",
    column("long_coin", "long_liquidations_coin"),
    column("short_coin", "short_liquidations_coin"),
    column("long_usd", "long_liquidations_usd", note="In USDT, as first published."),
    column("short_usd", "short_liquidations_usd", note="In USDT, as first published."),
    column("long_at_mark_usd", optional=True, note="Since 2026-04-27."),
    column("short_at_mark_usd", optional=True, note="Since 2026-04-27."),
    column("account_ratio", optional=True),
    column("taker_ratio", "taker_volume_ratio", optional=True),
    column("top_trader_account_ratio", optional=True),
    column("top_trader_position_ratio", optional=True),
    column("long_holder_count", optional=True),
    column("short_holder_count", optional=True),
)


def fetch(request: Request) -> Iterator[Batch]:
    """Yield whole days of the window that are not held yet and that the venue still has."""
    kept = Window(request.now - api.KEPT, request.now)
    for instrument in request.instruments:
        for missing in request.held.missing(instrument.symbol, request.window.intersect(kept)):
            with request.noting_refusal(instrument.symbol):
                yield _days(request, instrument.symbol, missing)


def _days(request: Request, symbol: str, window: Window) -> Batch:
    # There is no `to`: 180 days fit into one answer, and what lies after the window is left out here.
    asked: dict[str, str | int] = {
        "contract": symbol,
        "interval": "1d",
        "from": int(window.start.timestamp()),
        "limit": api.PAGE,
    }
    frame = parse(api.rows(request.session, PATH, asked), symbol)
    now = request.now.astimezone(UTC).replace(tzinfo=None)
    later = pl.col("open_at").is_between(window.end.replace(tzinfo=None), now).fill_null(False)
    frame = frame.filter(~later & ~forming("open_at", DAY, request.now))
    return batch_covering(request, frame, symbol, window, DAY, api.address(PATH))


def parse(records: Sequence[Mapping[str, Any]], symbol: str) -> pl.DataFrame:
    """Rows of either year's shape as a frame with the schema's columns, numbers as published text."""
    return text_frame(records, ("time", *FIELDS)).select(
        pl.lit(symbol).alias("symbol"),
        api.stamp("time").alias("open_at"),
        *(pl.col(published).alias(column) for published, column in FIELDS.items()),
    )
