"""CoinGlass: hourly liquidations of a coin summed over a set of exchanges, with the key of a paid plan.

The set is part of the symbol ("Binance,Bybit,OKX/BTC"): sums over other exchanges are another series.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, timedelta
from typing import Any

import polars as pl

from ingest.errors import AccessRefused, RequestRefused, Transient
from ingest.feed import Batch, Feed, Request
from ingest.fetch.batches import batch_covering
from ingest.fetch.rows import stamped, text_frame
from ingest.schema import GENESIS, column, feed_schema, forming
from ingest.windows import Window, milliseconds

HOST = "open-api-v4.coinglass.com"
PATH = "/api/futures/liquidation/aggregated-history"
URL = f"https://{HOST}{PATH}"
HOUR = timedelta(hours=1)
PAGE = 1000  # hours
CORRECTED = timedelta(hours=5)  # a day fetched right after midnight is fetched once more by the final run
ACCESS, BUSY = {"401", "403"}, {"429", "500"}
FIELDS = {"aggregated_long_liquidation_usd": "long_usd", "aggregated_short_liquidation_usd": "short_usd"}

SCHEMA = feed_schema(
    "coinglass_liquidations",
    column("symbol", note="The exchanges that are summed, and the coin: Binance,Bybit,OKX/BTC."),
    "open_at",
    column("long_usd", "long_liquidations_usd", note="A floor, because some of these exchanges publish only a part."),
    column("short_usd", "short_liquidations_usd", note="A floor, because some of these exchanges publish only a part."),
)


def judge(body: Any, host: str, path: str) -> None:  # noqa: ANN401 - whatever JSON came
    """Raise for a code other than "0"; a missing key comes with HTTP 200 and code "401"."""
    if not isinstance(body, Mapping) or "code" not in body or str(body["code"]) == "0":
        return
    code, said = str(body["code"]), f"code {body['code']}: {body.get('msg', '')}"
    if code in BUSY:
        raise Transient(said, host=host, path=path)
    if code in ACCESS:
        raise AccessRefused(said, host=host, path=path, advice="check the key and whether its plan has hourly values")
    raise RequestRefused(said, host=host, path=path)


def fetch(request: Request) -> Iterator[Batch]:
    """Yield whole hours of the window that are not held yet, each gap from its end until an answer has none.

    An answer has none before the plan's history begins, and would have none of older hours if the venue answered
    with the newest ones whatever is asked, as is reported of it.
    """
    headers = {"CG-API-KEY": request.key()}
    for instrument in request.instruments:
        with request.noting_refusal(instrument.symbol):
            for missing in request.held.missing(instrument.symbol, request.window):
                for window in missing.split(PAGE * HOUR, reverse=True):
                    batch = _page(request, instrument.symbol, window, headers)
                    yield batch
                    if batch.rows.is_empty():
                        break


def _page(request: Request, symbol: str, window: Window, headers: Mapping[str, str]) -> Batch:
    exchanges, _, coin = symbol.rpartition("/")
    start, end = milliseconds(window.start), milliseconds(window.end)
    asked: dict[str, str | int] = {
        "exchange_list": exchanges, "symbol": coin, "interval": "1h", "limit": PAGE,
        "start_time": start, "end_time": end - 1,
    }  # fmt: skip
    frame = parse(request.session.get_json(URL, asked, headers=headers, judge=judge), symbol)
    present = request.now.astimezone(UTC).replace(tzinfo=None)
    inside = pl.col("open_at").is_between(window.start.replace(tzinfo=None), window.end.replace(tzinfo=None), "left")
    elsewhere = pl.col("open_at").is_between(GENESIS, present) & ~inside
    frame = frame.filter(~elsewhere.fill_null(False) & ~forming("open_at", HOUR, request.now))
    return batch_covering(request, frame, symbol, window, HOUR, URL)


def parse(body: Any, symbol: str) -> pl.DataFrame:  # noqa: ANN401 - as it came
    """The hours as a frame with the schema's columns, numbers as published. Raises RequestRefused on another shape."""
    data = body.get("data") if isinstance(body, Mapping) else None
    if not isinstance(data, list) or not all(isinstance(hour, Mapping) for hour in data):
        raise RequestRefused(f"expected data, got {str(body)[:80]}", host=HOST, path=PATH)
    return text_frame(data, ("time", *FIELDS)).select(
        pl.lit(symbol).alias("symbol"),
        stamped("time").alias("open_at"),
        *(pl.col(published).alias(column) for published, column in FIELDS.items()),
    )


FEEDS: tuple[Feed, ...] = (
    Feed(
        name="coinglass_liquidations",
        venue="coinglass",
        kind="liquidations",
        description="Hourly longs and shorts closed by force, summed over the exchanges that the symbol names.",
        schema=SCHEMA,
        key=("symbol", "open_at"),
        observed="open_at",
        cadence="hourly",
        retention="depends on the plan",
        licence="CoinGlass terms of use; no redistribution",
        fetch=fetch,
        hosts=(HOST,),
        revises=CORRECTED,
        key_variable="COINGLASS_API_KEY",
        key_from="a paid plan with hourly values: coinglass.com",
    ),
)
