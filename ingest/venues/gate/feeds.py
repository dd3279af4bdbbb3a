"""Gate's feeds: daily and hourly statistics, single liquidations and funding of USDT-margined perpetuals."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from ingest.feed import Feed
from ingest.fetch.pages import OldestFirst, Single, between, since
from ingest.fetch.rows import Fields, Stamp, same
from ingest.fetch.shapes import HOUR, HOURS_ASKED, bars, funding, since_days_ago
from ingest.schema import column, feed_schema, not_zero
from ingest.venues.gate import api, liquidations

feed = partial(Feed, venue="gate", hosts=(api.HOST,), licence="Gate terms of use; no redistribution of raw data")

# A row is stamped at the start of its day or hour and rewritten until that is over.
CONTRACT_STATS_COLUMNS = (
    "symbol",
    "open_at",
    column("open_interest_contracts", note="Whether each is counted once or on both sides is not documented."),
    "open_interest_usd",
    "mark_price",
    "long_contracts",
    "short_contracts",
    column("long_coin", "long_liquidations_coin"),
    column("short_coin", "short_liquidations_coin"),
    column("long_usd", "long_liquidations_usd", note="In USDT, as first published."),
    column("short_usd", "short_liquidations_usd", note="In USDT, as first published."),
    column("long_at_mark_usd", optional=True, note="Since 2026-04-27."),
    column("short_at_mark_usd", optional=True, note="Since 2026-04-27."),
    column("account_ratio", optional=True),
    column("taker_ratio", "taker_volume_ratio", optional=True),
    column("top_trader_account_ratio", optional=True),
    column("top_trader_position_ratio", optional=True),
    column("long_holder_count", optional=True),
    column("short_holder_count", optional=True),
)

contract_stats = partial(
    bars,
    api.ask,
    api.url("contract_stats"),
    Fields(
        Stamp("time", "open_at", "s or ms"),
        {
            "open_interest": "open_interest_contracts",
            **same("open_interest_usd", "mark_price"),
            "long_liq_size": "long_contracts",
            "short_liq_size": "short_contracts",
            "long_liq_amount": "long_coin",
            "short_liq_amount": "short_coin",
            "long_liq_usd": "long_usd",
            "short_liq_usd": "short_usd",
            # Published since 2026-04-27: contracts times contract size times mark price.
            "long_liq_usd_new": "long_at_mark_usd",
            "short_liq_usd_new": "short_at_mark_usd",
            "lsr_account": "account_ratio",
            "lsr_taker": "taker_ratio",
            "top_lsr_account": "top_trader_account_ratio",
            "top_lsr_size": "top_trader_position_ratio",
            "long_users": "long_holder_count",
            "short_users": "short_holder_count",
        },
    ),
    drops_later=True,  # there is no `to`
)

LIQUIDATIONS = feed_schema(
    "gate_liquidations",
    "symbol",
    column("happened_at", note="To the second."),
    column("position_contracts", note="The venue's WebSocket feed has the opposite sign.", checks=(not_zero(),)),
    "order_price",
    "fill_price",
    column("left_contracts", optional=True),
)

FUNDING = feed_schema(
    "gate_funding",
    "symbol",
    column("settled_at", note="The venue's stamps are up to some seconds late."),
    "funding_rate",
)

FEEDS: tuple[Feed, ...] = (
    feed(
        kind="open_interest and liquidations",
        description="Daily open interest of Gate's USDT-margined perpetuals, and longs and shorts closed by force.",
        schema=feed_schema("gate_contract_stats", *CONTRACT_STATS_COLUMNS),
        cadence="daily",
        retention="180 days",
        revises=timedelta(hours=5),
        fetch=contract_stats(
            Single(since("from", "s")),  # 180 days fit into one answer
            {"interval": "1d"},
            kept=api.kept,
        ),
    ),
    feed(
        kind="open_interest and liquidations",
        description="Hourly open interest of Gate's USDT-margined perpetuals, and longs and shorts closed by force.",
        schema=feed_schema("gate_hourly_contract_stats", *CONTRACT_STATS_COLUMNS),
        cadence="hourly",
        retention=f"180 days; only the last {HOURS_ASKED.days} days are asked for",
        revises=HOUR,
        fetch=contract_stats(
            OldestFirst(since("from", "s"), limit=api.PAGE),
            {"interval": "1h"},
            step=HOUR,
            kept=since_days_ago(HOURS_ASKED),
        ),
    ),
    feed(
        kind="liquidations",
        description="Single liquidations of Gate's USDT-margined perpetuals; they accrue from the first run on.",
        schema=LIQUIDATIONS,
        key=("symbol", "happened_at", "position_contracts", "order_price", "fill_price"),
        cadence="as they happen",
        retention="about 90 days, an hour a request; only the last 2 days are asked for",
        fetch=liquidations.fetch,
    ),
    feed(
        kind="funding",
        description="Funding settlements of Gate's USDT-margined perpetuals.",
        schema=FUNDING,
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
