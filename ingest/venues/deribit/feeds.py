"""Deribit's feeds: daily bars, hourly funding, snapshots of open interest and forced trades of its perpetuals."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from ingest.feed import Feed
from ingest.fetch.pages import Single, between
from ingest.fetch.rows import PRICES, Fields, Stamp, same
from ingest.fetch.shapes import Present, bars, hourly_funding
from ingest.schema import column, daily_bars, feed_schema
from ingest.venues.deribit import api, liquidations

feed = partial(
    Feed, venue="deribit", hosts=(api.HOST,), licence="Deribit terms of service; no redistribution of raw data"
)
WINDOW = between("start_timestamp", "end_timestamp")

FEEDS: tuple[Feed, ...] = (
    feed(
        kind="klines",
        description="Daily bars of Deribit's perpetuals.",
        schema=daily_bars("deribit_klines", "volume_coin", "volume_usd"),
        cadence="daily bars",
        retention="all since listing",
        fetch=bars(
            api.ask_chart,
            api.url("get_tradingview_chart_data"),
            Fields(
                Stamp("ticks", "open_at"), {**PRICES, "volume": "volume_coin", "cost": "volume_usd"}, cells=api.CHART
            ),
            Single(WINDOW),  # an answer holds 5000 bars, more than the venue has days
            params={"resolution": "1D"},
        ),
    ),
    feed(
        kind="funding",
        description="Hourly funding of Deribit's perpetuals, which accrues continuously.",
        # `interest_1h` is the funding of an hour, and the hours of a day add up to its funding.
        # `interest_8h` looks back over eight hours, every hour: never sum it.
        schema=feed_schema(
            "deribit_funding",
            "symbol",
            "settled_at",
            column("interest_1h", "hourly_rate"),
            column("interest_8h", optional=True),
            column("index_price", optional=True, note="At the end of the hour."),
        ),
        cadence="hourly",
        retention="all since 2019",
        fetch=hourly_funding(
            api.ask,
            api.url("get_funding_rate_history"),
            Fields(Stamp("timestamp", "settled_at", floor="1h"), same("interest_1h", "interest_8h", "index_price")),
            Single(WINDOW),
            longest=timedelta(days=30),  # an answer holds 744 hours and a longer window is refused
        ),
    ),
    feed(
        kind="open_interest",
        description="Open interest of Deribit's perpetuals at the moment of each run.",
        schema=feed_schema(
            "deribit_open_interest",
            "symbol",
            column("snapshot_at", note="By the venue's clock."),
            "open_interest_contracts",
            column("mark_price", optional=True),
        ),
        cadence="one snapshot a run",
        retention="none: what no run has seen is gone",
        fetch=Present(
            api.ask,
            api.url("get_book_summary_by_instrument"),
            Fields(
                Stamp("creation_timestamp", "snapshot_at"),
                {"instrument_name": "symbol", "open_interest": "open_interest_contracts", **same("mark_price")},
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
        hosts=(api.HOST, api.HISTORY),
        fetch=liquidations.fetch,
    ),
)
