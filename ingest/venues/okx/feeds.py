"""OKX's feeds: daily bars, funding, open interest and liquidations of perpetual swaps."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pandera.polars as pa
import polars as pl

from ingest.feed import Feed
from ingest.fetch.pages import NewestFirst, before
from ingest.fetch.rows import PRICES, Fields, Stamp, same
from ingest.fetch.shapes import HOUR, bars, funding
from ingest.schema import PRICES_FIT, moment, not_negative, number, positive, prices, rows, text, within
from ingest.venues.okx import api, liquidations
from ingest.windows import Window, day_start

feed = partial(Feed, venue="okx", hosts=(api.HOST,), licence="OKX terms of use; no redistribution of raw data")
FUNDING_KEPT = timedelta(days=92)  # three calendar months
UTC_DAY = "1Dutc"  # 1D is a day that opens at 16:00 UTC

KLINES = pa.DataFrameSchema(
    {
        "symbol": text("Instrument as the venue writes it"),
        "open_at": moment("Start of the UTC day"),
        **prices("USD"),
        "volume_contracts": number("Traded volume in contracts", "contracts", not_negative()),
        "volume_coin": number("Traded volume in coins", "coin", not_negative()),
        "volume_usd": number("Traded volume in the quote currency", "USD", not_negative()),
    },
    checks=[
        *PRICES_FIT,
        rows("not a UTC day", pl.col("open_at").dt.truncate("1d") == pl.col("open_at")),
    ],
    strict=True,
    name="okx_klines",
)  # fmt: skip

FUNDING = pa.DataFrameSchema(
    {
        "symbol": text("Instrument as the venue writes it"),
        "settled_at": moment("Hour of the settlement"),
        "funding_rate": number("What longs paid to shorts, a fraction per interval", "fraction", within(-0.1, 0.1)),
        "predicted_rate": number("What had been predicted for it", "fraction", within(-0.1, 0.1), nullable=True),
    },
    strict=True,
    name="okx_funding",
)

# A row is stamped at the start of its UTC day and changes until the day is over, so it is the value at the day's end.
OPEN_INTEREST = pa.DataFrameSchema(
    {
        "symbol": text("Instrument as the venue writes it"),
        "period_start_at": moment("Start of the UTC day whose last value this is"),
        "open_interest_contracts": number("Open interest at the end of the day", "contracts", positive()),
        "open_interest_coin": number("The same in coins", "coin", positive()),
        "open_interest_usd": number("The same in USD", "USD", positive()),
    },
    checks=[rows("not a UTC day", pl.col("period_start_at").dt.truncate("1d") == pl.col("period_start_at"))],
    strict=True,
    name="okx_open_interest",
)

LIQUIDATIONS = pa.DataFrameSchema(
    {
        "symbol": text("Instrument as the venue writes it"),
        "happened_at": moment("Moment of the liquidation"),
        "order_side": text("Side of the order that closed the position", allowed=["buy", "sell"]),
        "position_side": text("Position that was closed: a sell closes a long", allowed=["long", "short"]),
        "contracts": number("Size of the order", "contracts", positive()),
        "bankruptcy_price": number("Price at which the position's margin was used up", "USD", positive()),
    },
    strict=True,
    name="okx_liquidations",
)

FEEDS: tuple[Feed, ...] = (
    feed(
        name="okx_klines",
        kind="klines",
        description="Daily bars of OKX's perpetual swaps.",
        schema=KLINES,
        key=("symbol", "open_at"),
        observed="open_at",
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
        name="okx_funding",
        kind="funding",
        description="Funding settlements of OKX's perpetual swaps.",
        schema=FUNDING,
        key=("symbol", "settled_at"),
        observed="settled_at",
        cadence="every 8 hours, 4 or 1 for some instruments at times",
        retention="three months",
        stamped_at_end=True,
        fetch=funding(
            api.ask,
            api.url("public/funding-rate-history"),
            # realizedRate is the rate that was paid, fundingRate the one predicted. The interval is not published here.
            Fields(
                Stamp("fundingTime", "settled_at", floor="1h"),
                {"realizedRate": "funding_rate", "fundingRate": "predicted_rate"},
            ),
            NewestFirst(before("after"), limit=api.PAGE),
            kept=lambda now: Window(day_start((now - FUNDING_KEPT).date()), now + HOUR),
        ),
    ),
    feed(
        name="okx_open_interest",
        kind="open_interest",
        description="Daily open interest of OKX's perpetual swaps.",
        schema=OPEN_INTEREST,
        key=("symbol", "period_start_at"),
        observed="period_start_at",
        cadence="daily",
        retention="about 100 days, not documented",
        fetch=bars(
            api.ask,
            api.url("rubik/stat/contracts/open-interest-history"),
            Fields(
                Stamp("start", "period_start_at"),
                same("open_interest_contracts", "open_interest_coin", "open_interest_usd"),
                cells=("start", "open_interest_contracts", "open_interest_coin", "open_interest_usd"),
            ),
            # Without `begin`: how far back the venue goes is not documented, and it may refuse a start before that.
            NewestFirst(before("end"), limit=api.PAGE),
            params={"period": UTC_DAY},
        ),
    ),
    feed(
        name="okx_liquidations",
        kind="liquidations",
        description="Liquidation orders of OKX's perpetual swaps, one by one.",
        schema=LIQUIDATIONS,
        key=("symbol", "happened_at", "order_side", "contracts", "bankruptcy_price"),
        observed="happened_at",
        cadence="as they happen",
        retention="24 hours: what no run fetched in time is lost",
        lost_after=liquidations.KEPT,
        fetch=liquidations.fetch,
    ),
)
