"""OKX's feeds: daily bars, funding, open interest and liquidations of perpetual swaps."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pandera.polars as pa
import polars as pl

from ingest.feed import Feed
from ingest.fetch.pages import NewestFirst, before
from ingest.fetch.rows import PRICES, Fields, Stamp, same
from ingest.fetch.shapes import HOUR, bars, funding, hourly, since_days_ago
from ingest.listings import contract_list
from ingest.schema import PRICES_FIT, column, feed_schema, rows
from ingest.venues.okx import api, liquidations

feed = partial(Feed, venue="okx", hosts=(api.HOST,), licence="OKX terms of use; no redistribution of raw data")
FUNDING_KEPT = timedelta(days=92)  # three calendar months
UTC_DAY = "1Dutc"  # 1D is a day that opens at 16:00 UTC


def opens_utc_day(stamp: str) -> pa.Check:
    """The rule that the stamp of a row is the start of a UTC day."""
    return rows("not a UTC day", pl.col(stamp).dt.truncate("1d") == pl.col(stamp))


VOLUMES = ("volume_contracts", "volume_coin", "volume_usd")

# A row is stamped at the start of its day or hour and changes until that is over, so it is the value at its end.
AMOUNTS = ("open_interest_contracts", "open_interest_coin", "open_interest_usd")
DAILY_OPEN_INTEREST = feed(
    kind="open_interest",
    description="Daily open interest of OKX's perpetual swaps.",
    schema=feed_schema(
        "okx_open_interest", "symbol", "period_start_at", *AMOUNTS, checks=[opens_utc_day("period_start_at")]
    ),
    cadence="daily",
    retention="about 100 days, not documented",
    fetch=bars(
        api.ask,
        api.url("rubik/stat/contracts/open-interest-history"),
        Fields(Stamp("start", "period_start_at"), same(*AMOUNTS), cells=("start", *AMOUNTS)),
        # Without `begin`: how far back the venue goes is not documented, and it may refuse a start before that.
        NewestFirst(before("end"), limit=api.PAGE),
        {"period": UTC_DAY},
    ),
)

FEEDS: tuple[Feed, ...] = (
    feed(
        kind="klines",
        description="Daily bars of OKX's perpetual swaps.",
        schema=feed_schema(
            "okx_klines", "symbol", "open_at", *PRICES, *VOLUMES, checks=[*PRICES_FIT, opens_utc_day("open_at")]
        ),
        cadence="daily bars",
        retention="several years",
        fetch=bars(
            api.ask,
            api.url("market/history-candles"),
            Fields(
                Stamp("start", "open_at"),
                {**PRICES, **same(*VOLUMES)},
                cells=("start", *PRICES, *VOLUMES, "confirm"),
                where=pl.col("confirm").ne_missing("0"),
            ),
            NewestFirst(before("after"), limit=api.PAGE),
            params={"bar": UTC_DAY},
        ),
    ),
    feed(
        kind="funding",
        description="Funding settlements of OKX's perpetual swaps.",
        schema=feed_schema(
            "okx_funding", "symbol", "settled_at", "funding_rate", column("predicted_rate", optional=True)
        ),
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
    DAILY_OPEN_INTEREST,
    hourly(DAILY_OPEN_INTEREST, {"period": "1H"}, "not documented", checks=()),
    feed(
        kind="liquidations",
        description="Liquidation orders of OKX's perpetual swaps, one by one.",
        schema=feed_schema(
            "okx_liquidations",
            "symbol",
            "happened_at",
            column("order_side", allowed=("buy", "sell")),
            column("position_side", note="A sell closes a long."),
            "contracts",
            "bankruptcy_price",
        ),
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
        api.contracts,
        api.CONTRACTS,
    ),
)
