"""Bybit: klines, funding and open interest of linear and inverse perpetuals. What is offered; how it is asked and
parsed is in the modules beside this one."""

from __future__ import annotations

from ingest.feed import Feed
from ingest.venues.bybit import funding, klines, open_interest, rest

TERMS = "Bybit terms of use; no redistribution of raw data"

FEEDS: tuple[Feed, ...] = (
    Feed(
        name="bybit_klines",
        venue="bybit",
        series="klines",
        description="Hourly and daily bars of Bybit's linear and inverse perpetuals.",
        schema=klines.SCHEMA,
        key=("symbol", "interval", "open_at"),
        observed="open_at",
        cadence="hourly and daily bars",
        retention="all since listing",
        licence=TERMS,
        fetch=klines.fetch,
        hosts=(rest.HOST,),
    ),
    Feed(
        name="bybit_funding",
        venue="bybit",
        series="funding",
        description="Funding settlements of Bybit's linear and inverse perpetuals.",
        schema=funding.SCHEMA,
        key=("symbol", "settled_at"),
        observed="settled_at",
        cadence="every 8 hours, 4 or 1 for some symbols at times",
        retention="a year at least",
        licence=TERMS,
        fetch=funding.fetch,
        hosts=(rest.HOST,),
        stamped_at_end=True,
    ),
    Feed(
        name="bybit_open_interest",
        venue="bybit",
        series="open_interest",
        description="Daily open interest of Bybit's linear and inverse perpetuals, both sides and one side.",
        schema=open_interest.SCHEMA,
        key=("symbol", "snapshot_at"),
        observed="snapshot_at",
        cadence="daily, a snapshot at 00:00 UTC",
        retention="all since listing",
        licence=TERMS,
        fetch=open_interest.fetch,
        hosts=(rest.HOST,),
        revises=open_interest.LAGS,
        stamped_at_end=True,
    ),
)
