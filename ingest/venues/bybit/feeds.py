"""Bybit's feeds: klines, funding and open interest of linear and inverse perpetuals."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pandera.polars as pa
import polars as pl

from ingest.feed import Feed
from ingest.fetch.pages import ByCursor, NewestFirst, between
from ingest.fetch.rows import PRICES, Fields, Stamp
from ingest.fetch.shapes import bars, funding, snapshots
from ingest.schema import PRICES_FIT, moment, not_negative, number, positive, prices, rows, text, within
from ingest.venues.bybit import api

feed = partial(Feed, venue="bybit", hosts=(api.HOST,), licence="Bybit terms of use; no redistribution of raw data")
# The venue says that open interest can lag. The newest snapshot is asked for once more a day later, which also shows
# whether it stood still: one that moves is no snapshot but the last value of its running day.
OPEN_INTEREST_LAGS = timedelta(hours=5)

KLINES = pa.DataFrameSchema(
    {
        "symbol": text("Symbol as the venue writes it"),
        "interval": text("Length of the bar", allowed=["1h", "1d"]),
        "open_at": moment("Start of the bar, which is half-open"),
        **prices("USD"),
        "volume_coin": number("Traded volume in coins: volume of a linear, turnover of an inverse contract", "coin",
                              not_negative()),
        "volume_usd": number("Traded volume in USD: turnover of a linear, volume of an inverse contract", "USD",
                             not_negative()),
    },
    checks=[
        *PRICES_FIT,
    ],
    strict=True,
    name="bybit_klines",
)  # fmt: skip

FUNDING = pa.DataFrameSchema(
    {
        "symbol": text("Symbol as the venue writes it"),
        "settled_at": moment("Hour of the settlement"),
        "funding_rate": number("What longs pay to shorts, a fraction per interval", "fraction", within(-0.1, 0.1)),
    },
    strict=True,
    name="bybit_funding",
)

# Both counts are landed as published; staging decides which one is used.
OPEN_INTEREST = pa.DataFrameSchema(
    {
        "symbol": text("Symbol as the venue writes it"),
        "snapshot_at": moment("Moment of the snapshot"),
        "open_interest_both_sides_coin": number("Long and short contracts added up, linear contracts", "coin",
                                                positive(), nullable=True),
        "open_interest_both_sides_usd": number("Long and short contracts added up, inverse contracts", "USD",
                                               positive(), nullable=True),
        "open_interest_coin": number("Open contracts, each counted once, linear contracts; published since 2026-06",
                                     "coin", positive(), nullable=True),
        "open_interest_usd": number("Open contracts, each counted once, inverse contracts; published since 2026-06",
                                    "USD", positive(), nullable=True),
    },
    checks=[
        rows("no open interest", pl.any_horizontal(
            pl.col(f"open_interest{sides}_{unit}").is_not_null()
            for sides in ("_both_sides", "") for unit in ("coin", "usd"))),
        rows("one side above both", pl.col("open_interest_coin") <= pl.col("open_interest_both_sides_coin")),
        rows("one side above both (USD)", pl.col("open_interest_usd") <= pl.col("open_interest_both_sides_usd")),
    ],
    strict=True,
    name="bybit_open_interest",
)  # fmt: skip

FEEDS: tuple[Feed, ...] = (
    feed(
        name="bybit_klines",
        kind="klines",
        description="Hourly and daily bars of Bybit's linear and inverse perpetuals.",
        schema=KLINES,
        key=("symbol", "interval", "open_at"),
        observed="open_at",
        cadence="hourly and daily bars",
        retention="all since listing",
        fetch=bars(
            api.ask,
            api.url("kline"),
            Fields(
                Stamp("start", "open_at"),
                {**PRICES, "volume": "volume_coin", "turnover": "volume_usd"},
                inverse_columns={**PRICES, "volume": "volume_usd", "turnover": "volume_coin"},
                cells=("start", "open", "high", "low", "close", "volume", "turnover"),
            ),
            NewestFirst(between("start", "end"), limit=1000),
            intervals={"1h": {"interval": "60"}, "1d": {"interval": "D"}},
        ),
    ),
    feed(
        name="bybit_funding",
        kind="funding",
        description="Funding settlements of Bybit's linear and inverse perpetuals.",
        schema=FUNDING,
        key=("symbol", "settled_at"),
        observed="settled_at",
        cadence="every 8 hours, 4 or 1 for some symbols at times",
        retention="a year at least",
        stamped_at_end=True,
        fetch=funding(
            api.ask,
            api.url("funding/history"),
            Fields(Stamp("fundingRateTimestamp", "settled_at", floor="1h"), {"fundingRate": "funding_rate"}),
            NewestFirst(between("startTime", "endTime"), limit=200),  # a startTime alone is refused
        ),
    ),
    feed(
        name="bybit_open_interest",
        kind="open_interest",
        description="Daily open interest of Bybit's linear and inverse perpetuals, both sides and one side.",
        schema=OPEN_INTEREST,
        key=("symbol", "snapshot_at"),
        observed="snapshot_at",
        cadence="daily, a snapshot at 00:00 UTC",
        retention="all since listing",
        stamped_at_end=True,
        revises=OPEN_INTEREST_LAGS,
        fetch=snapshots(
            api.ask,
            api.url("open-interest"),
            # openInterest adds up both sides. singleOpenInterest, published since June 2026, counts a contract once.
            Fields(
                Stamp("timestamp", "snapshot_at"),
                {"openInterest": "open_interest_both_sides_coin", "singleOpenInterest": "open_interest_coin"},
                inverse_columns={
                    "openInterest": "open_interest_both_sides_usd",
                    "singleOpenInterest": "open_interest_usd",
                },
            ),
            ByCursor(between("startTime", "endTime"), limit=200),  # a startTime alone is ignored
            params={"intervalTime": "1d"},
        ),
    ),
)
