"""Gate's feeds: daily and hourly statistics, single liquidations and funding of USDT-margined perpetuals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from ingest.feed import Feed, Request
from ingest.fetch.pages import OldestFirst, Single, between, since
from ingest.fetch.rows import Fields, Stamp, same
from ingest.fetch.shapes import FINAL_RUN, HOUR, Windowed, bars, funding, hourly
from ingest.schema import Named, column, not_zero
from ingest.venues.gate.api import API, PAGE, ask_liquidations, ask_whole
from ingest.windows import Window, day_start

feed = partial(Feed, venue="gate", licence="Gate terms of use; no redistribution of raw data")
KEPT = timedelta(days=179)  # an older `from` than 180 days is refused; a day for clocks that differ


def kept(request: Request, series: str) -> Window:
    """What the venue still has of daily statistics and of funding."""
    return Window(request.now - KEPT, request.now)


# What a row has, by its published name. It is stamped at the start of its day or hour and rewritten until that is over.
CONTRACT_STATS: Mapping[str, str | Named] = {
    "open_interest": column(
        "open_interest_contracts", note="Whether each is counted once or on both sides is not documented."
    ),
    **same("open_interest_usd", "mark_price"),
    "long_liq_size": "long_contracts",
    "short_liq_size": "short_contracts",
    "long_liq_amount": column("long_coin", "long_liquidations_coin"),
    "short_liq_amount": column("short_coin", "short_liquidations_coin"),
    "long_liq_usd": column("long_usd", "long_liquidations_usd", note="In USDT, as first published."),
    "short_liq_usd": column("short_usd", "short_liquidations_usd", note="In USDT, as first published."),
    # Contracts times contract size times mark price.
    "long_liq_usd_new": column("long_at_mark_usd", optional=True, note="Since 2026-04-27."),
    "short_liq_usd_new": column("short_at_mark_usd", optional=True, note="Since 2026-04-27."),
    "lsr_account": column("account_ratio", optional=True),
    "lsr_taker": column("taker_ratio", "taker_volume_ratio", optional=True),
    "top_lsr_account": column("top_trader_account_ratio", optional=True),
    "top_lsr_size": column("top_trader_position_ratio", optional=True),
    "long_users": column("long_holder_count", optional=True),
    "short_users": column("short_holder_count", optional=True),
}
DAILY_STATS = feed(
    name="gate_contract_stats",
    kind="open_interest and liquidations",
    description="Daily open interest of Gate's USDT-margined perpetuals, and longs and shorts closed by force.",
    cadence="daily",
    retention="180 days",
    revises=FINAL_RUN,
    fetch=bars(
        API.at("contract_stats"),
        Fields(Stamp("time", "open_at", "s or ms"), CONTRACT_STATS),
        Single(since("from", "s")),  # 180 days fit into one answer
        {"interval": "1d"},
        kept=kept,
        drops_later=True,  # there is no `to`
    ),
)

REACH = timedelta(days=2)  # of a first run, 48 requests a contract; the daily statistics reach back further
LIQUIDATIONS_KEPT = timedelta(days=85)  # the venue is said to keep about 90


def since_first_held(request: Request, series: str) -> Window:
    """From the first liquidation that is held, else from REACH before the run."""
    first = request.now - REACH
    if held := request.held.of(series, "rest"):
        first = max(request.now - LIQUIDATIONS_KEPT, min(first, held[0].start))
    return Window(day_start(first.date()), request.now)


ORDERS = Windowed(
    API.at("liq_orders", ask_liquidations),
    Fields(
        Stamp("time", "happened_at", "s or ms", note="To the second."),
        {
            "contract": "symbol",
            "size": column(
                "position_contracts", note="The venue's WebSocket feed has the opposite sign.", checks=(not_zero(),)
            ),
            "order_price": "order_price",
            "fill_price": "fill_price",
            "left": column("left_contracts", optional=True),
        },
    ),
    Single(between("from", "to", "s"), longest=HOUR),  # a longer window is refused
    step=timedelta(0),
    apart=None,
    kept=since_first_held,
    longest=timedelta(days=3),
    most=4,  # pieces a contract and run: 288 requests, half a minute
)

FEEDS: tuple[Feed, ...] = (
    DAILY_STATS,
    hourly(DAILY_STATS, {"interval": "1h"}, "180 days", pages=OldestFirst(since("from", "s"), limit=PAGE)),
    feed(
        kind="liquidations",
        description="Single liquidations of Gate's USDT-margined perpetuals; they accrue from the first run on.",
        key=("symbol", "happened_at", "position_contracts", "order_price", "fill_price"),
        cadence="as they happen",
        retention="about 90 days, an hour a request; only the last 2 days are asked for",
        fetch=ORDERS,
    ),
    feed(
        kind="funding",
        description="Funding settlements of Gate's USDT-margined perpetuals.",
        cadence="every 8 hours, 4 or 1 for some contracts at times",
        retention="180 days",
        fetch=funding(
            API.at("funding_rate", ask_whole),
            # The interval is not published and has been seen to change.
            Fields(
                Stamp("t", "settled_at", "s or ms", floor="1h", note="The venue's stamps are up to some seconds late."),
                {"r": "funding_rate"},
            ),
            # Both ends are always sent: without `to` the answer ends 30 days after `from`.
            Single(between("from", "to", "s"), longest=timedelta(days=30)),
            kept=kept,
        ),
    ),
)
