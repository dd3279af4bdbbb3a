"""OKX's feeds: daily bars, funding, open interest and liquidations of perpetual swaps, and their list."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pandera.polars as pa
import polars as pl

from ingest.feed import Feed
from ingest.fetch.pages import TICK, NewestFirst, before
from ingest.fetch.rows import PRICES, Fields, Stamp, same
from ingest.fetch.shapes import HOUR, bars, funding, hourly, since_days_ago
from ingest.listings import contract_list
from ingest.schema import PRICES_FIT, column, rows
from ingest.venues.okx import liquidations
from ingest.venues.okx.api import API, PAGE, SWAPS, coins, pair, swaps
from ingest.windows import milliseconds

feed = partial(Feed, venue="okx", licence="OKX terms of use; no redistribution of raw data")
FUNDING_KEPT = timedelta(days=92)  # three calendar months
UTC_DAY = "1Dutc"  # 1D is a day that opens at 16:00 UTC
VOLUMES = ("volume_contracts", "volume_coin", "volume_usd")
AMOUNTS = ("open_interest_contracts", "open_interest_coin", "open_interest_usd")


def opens_utc_day(stamp: str) -> pa.Check:
    """The rule that the stamp of a row is the start of a UTC day."""
    return rows("not a UTC day", pl.col(stamp).dt.truncate("1d") == pl.col(stamp))


# A row is stamped at the start of its day or hour and changes until that is over, so it is the value at its end.
DAILY_OPEN_INTEREST = feed(
    kind="open_interest",
    description="Daily open interest of OKX's perpetual swaps.",
    cadence="daily",
    retention="about 100 days, not documented",
    fetch=bars(
        API.at("rubik/stat/contracts/open-interest-history"),
        Fields(
            Stamp("start", "period_start_at"),
            same(*AMOUNTS),
            cells=("start", *AMOUNTS),
            checks=[opens_utc_day("period_start_at")],
        ),
        # Without `begin`: how far back the venue goes is not documented, and it may refuse a start before that.
        NewestFirst(before("end"), limit=PAGE),
        {"period": UTC_DAY},
    ),
)

FEEDS: tuple[Feed, ...] = (
    feed(
        kind="klines",
        description="Daily bars of OKX's perpetual swaps.",
        cadence="daily bars",
        retention="several years",
        fetch=bars(
            API.at("market/history-candles"),
            Fields(
                Stamp("start", "open_at"),
                {**PRICES, **same(*VOLUMES)},
                cells=("start", *PRICES, *VOLUMES, "confirm"),
                where=pl.col("confirm").ne_missing("0"),
                checks=[*PRICES_FIT, opens_utc_day("open_at")],
            ),
            NewestFirst(before("after"), limit=PAGE),
            params={"bar": UTC_DAY},
        ),
    ),
    feed(
        kind="funding",
        description="Funding settlements of OKX's perpetual swaps.",
        cadence="every 8 hours, 4 or 1 for some instruments at times",
        retention="three months",
        fetch=funding(
            API.at("public/funding-rate-history"),
            # realizedRate is the rate that was paid, fundingRate the one predicted. The interval is not published here.
            Fields(
                Stamp("fundingTime", "settled_at", floor="1h"),
                {"realizedRate": "funding_rate", "fundingRate": column("predicted_rate", optional=True)},
            ),
            NewestFirst(before("after"), limit=PAGE),
            kept=since_days_ago(FUNDING_KEPT, HOUR),
        ),
    ),
    DAILY_OPEN_INTEREST,
    hourly(DAILY_OPEN_INTEREST, {"period": "1H"}, "not documented", checks=()),
    feed(
        kind="liquidations",
        description="Liquidation orders of OKX's perpetual swaps, one by one.",
        key=("symbol", "happened_at", "order_side", "contracts", "bankruptcy_price"),
        cadence="as they happen",
        retention="24 hours: what no run fetched in time is lost",
        lost_after=liquidations.KEPT,
        fetch=liquidations.Orders(
            API.at("public/liquidation-orders", liquidations.ask),
            Fields(
                Stamp("ts", "happened_at"),
                {
                    "instId": "symbol",
                    "side": column("order_side", allowed=("buy", "sell")),
                    "posSide": column("position_side", note="A sell closes a long."),
                    "sz": "contracts",
                    "bkPx": "bankruptcy_price",
                },
                made={"position_side": liquidations.POSITION},
            ),
            # `after` excludes its own millisecond, and a page may have ended within one.
            NewestFirst(lambda window: {"after": milliseconds(window.end) + 1}, limit=PAGE),
            {"instType": "SWAP", "state": "filled"},
            step=TICK,
            apart=None,
        ),
    ),
    contract_list(
        feed,
        "okx_instruments",
        "OKX's list of perpetual swaps: state, listing, size of a contract, tick.",
        swaps,
        SWAPS,
        symbol="instId",
        base_symbol=lambda swap: pair(swap)[0],
        quote_symbol=lambda swap: pair(swap)[1],
        contract_type="ctType",
        listing_status="state",
        listed_ms="listTime",
        delivery_ms="expTime",
        base_per_contract=coins,
        tick_size="tickSz",
    ),
)
