"""Bitfinex: the minutely status of its perpetuals (open interest, funding) and single liquidations, both years back.
What is offered; how it is asked and parsed is in the modules beside this one."""

from __future__ import annotations

from typing import Any

from ingest.feed import Feed
from ingest.venues.bitfinex import api, liquidations, status

COMMON: dict[str, Any] = {
    "venue": "bitfinex",
    "licence": "Bitfinex API terms of service; no redistribution of raw data",
}

FEEDS: tuple[Feed, ...] = (
    Feed(
        name="bitfinex_status",
        kind="open_interest and funding",
        description="Hourly status of Bitfinex's perpetuals: open interest, funding rate, mark price.",
        schema=status.SCHEMA,
        key=("symbol", "snapshot_at"),
        observed="snapshot_at",
        cadence="every minute, of which the last of each hour is kept",
        retention="since 2019-09; a run asks for 120 days a contract, newest first",
        fetch=status.fetch,
        stamped_at_end=True,
        hosts=(api.HOST,),
        **COMMON,
    ),
    Feed(
        name="bitfinex_liquidations",
        kind="liquidations",
        description="Forced closings on Bitfinex, a row for the trigger and for each execution of a position.",
        schema=liquidations.SCHEMA,
        key=("symbol", "position_id", "happened_at", "is_match", "amount_coin"),
        observed="happened_at",
        cadence="as they happen",
        retention="years; a run asks for 3000 rows of all contracts, newest first",
        fetch=liquidations.fetch,
        hosts=(liquidations.LIMITED,),
        **COMMON,
    ),
)
