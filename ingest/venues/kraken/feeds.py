"""Kraken Futures: daily bars, hourly funding, daily open interest and liquidated volume of its linear perpetuals (PF_).
What is offered; how it is asked and parsed is in the modules beside this one."""

from __future__ import annotations

from ingest.feed import Feed
from ingest.venues.kraken import analytics, charts, funding, klines

TERMS = "Kraken terms of service; no redistribution of raw data"

FEEDS: tuple[Feed, ...] = (
    Feed(
        name="kraken_klines",
        venue="kraken",
        kind="klines",
        description="Daily bars of Kraken Futures' linear perpetuals.",
        schema=klines.SCHEMA,
        key=("symbol", "open_at"),
        observed="open_at",
        cadence="daily bars",
        retention="all since listing",
        licence=TERMS,
        fetch=klines.fetch,
        hosts=(charts.HOST,),
    ),
    Feed(
        name="kraken_funding",
        venue="kraken",
        kind="funding",
        description="Hourly funding of Kraken Futures' linear perpetuals, as a fraction of the price.",
        schema=funding.SCHEMA,
        key=("symbol", "settled_at"),
        observed="settled_at",
        cadence="hourly",
        retention="about a year",
        licence=TERMS,
        fetch=funding.fetch,
        stamped_at_end=True,
        hosts=(charts.HOST,),
    ),
    Feed(
        name="kraken_open_interest",
        venue="kraken",
        kind="open_interest",
        description="Open interest of Kraken Futures' linear perpetuals over each day.",
        schema=analytics.OPEN_INTEREST,
        key=("symbol", "open_at"),
        observed="open_at",
        cadence="daily bars",
        retention="daily since 2023-03",
        licence=TERMS,
        fetch=analytics.open_interest,
        hosts=(charts.HOST,),
    ),
    Feed(
        name="kraken_liquidations",
        venue="kraken",
        kind="liquidations",
        description="Volume of Kraken Futures' linear perpetuals closed by force in a day, longs and shorts together.",
        schema=analytics.LIQUIDATIONS,
        key=("symbol", "open_at"),
        observed="open_at",
        cadence="daily sums",
        retention="since about 2021",
        licence=TERMS,
        fetch=analytics.liquidations,
        hosts=(charts.HOST,),
    ),
)
