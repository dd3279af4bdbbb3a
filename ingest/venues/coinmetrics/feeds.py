"""Coin Metrics' feed: daily flows to and from exchanges, supply on exchanges, active addresses, price."""

from __future__ import annotations

from datetime import timedelta

from ingest.feed import Feed
from ingest.schema import column, feed_schema
from ingest.venues.coinmetrics import api, whole_pulls

FEEDS: tuple[Feed, ...] = (
    Feed(
        venue="coinmetrics",
        kind="network",
        description="Daily flows to and from exchanges, supply on exchanges, active addresses and price.",
        schema=feed_schema(
            "coinmetrics_network",
            "asset_code",
            "day",
            column("inflow_coin", optional=True),
            column("outflow_coin", optional=True),
            column("inflow_usd", optional=True),
            column("outflow_usd", optional=True),
            column("exchange_supply_coin", "reserve_coin", optional=True),
            column("exchange_supply_usd", "reserve_usd", optional=True),
            column("active_addresses", "active_addresses_count", optional=True),
            column("price_usd", optional=True),
        ),
        key=("asset_code", "day"),
        cadence="daily, final about 03:00 UTC on the next day",
        retention="all; flows are restated for years back",
        licence="CC BY-NC 4.0: name the source, no commercial use",
        fetch=whole_pulls.fetch,
        hosts=(api.HOST, whole_pulls.FILE_HOST),
        whole=True,
        settles=timedelta(hours=5, minutes=30),
    ),
)
