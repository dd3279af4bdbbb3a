"""OKX's feeds: daily bars, funding, open interest and liquidations of perpetual swaps."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import polars as pl

from ingest.feed import Feed
from ingest.fetch.pages import NewestFirst, before
from ingest.fetch.rows import PRICES, Fields, Stamp, same
from ingest.fetch.shapes import HOUR, HOURS_ASKED, bars, funding, since_days_ago
from ingest.listings import contract_list
from ingest.schema import PRICES_FIT, column, feed_schema, rows
from ingest.venues.okx import api, contracts, liquidations

feed = partial(Feed, venue="okx", hosts=(api.HOST,), licence="OKX terms of use; no redistribution of raw data")
FUNDING_KEPT = timedelta(days=92)  # three calendar months
UTC_DAY = "1Dutc"  # 1D is a day that opens at 16:00 UTC

KLINES = feed_schema(
    "okx_klines",
    "symbol",
    "open_at",
    "open",
    "high",
    "low",
    "close",
    "volume_contracts",
    "volume_coin",
    "volume_usd",
    checks=[*PRICES_FIT, rows("not a UTC day", pl.col("open_at").dt.truncate("1d") == pl.col("open_at"))],
)

FUNDING = feed_schema("okx_funding", "symbol", "settled_at", "funding_rate", column("predicted_rate", optional=True))

# A row is stamped at the start of its day or hour and changes until that is over, so it is the value at its end.
OPEN_INTEREST_COLUMNS = (
    "symbol",
    "period_start_at",
    "open_interest_contracts",
    "open_interest_coin",
    "open_interest_usd",
)
open_interest = partial(
    bars,
    api.ask,
    api.url("rubik/stat/contracts/open-interest-history"),
    Fields(
        Stamp("start", "period_start_at"),
        same("open_interest_contracts", "open_interest_coin", "open_interest_usd"),
        cells=("start", "open_interest_contracts", "open_interest_coin", "open_interest_usd"),
    ),
    # Without `begin`: how far back the venue goes is not documented, and it may refuse a start before that.
    NewestFirst(before("end"), limit=api.PAGE),
)

LIQUIDATIONS = feed_schema(
    "okx_liquidations",
    "symbol",
    "happened_at",
    column("order_side", allowed=("buy", "sell")),
    column("position_side", note="A sell closes a long."),
    "contracts",
    "bankruptcy_price",
)

FEEDS: tuple[Feed, ...] = (
    feed(
        kind="klines",
        description="Daily bars of OKX's perpetual swaps.",
        schema=KLINES,
        cadence="daily bars",
        retention="several years",
        fetch=bars(
            api.ask,
            api.url("market/history-candles"),
            Fields(
                Stamp("start", "open_at"),
                {**PRICES, **same("volume_contracts", "volume_coin", "volume_usd")},
                cells=("start", *PRICES, "volume_contracts", "volume_coin", "volume_usd", "confirm"),
                where=pl.col("confirm").ne_missing("0"),
            ),
            NewestFirst(before("after"), limit=api.PAGE),
            params={"bar": UTC_DAY},
        ),
    ),
    feed(
        kind="funding",
        description="Funding settlements of OKX's perpetual swaps.",
        schema=FUNDING,
        cadence="every 8 hours, 4 or 1 for some instruments at times",
        retention="three months",
        fetch=funding(
            api.ask,
            api.url("public/funding-rate-history"),
            # realizedRate is the rate that was paid, fundingRate the one predicted. The interval is not published here.
            Fields(
                Stamp("fundingTime", "settled_at", floor="1h"),
                {"realizedRate": "funding_rate", "fundingRate": "predicted_rate"},
            ),
            NewestFirst(before("after"), limit=api.PAGE),
            kept=since_days_ago(FUNDING_KEPT, HOUR),
        ),
    ),
    feed(
        kind="open_interest",
        description="Daily open interest of OKX's perpetual swaps.",
        schema=feed_schema(
            "okx_open_interest",
            *OPEN_INTEREST_COLUMNS,
            checks=[rows("not a UTC day", pl.col("period_start_at").dt.truncate("1d") == pl.col("period_start_at"))],
        ),
        cadence="daily",
        retention="about 100 days, not documented",
        fetch=open_interest({"period": UTC_DAY}),
    ),
    feed(
        kind="open_interest",
        description="Hourly open interest of OKX's perpetual swaps.",
        schema=feed_schema("okx_hourly_open_interest", *OPEN_INTEREST_COLUMNS),
        cadence="hourly",
        retention=f"not documented; only the last {HOURS_ASKED.days} days are asked for",
        revises=HOUR,
        fetch=open_interest({"period": "1H"}, step=HOUR, kept=since_days_ago(HOURS_ASKED)),
    ),
    feed(
        kind="liquidations",
        description="Liquidation orders of OKX's perpetual swaps, one by one.",
        schema=LIQUIDATIONS,
        key=("symbol", "happened_at", "order_side", "contracts", "bankruptcy_price"),
        cadence="as they happen",
        retention="24 hours: what no run fetched in time is lost",
        lost_after=liquidations.KEPT,
        fetch=liquidations.fetch,
    ),
    contract_list(
        feed,
        "okx_instruments",
        "OKX's list of perpetual swaps: state, listing, size of a contract, tick.",
        contracts.contracts,
        contracts.URL,
    ),
)
