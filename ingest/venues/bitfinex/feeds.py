"""Bitfinex's feeds: the hourly status of its perpetuals, and single liquidations, both years back."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from ingest.feed import Feed
from ingest.fetch.pages import OldestFirst, between
from ingest.fetch.rows import Fields, Stamp
from ingest.schema import column, not_negative
from ingest.venues.bitfinex import liquidations
from ingest.venues.bitfinex.api import API, ask_status, cells
from ingest.venues.bitfinex.status import Hours
from ingest.windows import Window

feed = partial(Feed, venue="bitfinex", licence="Bitfinex API terms of service; no redistribution of raw data")
MOST = 40  # pieces a contract and run: 90 requests a minute are allowed, and a first run must not take a quarter hour
POSITIONS = {
    "snapshot_at": 0,
    "contract_price": 2,
    "spot_price": 3,
    "next_funding_at": 7,
    "funding_rate": 11,
    "mark_price": 14,
    "open_interest_coin": 17,
}

# Sources differ on how many rows a full page has. So pages are asked for until they reach the last two minutes of the
# window, or until one has nothing new.
STATUS = Hours(
    API.at("status/deriv/{symbol}/hist", ask_status),
    Fields(
        Stamp("snapshot_at", "snapshot_at"),
        {
            "next_funding_at": column("next_funding_at"),
            "open_interest_coin": column(
                "open_interest_coin", note="Zero in the first days of 2019.", checks=(not_negative(),)
            ),
            "funding_rate": column("funding_rate", optional=True, note="Of the current period, per 8 hours."),
            **{price: column(price, optional=True) for price in ("contract_price", "spot_price", "mark_price")},
        },
        cells=cells(POSITIONS),
    ),
    OldestFirst(between("start", "end"), limit=5000),
    {"sort": 1},
    step=timedelta(minutes=2),
    # Hours that are over. The rate that is settled at the end of the window's last day is named in the hour after it.
    kept=lambda request, series: Window(request.wanted.start, request.now.replace(minute=0, second=0, microsecond=0)),
    longest=timedelta(days=3),  # 4320 minutes fit into one page
    most=MOST,
    each=f", {MOST} requests each",
)

FEEDS: tuple[Feed, ...] = (
    feed(
        kind="open_interest and funding",
        description="Hourly status of Bitfinex's perpetuals: open interest, funding rate, mark price.",
        name="bitfinex_status",
        cadence="every minute; the last of each hour is kept",
        retention="since 2019-09; a run asks for 120 days a contract, newest first",
        fetch=STATUS,
    ),
    feed(
        kind="liquidations",
        description="Forced closings on Bitfinex, a row for the trigger and for each execution of a position.",
        schema=liquidations.FIELDS.schema("bitfinex_liquidations"),
        key=("symbol", "position_id", "happened_at", "is_match", "amount_coin"),
        cadence="as they happen",
        retention="years; a run asks for 3000 rows of all contracts, newest first",
        hosts=(liquidations.LIMITED,),
        fetch=liquidations.fetch,
    ),
)
