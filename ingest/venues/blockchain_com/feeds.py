"""blockchain.com's feed: unique addresses of Bitcoin by day, one chart.

It counts otherwise than Coin Metrics' active addresses. It can replace the shape of that series, but not its level.
"""

from __future__ import annotations

from ingest.feed import Feed
from ingest.fetch.rows import Fields, Stamp
from ingest.fetch.shapes import DAY, Whole
from ingest.schema import column
from ingest.venues.blockchain_com.api import API

FEEDS: tuple[Feed, ...] = (
    Feed(
        venue="blockchain_com",
        kind="addresses",
        description="Unique addresses of Bitcoin by day, another count than Coin Metrics' active addresses.",
        cadence="daily",
        retention="all",
        licence="Blockchain.com terms of service; no redistribution",
        settles=DAY,
        fetch=Whole(
            API.at("{symbol}"),
            Fields(Stamp("x", "day", "s"), {"y": "unique_addresses"}, symbol=column("symbol", note="The chart.")),
            # Without `sampled` the chart is thinned to some 1500 points.
            params={"timespan": "all", "format": "json", "sampled": "false"},
        ),
    ),
)
