"""Bitfinex's feeds: the hourly status of its perpetuals, and single liquidations, both years back."""

from __future__ import annotations

from functools import partial

from ingest.feed import Feed
from ingest.schema import column, feed_schema, not_negative, not_zero
from ingest.venues.bitfinex import api, liquidations, status

feed = partial(Feed, venue="bitfinex", licence="Bitfinex API terms of service; no redistribution of raw data")

FEEDS: tuple[Feed, ...] = (
    feed(
        kind="open_interest and funding",
        description="Hourly status of Bitfinex's perpetuals: open interest, funding rate, mark price.",
        schema=feed_schema(
            "bitfinex_status",
            "symbol",
            "snapshot_at",
            "next_funding_at",
            column("open_interest_coin", note="Zero in the first days of 2019.", checks=(not_negative(),)),
            column("funding_rate", optional=True, note="Of the current period, per 8 hours."),
            column("contract_price", optional=True),
            column("spot_price", optional=True),
            column("mark_price", optional=True),
        ),
        cadence="every minute; the last of each hour is kept",
        retention="since 2019-09; a run asks for 120 days a contract, newest first",
        hosts=(api.HOST,),
        fetch=status.fetch,
    ),
    feed(
        kind="liquidations",
        description="Forced closings on Bitfinex, a row for the trigger and for each execution of a position.",
        schema=feed_schema(
            "bitfinex_liquidations",
            "symbol",
            "position_id",
            "happened_at",
            column("amount_coin", checks=(not_zero(),)),
            column("base_price", optional=True),
            "is_match",
            column("is_market_sold", optional=True),
            column("acquired_price", optional=True),
        ),
        key=("symbol", "position_id", "happened_at", "is_match", "amount_coin"),
        cadence="as they happen",
        retention="years; a run asks for 3000 rows of all contracts, newest first",
        hosts=(liquidations.LIMITED,),
        fetch=liquidations.fetch,
    ),
)
