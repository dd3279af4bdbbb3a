"""Coinbase Exchange's feed: daily spot bars against real dollars, since listing. A day without a trade has no bar."""

from __future__ import annotations

from ingest.feed import Feed
from ingest.fetch.pages import Single
from ingest.fetch.rows import PRICES, Fields, Stamp
from ingest.fetch.shapes import DAY, bars
from ingest.schema import PRICES_FIT, column
from ingest.venues.coinbase.api import API, BAR, ask, days

FEEDS: tuple[Feed, ...] = (
    Feed(
        venue="coinbase",
        name="coinbase_spot_klines",
        kind="klines",
        description="Daily spot bars of Coinbase Exchange against USD.",
        cadence="daily bars",
        retention="all since listing",
        licence="Coinbase market data terms; no redistribution",
        fetch=bars(
            API.at("products/{symbol}/candles", ask),
            Fields(
                Stamp("time", "open_at", "s"),
                {**PRICES, "volume": column("volume", "volume_coin")},
                cells=BAR,
                checks=PRICES_FIT,
            ),
            Single(days),
            params={"granularity": 86400},
            longest=300 * DAY,  # a window with more bars is refused
        ),
    ),
)
