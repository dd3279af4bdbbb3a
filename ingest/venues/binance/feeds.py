"""Binance's feeds: klines, funding and open interest of its markets, forced orders of coin-margined contracts.

The markets have the same kinds of data, so a function declares each kind, and `FEEDS` says what differs by market.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial

import polars as pl

from ingest.archives.series import Archives
from ingest.archives.shapes import ArchivedBars, ArchivedFunding, EndedArchives
from ingest.feed import Feed
from ingest.fetch.interface import Interface
from ingest.fetch.rows import PRICES, Fields, Stamp, StampUnit, same, stamped
from ingest.fetch.shapes import HOUR, SETTLEMENT, bars, funding, snapshots
from ingest.listings import contract_list
from ingest.schema import PRICES_FIT, Named, column, feed_schema
from ingest.venues.binance.api import (
    ARCHIVES,
    COIN_MARGINED,
    COIN_STATISTICS,
    CONTRACTS,
    PAGES,
    SPOT,
    USDT_MARGINED,
    USDT_STATISTICS,
    Market,
    contracts,
    tick_size,
)
from ingest.venues.binance.open_interest import STEP, OpenInterest
from ingest.windows import Window

feed = partial(
    Feed,
    venue="binance",
    archive_host=ARCHIVES,
    licence="Binance terms of use; no redistribution of raw data",
)
archives = partial(Archives, ARCHIVES)
TICKS: StampUnit = "ms or us"  # spot archives are in microseconds from 2025 on
REST = {"channel": "rest"}

# The columns of the four volumes in the order of the cells, with the fields that describe them. The header line of the
# archives calls the coins of coin-margined contracts quote_volume.
IN_COINS = {**same("volume", "quote_volume", "taker_buy_volume", "taker_buy_quote_volume"), "volume": "volume_coin"}
IN_CONTRACTS = same("volume_contracts", "volume_coin", "taker_buy_volume_contracts", "taker_buy_volume_coin")


def kline_feed(
    name: str,
    market: Market,
    description: str,
    volumes: Mapping[str, str] = IN_COINS,
    intervals: Sequence[str] = ("1h", "1d"),
) -> Feed:
    """The bars of one market."""
    traded, in_quote, *taken = volumes
    sums = (traded, in_quote, "trade_count", *taken)
    cells = ("open_at", *PRICES, traded, "close_time", in_quote, "trade_count", *taken, "ignore")
    return feed(
        kind="klines",
        description=description,
        name=name,
        cadence="daily bars" if intervals == ("1d",) else "hourly and daily bars",
        retention="all since listing",
        fetch=ArchivedBars(
            archives(market.files("klines"), cells, {"open_at": stamped("open_at", TICKS)}),
            bars(
                market.api.at("klines"),
                Fields(
                    Stamp("open_at", "open_at", TICKS),
                    {**PRICES, **{one: column(one, volumes.get(one, "")) for one in sums}},
                    cells=cells,
                    constants=REST,
                    checks=PRICES_FIT,
                ),
                market.klines,
                intervals={interval: {"interval": interval} for interval in intervals},
            ),
        ),
    )


SETTLEMENTS = Fields(
    Stamp("fundingTime", "settled_at", TICKS, floor="1h", note="The venue's stamps are some milliseconds late."),
    {
        "symbol": "symbol",
        "interval_hours": column("interval_hours", optional=True, note="Archives have it, REST does not."),
        "fundingRate": "funding_rate",
        "markPrice": column("mark_price", optional=True, note="At the settlement; not in archives, blank in old rows."),
    },
    constants=REST,
)


def funding_feed(name: str, market: Market, description: str, retention: str) -> Feed:
    """The settlements of one market."""
    url = market.api.url("fundingRate")
    return feed(
        kind="funding",
        description=description,
        name=name,
        cadence="every 8 hours, 4 or 1 for some symbols at times",
        retention=retention,
        hosts=(ARCHIVES, url.removeprefix("https://")),
        fetch=ArchivedFunding(
            archives(
                market.files("fundingRate"),
                ("settled_at", "interval_hours", "funding_rate"),
                {"settled_at": Stamp("settled_at", "settled_at", TICKS, floor="1h").moments()},
                step=HOUR,
                apart=SETTLEMENT,
            ),
            funding(market.api.at("fundingRate"), SETTLEMENTS, PAGES(limit=1000)),
        ),
    )


RATIOS = ("top_trader_account_ratio", "top_trader_position_ratio", "account_ratio", "taker_volume_ratio")
LABEL = pl.col("labelled_at").str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False)


def open_interest_feed(
    name: str,
    market: Market,
    statistics: Interface,
    description: str,
    retention: str,
    amounts: tuple[Named, Named],
    starts_from: date,
) -> Feed:
    """The snapshots of one market, which `statistics` have. `amounts` are the open interest and its value.

    Archives of days before `starts_from` stamp the end of the five minutes, later ones the start. Both files around the
    change have a row stamped at the midnight between them, so the file's day decides and not the stamp.
    """
    at_start = pl.col("period_start").dt.date() >= starts_from
    return feed(
        kind="open_interest",
        description=description,
        name=name,
        cadence="every 5 minutes",
        retention=retention,
        hosts=(ARCHIVES, statistics.root.removeprefix("https://")),
        settles=timedelta(hours=3),
        fetch=OpenInterest(
            archives(
                market.files("metrics"),
                ("labelled_at", "symbol", *(name for name, _ in amounts), *RATIOS),
                {"labelled_at": LABEL, "snapshot_at": pl.when(at_start).then(LABEL + STEP).otherwise(LABEL)},
                step=HOUR,  # single snapshots are missing now and then, and REST lacks them as well
                before=STEP,
            ),
            snapshots(
                statistics.at("openInterestHist"),
                Fields(
                    Stamp("timestamp", "snapshot_at", TICKS),
                    {
                        "timestamp": column("labelled_at"),
                        **dict(zip(("sumOpenInterest", "sumOpenInterestValue"), amounts, strict=True)),
                        **{ratio: column(ratio, optional=True) for ratio in RATIOS},  # in archives alone
                    },
                    constants=REST,
                ),
                PAGES(limit=500),
                params={"period": "5m"},
                step=STEP,
            ),
        ),
    )


FIRST_ORDERS, LAST_ORDERS = date(2023, 6, 25), date(2024, 10, 14)
ORDER = (
    "happened_at", "order_side", "order_type", "time_in_force", "original_contracts", "price", "average_price",
    "order_status", "last_filled_contracts", "filled_contracts",
)  # fmt: skip

FEEDS: tuple[Feed, ...] = (
    kline_feed("binance_spot_klines", SPOT, "Spot bars of Binance: price and volume."),
    kline_feed(
        "binance_um_klines",
        USDT_MARGINED,
        "Bars of Binance's USDT-margined perpetuals; their daily close values liquidations.",
    ),
    funding_feed(
        "binance_um_funding",
        USDT_MARGINED,
        "Funding settlements of Binance's USDT-margined perpetuals.",
        retention="all since 2020-01",
    ),
    open_interest_feed(
        "binance_um_open_interest",
        USDT_MARGINED,
        USDT_STATISTICS,
        "Open interest of Binance's USDT-margined perpetuals every five minutes, with trader ratios.",
        retention="archives since 2020-09; 30 days by REST",
        amounts=(
            column("open_interest_coin", note="Each contract counted once."),
            column("open_interest_usd", note="In USDT at the mark price."),
        ),
        starts_from=date(2026, 6, 25),
    ),
    kline_feed(
        "binance_cm_klines",
        COIN_MARGINED,
        "Daily bars of Binance's coin-margined perpetuals, volume in contracts and in coins.",
        volumes=IN_CONTRACTS,
        intervals=("1d",),
    ),
    funding_feed(
        "binance_cm_funding",
        COIN_MARGINED,
        "Funding settlements of Binance's coin-margined perpetuals.",
        retention="all by REST; archives since 2022-07",
    ),
    open_interest_feed(
        "binance_cm_open_interest",
        COIN_MARGINED,
        COIN_STATISTICS,
        "Open interest of Binance's coin-margined perpetuals every five minutes, in contracts.",
        retention="archives since 2021-07; 30 days by REST",
        amounts=(
            column("open_interest_contracts", note="Contracts of 100 USD (Bitcoin) or 10 USD, each counted once."),
            column("open_interest_coin", note="At the mark price."),
        ),
        starts_from=date.min,
    ),
    feed(
        kind="liquidations",
        description="Forced orders of Binance's coin-margined perpetuals, at most one per contract and second.",
        # A floor: at most one order per contract and second was published. Every row is written twice; rows that are
        # equal in every column are landed once. Nothing of the kind is published for USDT-margined contracts.
        schema=feed_schema(
            "binance_cm_liquidations",
            "symbol",
            "happened_at",
            column("order_side", allowed=("BUY", "SELL"), note="SELL closes longs, BUY closes shorts."),
            "order_status",
            column("original_contracts", "contracts"),
            "filled_contracts",
            "price",
            "average_price",
        ),
        key=("symbol", "happened_at", "order_side", "price", "average_price", "filled_contracts"),
        cadence="orders as they happened",
        retention="archives of 2023-06-25 to 2024-10-14, none since",
        hosts=(ARCHIVES,),
        ended=LAST_ORDERS,
        fetch=EndedArchives(
            archives(COIN_MARGINED.files("liquidationSnapshot"), ORDER, {"happened_at": stamped("happened_at", TICKS)}),
            Window.of_days(FIRST_ORDERS, LAST_ORDERS),
        ),
    ),
    contract_list(
        feed,
        "binance_um_instruments",
        "Binance's list of USDT-margined contracts: status, listing and delivery, tick, funding interval.",
        contracts,
        CONTRACTS,
        symbol="symbol",
        base_symbol="baseAsset",
        quote_symbol="quoteAsset",
        contract_type="contractType",
        listing_status="status",
        listed_ms="onboardDate",
        delivery_ms="deliveryDate",
        base_per_contract=lambda one: 1,
        tick_size=tick_size,
        funding_interval_hours="fundingIntervalHours",
    ),
)
