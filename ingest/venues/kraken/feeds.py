"""Kraken Futures' feeds: bars, funding, open interest and liquidated volume of its linear perpetuals (PF_)."""

from __future__ import annotations

from functools import partial

from ingest.feed import Feed
from ingest.fetch.pages import between
from ingest.fetch.rows import PRICES, Fields, Stamp
from ingest.fetch.shapes import bars, hourly
from ingest.schema import DAILY_BARS, ORDERED, column, feed_schema
from ingest.venues.kraken import funding
from ingest.venues.kraken.api import API, CANDLES, FromEitherEnd, ask_buckets

feed = partial(Feed, venue="kraken", licence="Kraken terms of service; no redistribution of raw data")
buckets = partial(bars, pages=FromEitherEnd(between("since", "to", "s")))
BUCKET = Stamp("timestamp", "open_at", "s or ms")

DAILY_OPEN_INTEREST = feed(
    kind="open_interest",
    description="Open interest of Kraken Futures' linear perpetuals over each day.",
    cadence="daily bars",
    retention="daily since 2023-03",
    fetch=buckets(
        API.at("api/charts/v1/analytics/{symbol}/open-interest", ask_buckets),
        Fields(
            BUCKET,
            {part: column(part, f"open_interest_{part}", optional=part != "close") for part in PRICES},
            checks=[ORDERED],
        ),
        params={"interval": 86_400},
    ),
)

FEEDS: tuple[Feed, ...] = (
    feed(
        kind="klines",
        description="Daily bars of Kraken Futures' linear perpetuals.",
        cadence="daily bars",
        retention="all since listing",
        fetch=bars(
            CANDLES.at("api/charts/v1/trade/{symbol}/1d"),
            Fields(
                Stamp("time", "open_at", "s or ms"),
                {**PRICES, "volume": column("volume", "volume_coin")},
                checks=DAILY_BARS,
            ),
            FromEitherEnd(between("from", "to", "s")),
        ),
    ),
    feed(
        kind="funding",
        description="Hourly funding of Kraken Futures' linear perpetuals, as a fraction of the price.",
        schema=feed_schema(
            "kraken_funding",
            "symbol",
            column("settled_at", note="As the venue stamps it."),
            column("relative_rate", "hourly_rate"),
            column("absolute_rate", optional=True),
            column("channel", allowed=("history", "analytics"), note="Which list it came from."),
        ),
        cadence="hourly",
        retention="about a year",
        hosts=(API.host,),
        fetch=funding.fetch,
    ),
    DAILY_OPEN_INTEREST,
    hourly(DAILY_OPEN_INTEREST, {"interval": 3_600}, "not documented", cadence="hourly bars"),
    feed(
        kind="liquidations",
        description="Volume of Kraken Futures' linear perpetuals closed by force in a day, longs and shorts together.",
        cadence="daily sums",
        retention="since about 2021",
        fetch=buckets(
            API.at("api/charts/v1/analytics/{symbol}/liquidation-volume", ask_buckets),
            Fields(BUCKET, {"close": column("volume_coin", "liquidations_coin")}),
            params={"interval": 86_400},
        ),
    ),
)
