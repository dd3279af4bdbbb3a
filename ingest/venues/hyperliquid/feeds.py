"""Hyperliquid's feeds: hourly funding, snapshots of open interest and daily bars of its perpetuals, and their list."""

from __future__ import annotations

from functools import partial

from ingest.feed import Feed
from ingest.fetch.pages import OldestFirst, Single, between
from ingest.fetch.rows import Fields, Stamp
from ingest.fetch.shapes import Present, bars, hourly_funding
from ingest.listings import contract_list
from ingest.schema import DAILY_BARS, column
from ingest.venues.hyperliquid.api import API, URL, ask, ask_states, perpetuals

feed = partial(Feed, venue="hyperliquid", licence="Hyperliquid terms of use; public data of its chain")
COIN = column("symbol", note="The coin.")
WINDOW = between("startTime", "endTime")

FEEDS: tuple[Feed, ...] = (
    feed(
        kind="klines",
        description="Daily bars of Hyperliquid's perpetuals.",
        cadence="daily bars",
        retention="the last 5000 bars",
        fetch=bars(
            API.at("info", ask),
            Fields(
                Stamp("t", "open_at"),
                {
                    "s": "symbol",
                    **{"o": "open", "h": "high", "l": "low", "c": "close"},
                    "v": column("volume", "volume_coin"),
                    "n": "trade_count",
                },
                symbol=COIN,
                checks=DAILY_BARS,
            ),
            Single(WINDOW),
            params={"type": "candleSnapshot", "interval": "1d"},
        ),
    ),
    feed(
        kind="funding",
        description="Hourly funding settlements of Hyperliquid's perpetuals.",
        cadence="hourly",
        retention="all since 2023",
        fetch=hourly_funding(
            API.at("info", ask),
            Fields(
                Stamp("time", "settled_at", floor="1h", note="The venue's stamps are up to minutes late."),
                {
                    "coin": "symbol",
                    "fundingRate": column("funding_rate", "hourly_rate"),
                    "premium": column("premium", optional=True),
                },
                symbol=COIN,
            ),
            OldestFirst(WINDOW, limit=None),
            params={"type": "fundingHistory"},
        ),
    ),
    feed(
        kind="open_interest",
        description="Open interest of Hyperliquid's perpetuals at the moment of each run.",
        cadence="one snapshot a run",
        retention="none: what no run has seen is gone",
        fetch=Present(
            API.at("info", ask_states),
            Fields(
                Stamp("", "snapshot_at", note="The present of the run that asked; the venue sends no stamp."),
                {
                    "name": "symbol",
                    "openInterest": column("open_interest_coin", note="As published, of one side or of both."),
                    "markPx": column("mark_price", optional=True),
                },
                symbol=COIN,
            ),
            group_of=lambda instrument: "",  # all coins in one answer
        ),
    ),
    contract_list(
        feed,
        "hyperliquid_instruments",
        "Hyperliquid's list of perpetuals, delisted ones included.",
        perpetuals,
        URL,
        symbol="name",
        base_symbol="name",
        quote_symbol=lambda one: "USDC",
        contract_type=lambda one: "linear",
        listing_status=lambda one: "delisted" if one.get("isDelisted") else "live",
        base_per_contract=lambda one: 1,
        funding_interval_hours=lambda one: 1,
    ),
)
