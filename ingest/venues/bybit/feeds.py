"""Bybit's feeds: klines, funding, predicted funding and open interest of linear and inverse perpetuals."""

from __future__ import annotations

from functools import partial

import polars as pl

from ingest.feed import Feed
from ingest.fetch.pages import ByCursor, NewestFirst, between
from ingest.fetch.rows import PRICES, Fields, Stamp
from ingest.fetch.shapes import FINAL_RUN, bars, funding, hourly, snapshots
from ingest.listings import contract_list
from ingest.schema import PRICES_FIT, column, feed_schema, rows
from ingest.venues.bybit import api, predicted_funding

feed = partial(Feed, venue="bybit", hosts=(api.HOST,), licence="Bybit terms of use; no redistribution of raw data")

# Both counts are landed as published; staging decides which one is used. openInterest adds up both sides.
# singleOpenInterest, published since June 2026, counts a contract once.
DAILY_OPEN_INTEREST = feed(
    kind="open_interest",
    description="Daily open interest of Bybit's linear and inverse perpetuals, both sides and one side.",
    schema=feed_schema(
        "bybit_open_interest",
        "symbol",
        "snapshot_at",
        column("open_interest_both_sides_coin", optional=True),
        column("open_interest_both_sides_usd", optional=True),
        column(
            "open_interest_coin",
            optional=True,
            note="Of a linear contract, each counted once; published since 2026-06.",
        ),
        column(
            "open_interest_usd",
            optional=True,
            note="Of an inverse contract, each counted once; published since 2026-06.",
        ),
        checks=[
            rows(
                "no open interest",
                pl.any_horizontal(
                    pl.col(f"open_interest{sides}_{unit}").is_not_null()
                    for sides in ("_both_sides", "")
                    for unit in ("coin", "usd")
                ),
            ),
            rows("one side above both", pl.col("open_interest_coin") <= pl.col("open_interest_both_sides_coin")),
            rows("one side above both (USD)", pl.col("open_interest_usd") <= pl.col("open_interest_both_sides_usd")),
        ],
    ),
    cadence="daily, a snapshot at 00:00 UTC",
    retention="all since listing",
    # The venue says that open interest can lag. The newest snapshot is asked for once more a day later, which also
    # shows whether it stood still: one that moves is no snapshot but the last value of its running day.
    revises=FINAL_RUN,
    fetch=snapshots(
        api.ask,
        api.url("open-interest"),
        Fields(
            Stamp("timestamp", "snapshot_at"),
            {"openInterest": "open_interest_both_sides_coin", "singleOpenInterest": "open_interest_coin"},
            inverse_columns={"openInterest": "open_interest_both_sides_usd", "singleOpenInterest": "open_interest_usd"},
        ),
        ByCursor(between("startTime", "endTime"), limit=200),  # a startTime alone is ignored
        {"intervalTime": "1d"},
    ),
)

FEEDS: tuple[Feed, ...] = (
    feed(
        kind="klines",
        description="Hourly and daily bars of Bybit's linear and inverse perpetuals.",
        schema=feed_schema(
            "bybit_klines",
            "symbol",
            column("interval", allowed=("1h", "1d")),
            "open_at",
            *PRICES,
            column("volume_coin", note="The volume of a linear, the turnover of an inverse contract."),
            column("volume_usd", note="The turnover of a linear, the volume of an inverse contract."),
            checks=PRICES_FIT,
        ),
        key=("symbol", "interval", "open_at"),
        cadence="hourly and daily bars",
        retention="all since listing",
        fetch=bars(
            api.ask,
            api.url("kline"),
            Fields(
                Stamp("start", "open_at"),
                {**PRICES, "volume": "volume_coin", "turnover": "volume_usd"},
                inverse_columns={**PRICES, "volume": "volume_usd", "turnover": "volume_coin"},
                cells=("start", *PRICES, "volume", "turnover"),
            ),
            NewestFirst(between("start", "end"), limit=1000),
            intervals={"1h": {"interval": "60"}, "1d": {"interval": "D"}},
        ),
    ),
    feed(
        kind="funding",
        description="Funding settlements of Bybit's linear and inverse perpetuals.",
        schema=feed_schema("bybit_funding", "symbol", "settled_at", "funding_rate"),
        cadence="every 8 hours, 4 or 1 for some symbols at times",
        retention="a year at least",
        fetch=funding(
            api.ask,
            api.url("funding/history"),
            Fields(Stamp("fundingRateTimestamp", "settled_at", floor="1h"), {"fundingRate": "funding_rate"}),
            NewestFirst(between("startTime", "endTime"), limit=200),  # a startTime alone is refused
        ),
    ),
    feed(
        kind="predicted_funding",
        description="Funding of Bybit's linear and inverse perpetuals as predicted at the moment of each run.",
        schema=feed_schema(
            "bybit_predicted_funding",
            "symbol",
            "snapshot_at",
            column("predicted_rate", note="Of the settlement at next_funding_at."),
            "next_funding_at",
            column("interval_hours", optional=True, note="Of the settlement at next_funding_at."),
        ),
        cadence="one snapshot a run",
        retention="none: what no run has seen is gone",
        fetch=predicted_funding.fetch,
    ),
    DAILY_OPEN_INTEREST,
    hourly(
        DAILY_OPEN_INTEREST,
        {"intervalTime": "1h"},
        retention="all since listing",
        cadence="hourly, a snapshot at each full hour",
    ),
    contract_list(
        feed,
        "bybit_instruments",
        "Bybit's list of linear and inverse contracts: status, days, tick, funding interval.",
        api.contracts,
        api.CONTRACTS,
    ),
)
