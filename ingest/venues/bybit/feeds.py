"""Bybit's feeds: klines, funding, predicted funding, open interest and the list of linear and inverse perpetuals."""

from __future__ import annotations

from functools import partial

import polars as pl

from ingest.feed import Feed
from ingest.fetch.pages import NewestFirst, between
from ingest.fetch.rows import PRICES, Fields, Stamp
from ingest.fetch.shapes import FINAL_RUN, Present, bars, funding, hourly, snapshots
from ingest.listings import contract_list
from ingest.schema import PRICES_FIT, column, rows
from ingest.venues.bybit.api import API, CONTRACTS, ask, category, contracts, funding_hours, listed

feed = partial(Feed, venue="bybit", licence="Bybit terms of use; no redistribution of raw data")
PREDICTED = "Of the settlement at next_funding_at."
IN_COINS = column("volume_coin", note="The volume of a linear, the turnover of an inverse contract.")
IN_USD = column("volume_usd", note="The turnover of a linear, the volume of an inverse contract.")

# Both counts are landed as published; staging decides which one is used. openInterest adds up both sides.
# singleOpenInterest, published since June 2026, counts a contract once.
ONCE = "Of {} contract, each counted once; published since 2026-06."
DAILY_OPEN_INTEREST = feed(
    kind="open_interest",
    description="Daily open interest of Bybit's linear and inverse perpetuals, both sides and one side.",
    cadence="daily, a snapshot at 00:00 UTC",
    retention="all since listing",
    # The venue says that open interest can lag. The newest snapshot is asked for once more a day later, which also
    # shows whether it stood still: one that moves is no snapshot but the last value of its running day.
    revises=FINAL_RUN,
    fetch=snapshots(
        API.at("open-interest", ask),
        Fields(
            Stamp("timestamp", "snapshot_at"),
            {
                "openInterest": column("open_interest_both_sides_coin", optional=True),
                "singleOpenInterest": column("open_interest_coin", optional=True, note=ONCE.format("a linear")),
            },
            inverse_columns={
                "openInterest": column("open_interest_both_sides_usd", optional=True),
                "singleOpenInterest": column("open_interest_usd", optional=True, note=ONCE.format("an inverse")),
            },
            checks=[
                rows("no open interest", pl.any_horizontal(pl.col("^open_interest_.*$").is_not_null())),
                rows("one side above both", pl.col("open_interest_coin") <= pl.col("open_interest_both_sides_coin")),
                rows(
                    "one side above both (USD)", pl.col("open_interest_usd") <= pl.col("open_interest_both_sides_usd")
                ),
            ],
        ),
        NewestFirst(between("startTime", "endTime"), limit=200, by_cursor=True),  # a startTime alone is ignored
        {"intervalTime": "1d"},
    ),
)

FEEDS: tuple[Feed, ...] = (
    feed(
        kind="klines",
        description="Hourly and daily bars of Bybit's linear and inverse perpetuals.",
        cadence="hourly and daily bars",
        retention="all since listing",
        fetch=bars(
            API.at("kline", ask),
            Fields(
                Stamp("start", "open_at"),
                {**PRICES, "volume": IN_COINS, "turnover": IN_USD},
                inverse_columns={"volume": IN_USD, "turnover": IN_COINS},
                cells=("start", *PRICES, "volume", "turnover"),
                checks=PRICES_FIT,
            ),
            NewestFirst(between("start", "end"), limit=1000),
            intervals={"1h": {"interval": "60"}, "1d": {"interval": "D"}},
        ),
    ),
    feed(
        kind="funding",
        description="Funding settlements of Bybit's linear and inverse perpetuals.",
        cadence="every 8 hours, 4 or 1 for some symbols at times",
        retention="a year at least",
        fetch=funding(
            API.at("funding/history", ask),
            Fields(Stamp("fundingRateTimestamp", "settled_at", floor="1h"), {"fundingRate": "funding_rate"}),
            NewestFirst(between("startTime", "endTime"), limit=200),  # a startTime alone is refused
        ),
    ),
    feed(
        kind="predicted_funding",
        description="Funding of Bybit's linear and inverse perpetuals as predicted at the moment of each run.",
        cadence="one snapshot a run",
        retention="none: what no run has seen is gone",
        # The rate moves until the settlement that it predicts.
        fetch=Present(
            API.at("tickers", lambda request, asked: listed(request, asked.url, category(asked.instrument))),
            Fields(
                Stamp("", "snapshot_at"),
                {
                    "symbol": "symbol",
                    "fundingRate": column("predicted_rate", note=PREDICTED),
                    "nextFundingTime": column("next_funding_at"),
                    "fundingIntervalHour": column("interval_hours", optional=True, note=PREDICTED),
                },
            ),
            category,
        ),
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
        contracts,
        CONTRACTS,
        symbol="symbol",
        base_symbol="baseCoin",
        quote_symbol="quoteCoin",
        contract_type="contractType",
        listing_status="status",
        listed_ms="launchTime",
        delivery_ms=lambda one: None if one.get("deliveryTime") in ("0", 0) else one.get("deliveryTime"),
        base_per_contract=lambda one: 1 if str(one.get("contractType")).startswith("Linear") else None,
        tick_size="priceFilter.tickSize",
        funding_interval_hours=funding_hours,
    ),
)
