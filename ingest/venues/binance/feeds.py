"""Binance: klines, funding and open interest of spot, USDT-margined and coin-margined markets, forced orders of the
last. What is offered; how it is asked and parsed is in the modules beside this one."""

from __future__ import annotations

from datetime import date, timedelta

from ingest.feed import Feed
from ingest.venues.binance import funding, klines, liquidations, open_interest

TERMS = "Binance terms of use; no redistribution of raw data"
VISION = "data.binance.vision"
USDT_MARGINED, COIN_MARGINED = "fapi.binance.com", "dapi.binance.com"

IN_COINS = {
    "volume": "volume_coin",
    "quote_volume": "quote_volume",
    "taker_buy_volume": "taker_buy_volume",
    "taker_buy_quote_volume": "taker_buy_quote_volume",
}
# The header line of the archives calls the coins quote_volume.
IN_CONTRACTS = {
    "volume_contracts": "volume_contracts",
    "volume_coin": "volume_coin",
    "taker_buy_volume_contracts": "taker_buy_volume_contracts",
    "taker_buy_volume_coin": "taker_buy_volume_coin",
}
SPOT_KLINES = klines.MarketKlines("spot", "https://data-api.binance.vision/api/v3/klines", 1000, IN_COINS)
USDT_MARGINED_KLINES = klines.MarketKlines("futures/um", "https://fapi.binance.com/fapi/v1/klines", 1500, IN_COINS)
COIN_MARGINED_KLINES = klines.MarketKlines(
    "futures/cm",
    "https://dapi.binance.com/dapi/v1/klines",
    1500,
    IN_CONTRACTS,
    intervals=("1d",),
    longest=timedelta(days=200),  # a longer window is refused
)

USDT_MARGINED_FUNDING = funding.MarketFunding("futures/um", "https://fapi.binance.com/fapi/v1/fundingRate")
COIN_MARGINED_FUNDING = funding.MarketFunding("futures/cm", "https://dapi.binance.com/dapi/v1/fundingRate")

USDT_MARGINED_OPEN_INTEREST = open_interest.MarketOpenInterest(
    "futures/um",
    "https://fapi.binance.com/futures/data/openInterestHist",
    asked=lambda symbol: {"symbol": symbol},
    amounts={
        "open_interest_coin": "Each contract counted once.",
        "open_interest_usd": "In USDT at the mark price.",
    },
    starts_from=date(2026, 6, 25),
)
COIN_MARGINED_OPEN_INTEREST = open_interest.MarketOpenInterest(
    "futures/cm",
    "https://dapi.binance.com/futures/data/openInterestHist",
    asked=lambda symbol: {"pair": symbol.removesuffix("_PERP"), "contractType": "PERPETUAL"},
    amounts={
        "open_interest_contracts": "Contracts of 100 USD (Bitcoin) or 10 USD, each counted once.",
        "open_interest_coin": "At the mark price.",
    },
    starts_from=date.min,
)

FEEDS: tuple[Feed, ...] = (
    klines.kline_feed(
        "binance_spot_klines",
        SPOT_KLINES,
        description="Spot bars of Binance: price and volume.",
        hosts=(VISION, "data-api.binance.vision"),
        licence=TERMS,
    ),
    klines.kline_feed(
        "binance_um_klines",
        USDT_MARGINED_KLINES,
        description="Bars of Binance's USDT-margined perpetuals; their daily close values liquidations.",
        hosts=(VISION, USDT_MARGINED),
        licence=TERMS,
    ),
    funding.funding_feed(
        "binance_um_funding",
        USDT_MARGINED_FUNDING,
        description="Funding settlements of Binance's USDT-margined perpetuals.",
        retention="all since 2020-01",
        hosts=(VISION, f"{USDT_MARGINED}/fapi/v1/fundingRate"),
        licence=TERMS,
    ),
    open_interest.open_interest_feed(
        "binance_um_open_interest",
        USDT_MARGINED_OPEN_INTEREST,
        description="Open interest of Binance's USDT-margined perpetuals every five minutes, with trader ratios.",
        retention="archives since 2020-09; 30 days by REST",
        hosts=(VISION, f"{USDT_MARGINED}/futures/data"),
        licence=TERMS,
    ),
    klines.kline_feed(
        "binance_cm_klines",
        COIN_MARGINED_KLINES,
        description="Daily bars of Binance's coin-margined perpetuals, volume in contracts and in coins.",
        hosts=(VISION, COIN_MARGINED),
        licence=TERMS,
    ),
    funding.funding_feed(
        "binance_cm_funding",
        COIN_MARGINED_FUNDING,
        description="Funding settlements of Binance's coin-margined perpetuals.",
        retention="all by REST; archives since 2022-07",
        hosts=(VISION, f"{COIN_MARGINED}/dapi/v1/fundingRate"),
        licence=TERMS,
    ),
    open_interest.open_interest_feed(
        "binance_cm_open_interest",
        COIN_MARGINED_OPEN_INTEREST,
        description="Open interest of Binance's coin-margined perpetuals every five minutes, in contracts.",
        retention="archives since 2021-07; 30 days by REST",
        hosts=(VISION, f"{COIN_MARGINED}/futures/data"),
        licence=TERMS,
    ),
    Feed(
        name="binance_cm_liquidations",
        venue="binance",
        kind="liquidations",
        description="Forced orders of Binance's coin-margined perpetuals, at most one per contract and second.",
        schema=liquidations.SCHEMA,
        key=("symbol", "happened_at", "order_side", "price", "average_price", "filled_contracts"),
        observed="happened_at",
        cadence="orders as they happened",
        retention="archives of 2023-06-25 to 2024-10-14, none since",
        licence=TERMS,
        fetch=liquidations.fetch,
        hosts=(VISION,),
        ended=liquidations.LAST_DAY,
    ),
)
