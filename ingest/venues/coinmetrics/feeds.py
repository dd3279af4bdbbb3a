"""Coin Metrics' feed: daily flows to and from exchanges, supply on exchanges, active addresses, price."""

from __future__ import annotations

from datetime import timedelta

from ingest.feed import Feed
from ingest.schema import column, feed_schema
from ingest.venues.coinmetrics import whole_pulls
from ingest.venues.coinmetrics.api import API, FILES

FIELDS = {
    "exchange_supply_coin": "reserve_coin",
    "exchange_supply_usd": "reserve_usd",
    "active_addresses": "active_addresses_count",
}

FEEDS: tuple[Feed, ...] = (
    Feed(
        venue="coinmetrics",
        kind="network",
        description="Daily flows to and from exchanges, supply on exchanges, active addresses and price.",
        schema=feed_schema(
            "coinmetrics_network",
            "asset_code",
            "day",
            *(column(metric, FIELDS.get(metric, ""), optional=True) for metric in whole_pulls.METRICS.values()),
        ),
        key=("asset_code", "day"),
        cadence="daily, final about 03:00 UTC on the next day",
        retention="all; flows are restated for years back",
        licence="CC BY-NC 4.0: name the source, no commercial use",
        fetch=whole_pulls.fetch,
        hosts=(API.host, FILES.host),
        whole=True,
        settles=timedelta(hours=5, minutes=30),
    ),
)
