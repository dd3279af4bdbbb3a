"""Deribit: daily bars, hourly funding, snapshots of open interest and forced trades of its perpetuals. What is
offered; how it is asked and parsed is in the modules beside this one."""

from __future__ import annotations

from ingest.feed import Feed
from ingest.venues.deribit import funding, klines, liquidations, open_interest, rest

TERMS = "Deribit terms of service; no redistribution of raw data"

FEEDS: tuple[Feed, ...] = (
    Feed(
        name="deribit_klines",
        venue="deribit",
        series="klines",
        description="Daily bars of Deribit's perpetuals.",
        schema=klines.SCHEMA,
        key=("symbol", "open_at"),
        observed="open_at",
        cadence="daily bars",
        retention="all since listing",
        licence=TERMS,
        fetch=klines.fetch,
        hosts=(rest.HOST,),
    ),
    Feed(
        name="deribit_funding",
        venue="deribit",
        series="funding",
        description="Hourly funding of Deribit's perpetuals, which accrues continuously.",
        schema=funding.SCHEMA,
        key=("symbol", "settled_at"),
        observed="settled_at",
        cadence="hourly",
        retention="all since 2019",
        licence=TERMS,
        fetch=funding.fetch,
        stamped_at_end=True,
        hosts=(rest.HOST,),
    ),
    Feed(
        name="deribit_open_interest",
        venue="deribit",
        series="open_interest",
        description="Open interest of Deribit's perpetuals at the moment of each run.",
        schema=open_interest.SCHEMA,
        key=("symbol", "snapshot_at"),
        observed="snapshot_at",
        cadence="one snapshot a run",
        retention="none: what no run has seen is gone",
        licence=TERMS,
        fetch=open_interest.fetch,
        stamped_at_end=True,
        hosts=(rest.HOST,),
    ),
    Feed(
        name="deribit_liquidations",
        venue="deribit",
        series="liquidations",
        description="Trades of Deribit's perpetuals in which a position was closed by force, on either side.",
        schema=liquidations.SCHEMA,
        key=("symbol", "trade_id", "position_side"),
        observed="happened_at",
        cadence="events",
        retention=f"all; the last {liquidations.REACH.days} days are asked for, as the whole tape has to be read",
        licence=TERMS,
        fetch=liquidations.fetch,
        hosts=(rest.HOST, rest.HISTORY),
    ),
)
