"""CoinGlass's feed: hourly liquidations of a coin, summed over a set of exchanges.

The set is part of the symbol ("Binance,Bybit,OKX/BTC"): sums over other exchanges are another series.
"""

from __future__ import annotations

from ingest.feed import Feed
from ingest.fetch.pages import Single, between
from ingest.fetch.rows import Fields, Stamp
from ingest.fetch.shapes import FINAL_RUN, HOUR, bars
from ingest.schema import column, feed_schema
from ingest.venues.coinglass import api

PAGE = 1000  # hours

FLOOR = "A floor, because some of these exchanges publish only a part."

FEEDS: tuple[Feed, ...] = (
    Feed(
        venue="coinglass",
        kind="liquidations",
        description="Hourly longs and shorts closed by force, summed over the exchanges that the symbol names.",
        schema=feed_schema(
            "coinglass_liquidations",
            column("symbol", note="The exchanges that are summed, and the coin: Binance,Bybit,OKX/BTC."),
            "open_at",
            column("long_usd", "long_liquidations_usd", note=FLOOR),
            column("short_usd", "short_liquidations_usd", note=FLOOR),
        ),
        cadence="hourly",
        retention="depends on the plan",
        licence="CoinGlass terms of use; no redistribution",
        # The venue is said to answer with its newest hours whatever window is asked for. Hours outside the window are
        # dropped, and no older window is asked for once an answer has no hour of its own.
        fetch=bars(
            api.ask,
            api.URL,
            Fields(
                Stamp("time", "open_at"),
                {"aggregated_long_liquidation_usd": "long_usd", "aggregated_short_liquidation_usd": "short_usd"},
            ),
            Single(between("start_time", "end_time")),
            params={"interval": "1h", "limit": PAGE},
            step=HOUR,
            longest=PAGE * HOUR,
            backwards=True,
            drops_outside=True,
        ),
        hosts=(api.HOST,),
        revises=FINAL_RUN,
        key_variable="COINGLASS_API_KEY",
        key_from="a paid plan with hourly values: coinglass.com",
    ),
)
