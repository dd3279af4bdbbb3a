"""CoinGlass's feed: hourly liquidations of a coin, summed over a set of exchanges.

The set is part of the symbol ("Binance,Bybit,OKX/BTC"): sums over other exchanges are another series.
"""

from __future__ import annotations

from ingest.feed import Feed
from ingest.fetch.pages import Single, between
from ingest.fetch.rows import Fields, Stamp
from ingest.fetch.shapes import FINAL_RUN, HOUR, bars
from ingest.schema import column
from ingest.venues.coinglass.api import API, PAGE

FLOOR = "A floor, because some of these exchanges publish only a part."

FEEDS: tuple[Feed, ...] = (
    Feed(
        venue="coinglass",
        kind="liquidations",
        description="Hourly longs and shorts closed by force, summed over the exchanges that the symbol names.",
        cadence="hourly",
        retention="depends on the plan",
        licence="CoinGlass terms of use; no redistribution",
        # The venue is said to answer with its newest hours whatever window is asked for. Hours outside the window are
        # dropped, and no older window is asked for once an answer has no hour of its own.
        fetch=bars(
            API.at("aggregated-history"),
            Fields(
                Stamp("time", "open_at"),
                {
                    f"aggregated_{side}_liquidation_usd": column(f"{side}_usd", f"{side}_liquidations_usd", note=FLOOR)
                    for side in ("long", "short")
                },
                symbol=column("symbol", note="The exchanges that are summed, and the coin: Binance,Bybit,OKX/BTC."),
            ),
            Single(between("start_time", "end_time")),
            params={"interval": "1h", "limit": PAGE},
            step=HOUR,
            longest=PAGE * HOUR,
            backwards=True,
            drops_outside=True,
        ),
        revises=FINAL_RUN,
        key_variable="COINGLASS_API_KEY",
        key_from="a paid plan with hourly values: coinglass.com",
    ),
)
