"""Kraken Futures' feeds: bars, funding, open interest and liquidated volume of its linear perpetuals (PF_)."""

from __future__ import annotations

from functools import partial

from ingest.feed import Feed
from ingest.fetch.pages import between
from ingest.fetch.rows import PRICES, Fields, Stamp, same
from ingest.fetch.shapes import bars, hourly
from ingest.schema import ORDERED, column, daily_bars, feed_schema
from ingest.venues.kraken import api, funding

feed = partial(
    Feed, venue="kraken", hosts=(api.HOST,), licence="Kraken terms of service; no redistribution of raw data"
)
buckets = partial(bars, api.ask_buckets, pages=api.FromEitherEnd(between("since", "to", "s")))
BUCKET = Stamp("timestamp", "open_at", "s or ms")

DAILY_OPEN_INTEREST = feed(
    kind="open_interest",
    description="Open interest of Kraken Futures' linear perpetuals over each day.",
    schema=feed_schema(
        "kraken_open_interest",
        "symbol",
        "open_at",
        *(column(part, f"open_interest_{part}", optional=part != "close") for part in PRICES),
        checks=[ORDERED],
    ),
    cadence="daily bars",
    retention="daily since 2023-03",
    fetch=buckets(
        api.url("api/charts/v1/analytics/{symbol}/open-interest"), Fields(BUCKET, PRICES), params={"interval": 86_400}
    ),
)

FEEDS: tuple[Feed, ...] = (
    feed(
        kind="klines",
        description="Daily bars of Kraken Futures' linear perpetuals.",
        schema=daily_bars("kraken_klines", column("volume", "volume_coin")),
        cadence="daily bars",
        retention="all since listing",
        fetch=bars(
            partial(api.ask, listed="candles"),
            api.url("api/charts/v1/trade/{symbol}/1d"),
            Fields(Stamp("time", "open_at", "s or ms"), {**PRICES, **same("volume")}),
            api.FromEitherEnd(between("from", "to", "s")),
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
        fetch=funding.fetch,
    ),
    DAILY_OPEN_INTEREST,
    hourly(DAILY_OPEN_INTEREST, {"interval": 3_600}, "not documented", cadence="hourly bars"),
    feed(
        kind="liquidations",
        description="Volume of Kraken Futures' linear perpetuals closed by force in a day, longs and shorts together.",
        schema=feed_schema("kraken_liquidations", "symbol", "open_at", column("volume_coin", "liquidations_coin")),
        cadence="daily sums",
        retention="since about 2021",
        fetch=buckets(
            api.url("api/charts/v1/analytics/{symbol}/liquidation-volume"),
            Fields(BUCKET, {"close": "volume_coin"}),
            params={"interval": 86_400},
        ),
    ),
)
