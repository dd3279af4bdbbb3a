"""Binance: spot and USDT-margined klines, funding and open interest. What is offered; how it is asked and parsed
is in the modules beside this one."""

from __future__ import annotations

from datetime import timedelta

from ingest.feed import Feed
from ingest.venues.binance import funding, klines, open_interest

TERMS = "Binance terms of use; no redistribution of raw data"
SPOT = klines.Source("spot", "https://data-api.binance.vision/api/v3/klines", 1000)
PERPETUAL = klines.Source("futures/um", "https://fapi.binance.com/fapi/v1/klines", 1500)

FEEDS: tuple[Feed, ...] = (
    klines.kline_feed(
        SPOT,
        name="binance_spot_klines",
        description="Spot bars of Binance: price and volume.",
        schema=klines.kline_schema("binance_spot_klines", "coins"),
        hosts=("data.binance.vision", "data-api.binance.vision"),
        licence=TERMS,
    ),
    klines.kline_feed(
        PERPETUAL,
        name="binance_um_klines",
        description="Bars of Binance's USDT-margined perpetuals; their daily close values liquidations.",
        schema=klines.kline_schema("binance_um_klines", "coins"),
        hosts=("data.binance.vision", "fapi.binance.com"),
        licence=TERMS,
    ),
    Feed(
        name="binance_um_funding",
        venue="binance",
        series="funding",
        description="Funding settlements of Binance's USDT-margined perpetuals.",
        schema=funding.SCHEMA,
        key=("symbol", "settled_at"),
        observed="settled_at",
        cadence="every 8 hours, 4 or 1 for some symbols at times",
        retention="all since 2020-01",
        licence=TERMS,
        fetch=funding.fetch,
        stamped_at_end=True,
        hosts=("data.binance.vision", "fapi.binance.com"),
    ),
    Feed(
        name="binance_um_open_interest",
        venue="binance",
        series="open_interest",
        description="Open interest of Binance's USDT-margined perpetuals every five minutes, with trader ratios.",
        schema=open_interest.SCHEMA,
        key=("symbol", "snapshot_at"),
        observed="snapshot_at",
        cadence="every 5 minutes",
        retention="archives since 2020-09; 30 days by REST",
        licence=TERMS,
        fetch=open_interest.fetch,
        stamped_at_end=True,
        hosts=("data.binance.vision", "fapi.binance.com"),
        settles=timedelta(hours=3),
    ),
)
