"""Gate: daily statistics of USDT-margined perpetuals (open interest, liquidations by side), single liquidations of the
last days, and funding. What is offered; how it is asked and parsed is in the modules beside this one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ingest.feed import Feed
from ingest.venues.gate import api, contract_stats, funding, liquidations

COMMON: dict[str, Any] = {
    "venue": "gate",
    "hosts": (api.HOST,),
    "licence": "Gate terms of use; no redistribution of raw data",
}

FEEDS: tuple[Feed, ...] = (
    Feed(
        name="gate_contract_stats",
        kind="open_interest and liquidations",
        description="Daily open interest of Gate's USDT-margined perpetuals, and longs and shorts closed by force.",
        schema=contract_stats.SCHEMA,
        key=("symbol", "open_at"),
        observed="open_at",
        cadence="daily",
        retention="180 days",
        fetch=contract_stats.fetch,
        revises=timedelta(hours=5),
        **COMMON,
    ),
    Feed(
        name="gate_liquidations",
        kind="liquidations",
        description="Single liquidations of Gate's USDT-margined perpetuals; they accrue from the first run on.",
        schema=liquidations.SCHEMA,
        key=("symbol", "happened_at", "position_contracts", "order_price", "fill_price"),
        observed="happened_at",
        cadence="as they happen",
        retention="about 90 days, an hour a request; only the last 2 days are asked for",
        fetch=liquidations.fetch,
        **COMMON,
    ),
    Feed(
        name="gate_funding",
        kind="funding",
        description="Funding settlements of Gate's USDT-margined perpetuals.",
        schema=funding.SCHEMA,
        key=("symbol", "settled_at"),
        observed="settled_at",
        cadence="every 8 hours, 4 or 1 for some contracts at times",
        retention="180 days",
        fetch=funding.fetch,
        stamped_at_end=True,
        **COMMON,
    ),
)
