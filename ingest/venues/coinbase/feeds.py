"""Coinbase Exchange's feed: daily spot bars against real dollars, since listing. A day without a trade has no bar."""

from __future__ import annotations

from ingest.feed import Feed
from ingest.fetch.pages import Single
from ingest.fetch.rows import PRICES, Fields, Stamp, same
from ingest.fetch.shapes import DAY, bars
from ingest.schema import PRICES_FIT, column, feed_schema
from ingest.venues.coinbase import api

FEEDS: tuple[Feed, ...] = (
    Feed(
        venue="coinbase",
        hosts=(api.HOST,),
        kind="klines",
        description="Daily spot bars of Coinbase Exchange against USD.",
        schema=feed_schema(
            "coinbase_spot_klines", "symbol", "open_at", *PRICES, column("volume", "volume_coin"), checks=PRICES_FIT
        ),
        cadence="daily bars",
        retention="all since listing",
        licence="Coinbase market data terms; no redistribution",
        fetch=bars(
            api.ask,
            api.url("products/{symbol}/candles"),
            Fields(Stamp("time", "open_at", "s"), {**PRICES, **same("volume")}, cells=api.BAR),
            Single(api.days),
            params={"granularity": 86400},
            longest=300 * DAY,  # a window with more bars is refused
        ),
    ),
)
