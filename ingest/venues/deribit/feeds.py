"""Deribit's feeds: daily bars, hourly funding, snapshots of open interest and forced trades of its perpetuals."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from ingest.feed import Feed
from ingest.fetch.pages import Single, between
from ingest.fetch.rows import PRICES, Fields, Stamp
from ingest.fetch.shapes import Present, bars, hourly_funding
from ingest.schema import DAILY_BARS, column, feed_schema
from ingest.venues.deribit import liquidations
from ingest.venues.deribit.api import API, CHART, HISTORY, ask, ask_chart

feed = partial(
    Feed, venue="deribit", hosts=(API.host,), licence="Deribit terms of service; no redistribution of raw data"
)
WINDOW = between("start_timestamp", "end_timestamp")

FEEDS: tuple[Feed, ...] = (
    feed(
        kind="klines",
        description="Daily bars of Deribit's perpetuals.",
        cadence="daily bars",
        retention="all since listing",
        fetch=bars(
            API.at("get_tradingview_chart_data", ask_chart),
            Fields(
                Stamp("ticks", "open_at"),
                {**PRICES, "volume": "volume_coin", "cost": "volume_usd"},
                cells=CHART,
                checks=DAILY_BARS,
            ),
            Single(WINDOW),  # an answer holds 5000 bars, more than the venue has days
            params={"resolution": "1D"},
        ),
    ),
    feed(
        kind="funding",
        description="Hourly funding of Deribit's perpetuals, which accrues continuously.",
        cadence="hourly",
        retention="all since 2019",
        fetch=hourly_funding(
            API.at("get_funding_rate_history", ask),
            # `interest_1h` is the funding of an hour, and the hours of a day add up to its funding.
            # `interest_8h` looks back over eight hours, every hour: never sum it.
            Fields(
                Stamp("timestamp", "settled_at", floor="1h"),
                {
                    "interest_1h": column("interest_1h", "hourly_rate"),
                    "interest_8h": column("interest_8h", optional=True),
                    "index_price": column("index_price", optional=True, note="At the end of the hour."),
                },
            ),
            Single(WINDOW),
            longest=timedelta(days=30),  # an answer holds 744 hours and a longer window is refused
        ),
    ),
    feed(
        kind="open_interest",
        description="Open interest of Deribit's perpetuals at the moment of each run.",
        cadence="one snapshot a run",
        retention="none: what no run has seen is gone",
        fetch=Present(
            API.at("get_book_summary_by_instrument", ask),
            Fields(
                Stamp("creation_timestamp", "snapshot_at", note="By the venue's clock."),
                {
                    "instrument_name": "symbol",
                    "open_interest": "open_interest_contracts",
                    "mark_price": column("mark_price", optional=True),
                },
            ),
        ),
    ),
    feed(
        kind="liquidations",
        description="Trades of Deribit's perpetuals in which a position was closed by force, on either side.",
        schema=feed_schema(
            "deribit_liquidations",
            "symbol",
            "trade_id",
            column("position_side", note="A trade of two such positions has two rows."),
            "happened_at",
            column("liquidation", allowed=("M", "T", "MT")),
            "direction",
            "amount_contracts",
            "price",
            column("index_price", optional=True),
        ),
        key=("symbol", "trade_id", "position_side"),
        cadence="events",
        retention=f"all; the last {liquidations.REACH.days} days are asked for, as the whole tape has to be read",
        hosts=(API.host, HISTORY.host),
        fetch=liquidations.fetch,
    ),
)
