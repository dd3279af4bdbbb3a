"""Kraken Futures' feeds: bars, funding, open interest and liquidated volume of its linear perpetuals (PF_)."""

from __future__ import annotations

from functools import partial

import polars as pl

from ingest.feed import Feed
from ingest.fetch.pages import between
from ingest.fetch.rows import PRICES, Fields, Stamp, same
from ingest.fetch.shapes import HOUR, HOURS_ASKED, bars, since_days_ago
from ingest.schema import OPENS_AT_MIDNIGHT, PRICES_FIT, column, feed_schema, rows
from ingest.venues.kraken import api, funding

feed = partial(
    Feed, venue="kraken", hosts=(api.HOST,), licence="Kraken terms of service; no redistribution of raw data"
)
buckets = partial(bars, api.ask_buckets, pages=api.FromEitherEnd(between("since", "to", "s")))
BUCKET = Stamp("timestamp", "open_at", "s or ms")
DAILY, HOURLY = {"interval": 86_400}, {"interval": 3_600}

KLINES = feed_schema(
    "kraken_klines",
    "symbol",
    "open_at",
    *PRICES,
    column("volume", "volume_coin"),
    checks=[OPENS_AT_MIDNIGHT, *PRICES_FIT],
)

FUNDING = feed_schema(
    "kraken_funding",
    "symbol",
    column("settled_at", note="As the venue stamps it."),
    column("relative_rate", "hourly_rate"),
    column("absolute_rate", optional=True),
    column("channel", allowed=("history", "analytics"), note="Which list it came from."),
)

OPEN_INTEREST_COLUMNS = (
    "symbol",
    "open_at",
    column("open", "open_interest_open", optional=True),
    column("high", "open_interest_high", optional=True),
    column("low", "open_interest_low", optional=True),
    column("close", "open_interest_close"),
)
open_interest = partial(buckets, api.url("api/charts/v1/analytics/{symbol}/open-interest"), Fields(BUCKET, PRICES))
ORDERED = rows("high below low", pl.col("high") >= pl.col("low"))

LIQUIDATIONS = feed_schema("kraken_liquidations", "symbol", "open_at", column("volume_coin", "liquidations_coin"))

FEEDS: tuple[Feed, ...] = (
    feed(
        kind="klines",
        description="Daily bars of Kraken Futures' linear perpetuals.",
        schema=KLINES,
        cadence="daily bars",
        retention="all since listing",
        fetch=bars(
            partial(api.ask, listed="candles"),
            api.url("api/charts/v1/trade/{symbol}/1d"),
            Fields(Stamp("time", "open_at", "s or ms"), {**PRICES, **same("volume")}),
            api.FromEitherEnd(between("from", "to", "s")),
        ),
    ),
    feed(
        kind="funding",
        description="Hourly funding of Kraken Futures' linear perpetuals, as a fraction of the price.",
        schema=FUNDING,
        cadence="hourly",
        retention="about a year",
        fetch=funding.fetch,
    ),
    feed(
        kind="open_interest",
        description="Open interest of Kraken Futures' linear perpetuals over each day.",
        schema=feed_schema("kraken_open_interest", *OPEN_INTEREST_COLUMNS, checks=[ORDERED]),
        cadence="daily bars",
        retention="daily since 2023-03",
        fetch=open_interest(params=DAILY),
    ),
    feed(
        kind="open_interest",
        description="Open interest of Kraken Futures' linear perpetuals over each hour.",
        schema=feed_schema("kraken_hourly_open_interest", *OPEN_INTEREST_COLUMNS, checks=[ORDERED]),
        cadence="hourly bars",
        retention=f"not documented; only the last {HOURS_ASKED.days} days are asked for",
        revises=HOUR,
        fetch=open_interest(params=HOURLY, step=HOUR, kept=since_days_ago(HOURS_ASKED)),
    ),
    feed(
        kind="liquidations",
        description="Volume of Kraken Futures' linear perpetuals closed by force in a day, longs and shorts together.",
        schema=LIQUIDATIONS,
        cadence="daily sums",
        retention="since about 2021",
        fetch=buckets(
            api.url("api/charts/v1/analytics/{symbol}/liquidation-volume"),
            Fields(BUCKET, {"close": "volume_coin"}),
            params=DAILY,
        ),
    ),
)
