"""Hyperliquid's feeds: hourly funding, snapshots of open interest and daily bars of its perpetuals."""

from __future__ import annotations

from functools import partial

from ingest.feed import Feed
from ingest.fetch.pages import OldestFirst, Single, between
from ingest.fetch.rows import Fields, Stamp, same
from ingest.fetch.shapes import bars, hourly_funding
from ingest.listings import contract_list
from ingest.schema import column, daily_bars, feed_schema
from ingest.venues.hyperliquid import api, open_interest

feed = partial(
    Feed, venue="hyperliquid", hosts=(api.HOST,), licence="Hyperliquid terms of use; public data of its chain"
)
COIN = column("symbol", note="The coin.")
WINDOW = between("startTime", "endTime")

FEEDS: tuple[Feed, ...] = (
    feed(
        kind="klines",
        description="Daily bars of Hyperliquid's perpetuals.",
        schema=daily_bars("hyperliquid_klines", column("volume", "volume_coin"), "trade_count", symbol=COIN),
        cadence="daily bars",
        retention="the last 5000 bars",
        fetch=bars(
            api.ask,
            api.URL,
            Fields(
                Stamp("t", "open_at"),
                {"s": "symbol", "o": "open", "h": "high", "l": "low", "c": "close", "v": "volume", "n": "trade_count"},
            ),
            Single(WINDOW),
            params={"type": "candleSnapshot", "interval": "1d"},
        ),
    ),
    feed(
        kind="funding",
        description="Hourly funding settlements of Hyperliquid's perpetuals.",
        schema=feed_schema(
            "hyperliquid_funding",
            COIN,
            column("settled_at", note="The venue's stamps are up to minutes late."),
            column("funding_rate", "hourly_rate"),
            column("premium", optional=True),
        ),
        cadence="hourly",
        retention="all since 2023",
        fetch=hourly_funding(
            api.ask,
            api.URL,
            Fields(
                Stamp("time", "settled_at", floor="1h"),
                {"coin": "symbol", "fundingRate": "funding_rate", **same("premium")},
            ),
            OldestFirst(WINDOW, limit=None),
            params={"type": "fundingHistory"},
        ),
    ),
    feed(
        kind="open_interest",
        description="Open interest of Hyperliquid's perpetuals at the moment of each run.",
        schema=feed_schema(
            "hyperliquid_open_interest",
            COIN,
            column("snapshot_at", note="The present of the run that asked; the venue sends no stamp."),
            column("open_interest_coin", note="As published, of one side or of both."),
            column("mark_price", optional=True),
        ),
        cadence="one snapshot a run",
        retention="none: what no run has seen is gone",
        fetch=open_interest.fetch,
    ),
    contract_list(
        feed,
        "hyperliquid_instruments",
        "Hyperliquid's list of perpetuals, delisted ones included.",
        api.contracts,
        api.URL,
    ),
)
