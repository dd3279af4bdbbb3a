"""Deribit's feeds: daily bars, hourly funding, snapshots of open interest and forced trades of its perpetuals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import chain

from ingest.feed import Feed, Request
from ingest.fetch.interface import Interface, Params
from ingest.fetch.pages import Single, between
from ingest.fetch.rows import PRICES, Fields, Stamp
from ingest.fetch.shapes import DAY, Present, bars, hourly_funding, since_days_ago
from ingest.schema import DAILY_BARS, column
from ingest.venues.deribit.api import API, CHART, OLD_TRADES, TRADES, ask_chart
from ingest.venues.deribit.liquidations import REACH, Forced, Tape
from ingest.windows import Window

feed = partial(Feed, venue="deribit", licence="Deribit terms of service; no redistribution of raw data")
STAMPS = ("start_timestamp", "end_timestamp")
WINDOW = between(*STAMPS)
RECENT = timedelta(hours=12)  # the newest half of the 24 hours of trades that the one host has; the other lags behind
FORCED = Fields(
    Stamp("timestamp", "happened_at"),
    {
        "trade_id": "trade_id",
        "position_side": column("position_side", note="A trade of two such positions has two rows."),
        "timestamp": "happened_at",
        "liquidation": column("liquidation", allowed=("M", "T", "MT")),
        "direction": "direction",
        "amount": "amount_contracts",
        "price": "price",
        "index_price": column("index_price", optional=True),
    },
)


def forced(tape: Interface, kept: Callable[[Request, str], Window], params: Params) -> Forced:
    """The forced trades of a window that a tape has."""
    endpoint = tape.at("get_last_trades_by_instrument_and_time")
    return Forced(endpoint, FORCED, Tape(*STAMPS), {"sorting": "asc", **params}, kept=kept, longest=DAY)


TAPES = (
    forced(TRADES, lambda request, series: Window(request.now - RECENT, request.now), {"count": 1000}),
    forced(OLD_TRADES, since_days_ago(REACH, -RECENT), {"count": 10_000, "include_old": "true"}),
)

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
            API.at("get_funding_rate_history"),
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
            API.at("get_book_summary_by_instrument"),
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
        key=("symbol", "trade_id", "position_side"),
        cadence="events",
        retention=f"all; the last {REACH.days} days are asked for, as the whole tape has to be read",
        schema=FORCED.schema("deribit_liquidations"),
        hosts=(TRADES.host, OLD_TRADES.host),
        fetch=lambda request: chain.from_iterable(tape(request) for tape in TAPES),
    ),
)
