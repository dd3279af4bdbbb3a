"""Binance's feeds: klines, funding and open interest of its markets, forced orders of coin-margined contracts.

The markets have the same kinds of data, so a function declares each kind, and `FEEDS` says what differs by market.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial

import polars as pl

from ingest.feed import Feed
from ingest.fetch.rows import PRICES, Fields, Stamp, StampUnit, same, stamped
from ingest.fetch.shapes import HOUR, SETTLEMENT, bars, funding, snapshots
from ingest.listings import contract_list
from ingest.schema import PRICES_FIT, column, feed_schema
from ingest.venues.binance import api, vision
from ingest.venues.binance.archived import Ended, Funding, Klines
from ingest.venues.binance.open_interest import STEP, OpenInterest
from ingest.windows import Window

feed = partial(
    Feed,
    venue="binance",
    archive_host=vision.HOST,
    licence="Binance terms of use; no redistribution of raw data",
)
TICKS: StampUnit = "ms or us"  # spot archives are in microseconds from 2025 on
REST = {"channel": "rest"}

# The columns of the four volumes in the order of the cells, with the fields that describe them. The header line of the
# archives calls the coins of coin-margined contracts quote_volume.
IN_COINS = {**same("volume", "quote_volume", "taker_buy_volume", "taker_buy_quote_volume"), "volume": "volume_coin"}
IN_CONTRACTS = same("volume_contracts", "volume_coin", "taker_buy_volume_contracts", "taker_buy_volume_coin")


def kline_feed(
    name: str,
    market: api.Market,
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
        schema=feed_schema(
            name,
            "symbol",
            column("interval", allowed=intervals),
            "open_at",
            *PRICES,
            *(column(one, volumes.get(one, "")) for one in sums),
            "channel",
            checks=PRICES_FIT,
        ),
        key=("symbol", "interval", "open_at"),
        cadence="daily bars" if intervals == ("1d",) else "hourly and daily bars",
        retention="all since listing",
        hosts=(vision.HOST, market.host),
        fetch=Klines(
            vision.Archives(market.folder, "klines", cells, {"open_at": stamped("open_at", TICKS)}),
            bars(
                api.ask,
                f"https://{market.host}/{market.root}/klines",
                Fields(Stamp("open_at", "open_at", TICKS), same(*PRICES, *sums), cells=cells, constants=REST),
                market.klines,
                intervals={interval: {"interval": interval} for interval in intervals},
            ),
        ),
    )


def funding_feed(name: str, market: api.Market, description: str, retention: str) -> Feed:
    """The settlements of one market."""
    address = f"{market.host}/{market.root}/fundingRate"
    return feed(
        kind="funding",
        description=description,
        schema=feed_schema(
            name,
            "symbol",
            column("settled_at", note="The venue's stamps are some milliseconds late."),
            column("interval_hours", optional=True, note="Archives have it, REST does not."),
            "funding_rate",
            column("mark_price", optional=True, note="At the settlement; not in archives, blank in old rows."),
            "channel",
        ),
        cadence="every 8 hours, 4 or 1 for some symbols at times",
        retention=retention,
        hosts=(vision.HOST, address),
        fetch=Funding(
            vision.Archives(
                market.folder,
                "fundingRate",
                ("settled_at", "interval_hours", "funding_rate"),
                {"settled_at": Stamp("settled_at", "settled_at", TICKS, floor="1h").moments()},
                step=HOUR,
                apart=SETTLEMENT,
            ),
            funding(
                api.ask,
                f"https://{address}",
                Fields(
                    Stamp("fundingTime", "settled_at", TICKS, floor="1h"),
                    {"symbol": "symbol", "fundingRate": "funding_rate", "markPrice": "mark_price"},
                    constants=REST,
                ),
                api.PAGES(limit=1000),
            ),
        ),
    )


RATIOS = ("top_trader_account_ratio", "top_trader_position_ratio", "account_ratio", "taker_volume_ratio")
LABEL = pl.col("labelled_at").str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False)


def open_interest_feed(
    name: str, market: api.Market, description: str, retention: str, *, amounts: Mapping[str, str], starts_from: date
) -> Feed:
    """The snapshots of one market. `amounts` has the columns of the open interest and its value, with their notes.

    Archives of days before `starts_from` stamp the end of the five minutes, later ones the start. Both files around the
    change have a row stamped at the midnight between them, so the file's day decides and not the stamp.
    """
    address = f"{market.host}/futures/data"
    at_start = pl.col("period_start").dt.date() >= starts_from
    return feed(
        kind="open_interest",
        description=description,
        schema=feed_schema(
            name,
            "symbol",
            "snapshot_at",
            "labelled_at",
            *(column(amount, note=note) for amount, note in amounts.items()),
            *(column(ratio, optional=True) for ratio in RATIOS),
            "channel",
        ),
        cadence="every 5 minutes",
        retention=retention,
        hosts=(vision.HOST, address),
        settles=timedelta(hours=3),
        fetch=OpenInterest(
            vision.Archives(
                market.folder,
                "metrics",
                ("labelled_at", "symbol", *amounts, *RATIOS),
                {"labelled_at": LABEL, "snapshot_at": pl.when(at_start).then(LABEL + STEP).otherwise(LABEL)},
                step=HOUR,  # single snapshots are missing now and then, and REST lacks them as well
                before=STEP,
            ),
            snapshots(
                api.ask,
                f"https://{address}/openInterestHist",
                Fields(
                    Stamp("timestamp", "labelled_at", TICKS),
                    dict(zip(("sumOpenInterest", "sumOpenInterestValue"), amounts, strict=True)),
                    constants=REST,
                ),
                api.PAGES(limit=500),
                params={"period": "5m"},
            ),
        ),
    )


FIRST_ORDERS, LAST_ORDERS = date(2023, 6, 25), date(2024, 10, 14)
ORDER = (
    "happened_at", "order_side", "order_type", "time_in_force", "original_contracts", "price", "average_price",
    "order_status", "last_filled_contracts", "filled_contracts",
)  # fmt: skip

FEEDS: tuple[Feed, ...] = (
    kline_feed("binance_spot_klines", api.SPOT, "Spot bars of Binance: price and volume."),
    kline_feed(
        "binance_um_klines",
        api.USDT_MARGINED,
        "Bars of Binance's USDT-margined perpetuals; their daily close values liquidations.",
    ),
    funding_feed(
        "binance_um_funding",
        api.USDT_MARGINED,
        "Funding settlements of Binance's USDT-margined perpetuals.",
        retention="all since 2020-01",
    ),
    open_interest_feed(
        "binance_um_open_interest",
        api.USDT_MARGINED,
        "Open interest of Binance's USDT-margined perpetuals every five minutes, with trader ratios.",
        retention="archives since 2020-09; 30 days by REST",
        amounts={
            "open_interest_coin": "Each contract counted once.",
            "open_interest_usd": "In USDT at the mark price.",
        },
        starts_from=date(2026, 6, 25),
    ),
    kline_feed(
        "binance_cm_klines",
        api.COIN_MARGINED,
        "Daily bars of Binance's coin-margined perpetuals, volume in contracts and in coins.",
        volumes=IN_CONTRACTS,
        intervals=("1d",),
    ),
    funding_feed(
        "binance_cm_funding",
        api.COIN_MARGINED,
        "Funding settlements of Binance's coin-margined perpetuals.",
        retention="all by REST; archives since 2022-07",
    ),
    open_interest_feed(
        "binance_cm_open_interest",
        api.COIN_MARGINED,
        "Open interest of Binance's coin-margined perpetuals every five minutes, in contracts.",
        retention="archives since 2021-07; 30 days by REST",
        amounts={
            "open_interest_contracts": "Contracts of 100 USD (Bitcoin) or 10 USD, each counted once.",
            "open_interest_coin": "At the mark price.",
        },
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
        hosts=(vision.HOST,),
        ended=LAST_ORDERS,
        fetch=Ended(
            vision.Archives("futures/cm", "liquidationSnapshot", ORDER, {"happened_at": stamped("happened_at", TICKS)}),
            Window.of_days(FIRST_ORDERS, LAST_ORDERS),
        ),
    ),
    contract_list(
        feed,
        "binance_um_instruments",
        "Binance's list of USDT-margined contracts: status, listing and delivery, tick, funding interval.",
        api.contracts,
        api.CONTRACTS,
    ),
)
