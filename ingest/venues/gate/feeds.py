"""Gate's feeds: daily and hourly statistics, single liquidations and funding of USDT-margined perpetuals."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from ingest.feed import Feed
from ingest.fetch.pages import OldestFirst, Single, between, since
from ingest.fetch.rows import Fields, Stamp
from ingest.fetch.shapes import FINAL_RUN, bars, funding, hourly
from ingest.schema import column, feed_schema, not_zero
from ingest.venues.gate import api, liquidations

feed = partial(Feed, venue="gate", hosts=(api.HOST,), licence="Gate terms of use; no redistribution of raw data")

# What a row has, by its published name. It is stamped at the start of its day or hour and rewritten until that is over.
CONTRACT_STATS = {
    "open_interest": column(
        "open_interest_contracts", note="Whether each is counted once or on both sides is not documented."
    ),
    "open_interest_usd": column("open_interest_usd"),
    "mark_price": column("mark_price"),
    "long_liq_size": column("long_contracts"),
    "short_liq_size": column("short_contracts"),
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
    kind="open_interest and liquidations",
    description="Daily open interest of Gate's USDT-margined perpetuals, and longs and shorts closed by force.",
    schema=feed_schema("gate_contract_stats", "symbol", "open_at", *CONTRACT_STATS.values()),
    cadence="daily",
    retention="180 days",
    revises=FINAL_RUN,
    fetch=bars(
        api.ask,
        api.url("contract_stats"),
        Fields(
            Stamp("time", "open_at", "s or ms"),
            {published: name for published, (name, _) in CONTRACT_STATS.items()},
        ),
        Single(since("from", "s")),  # 180 days fit into one answer
        {"interval": "1d"},
        kept=api.kept,
        drops_later=True,  # there is no `to`
    ),
)

FEEDS: tuple[Feed, ...] = (
    DAILY_STATS,
    hourly(DAILY_STATS, {"interval": "1h"}, "180 days", pages=OldestFirst(since("from", "s"), limit=api.PAGE)),
    feed(
        kind="liquidations",
        description="Single liquidations of Gate's USDT-margined perpetuals; they accrue from the first run on.",
        schema=feed_schema(
            "gate_liquidations",
            "symbol",
            column("happened_at", note="To the second."),
            column(
                "position_contracts", note="The venue's WebSocket feed has the opposite sign.", checks=(not_zero(),)
            ),
            "order_price",
            "fill_price",
            column("left_contracts", optional=True),
        ),
        key=("symbol", "happened_at", "position_contracts", "order_price", "fill_price"),
        cadence="as they happen",
        retention="about 90 days, an hour a request; only the last 2 days are asked for",
        fetch=liquidations.fetch,
    ),
    feed(
        kind="funding",
        description="Funding settlements of Gate's USDT-margined perpetuals.",
        schema=feed_schema(
            "gate_funding",
            "symbol",
            column("settled_at", note="The venue's stamps are up to some seconds late."),
            "funding_rate",
        ),
        cadence="every 8 hours, 4 or 1 for some contracts at times",
        retention="180 days",
        fetch=funding(
            api.ask_whole,
            api.url("funding_rate"),
            # The interval is not published and has been seen to change.
            Fields(Stamp("t", "settled_at", "s or ms", floor="1h"), {"r": "funding_rate"}),
            # Both ends are always sent: without `to` the answer ends 30 days after `from`.
            Single(between("from", "to", "s"), longest=timedelta(days=30)),
            kept=api.kept,
        ),
    ),
)
