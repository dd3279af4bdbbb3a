"""OKX: daily bars, funding, open interest and liquidations of perpetual swaps. What is offered; how it is asked and
parsed is in the modules beside this one."""

from __future__ import annotations

from ingest.feed import Feed
from ingest.venues.okx import funding, klines, liquidations, open_interest, rest

TERMS = "OKX terms of use; no redistribution of raw data"

FEEDS: tuple[Feed, ...] = (
    Feed(
        name="okx_klines",
        venue="okx",
        series="klines",
        description="Daily bars of OKX's perpetual swaps.",
        schema=klines.SCHEMA,
        key=("symbol", "open_at"),
        observed="open_at",
        cadence="daily bars",
        retention="several years",
        licence=TERMS,
        fetch=klines.fetch,
        hosts=(rest.HOST,),
    ),
    Feed(
        name="okx_funding",
        venue="okx",
        series="funding",
        description="Funding settlements of OKX's perpetual swaps.",
        schema=funding.SCHEMA,
        key=("symbol", "settled_at"),
        observed="settled_at",
        cadence="every 8 hours, 4 or 1 for some instruments at times",
        retention="three months",
        licence=TERMS,
        fetch=funding.fetch,
        hosts=(rest.HOST,),
        stamped_at_end=True,
    ),
    Feed(
        name="okx_open_interest",
        venue="okx",
        series="open_interest",
        description="Daily open interest of OKX's perpetual swaps.",
        schema=open_interest.SCHEMA,
        key=("symbol", "period_start_at"),
        observed="period_start_at",
        cadence="daily",
        retention="about 100 days, not documented",
        licence=TERMS,
        fetch=open_interest.fetch,
        hosts=(rest.HOST,),
    ),
    Feed(
        name="okx_liquidations",
        venue="okx",
        series="liquidations",
        description="Liquidation orders of OKX's perpetual swaps, one by one.",
        schema=liquidations.SCHEMA,
        key=("symbol", "happened_at", "order_side", "contracts", "bankruptcy_price"),
        observed="happened_at",
        cadence="as they happen",
        retention="24 hours: what no run fetched in time is lost",
        licence=TERMS,
        fetch=liquidations.fetch,
        hosts=(rest.HOST,),
        lost_after=liquidations.KEPT,
    ),
)
