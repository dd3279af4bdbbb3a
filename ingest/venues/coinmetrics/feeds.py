"""Coin Metrics' community data: flows to and from exchanges, supply on exchanges, active addresses, price.

Flows are restated for years back, so every pull is the whole series: two pulls are never mixed. The same series lies
as a file on GitHub; it is asked for when the interface refuses or cannot be reached.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from ingest.coverage import Part
from ingest.errors import AccessRefused, ArchiveAbsent, FeedUnavailable, RequestRefused, VenueFailing
from ingest.feed import Batch, Feed, Request
from ingest.fetch.rows import text_frame
from ingest.schema import column, feed_schema, forming
from ingest.windows import Window, day_start

HOST = "community-api.coinmetrics.io"
URL = f"https://{HOST}/v4/timeseries/asset-metrics"
PAGE = 10_000
FILE_HOST = "raw.githubusercontent.com"
FILES = f"https://{FILE_HOST}/coinmetrics/data/master/csv"
DAY = timedelta(days=1)
METRICS = {
    "FlowInExNtv": "inflow_coin",
    "FlowOutExNtv": "outflow_coin",
    "FlowInExUSD": "inflow_usd",
    "FlowOutExUSD": "outflow_usd",
    "SplyExNtv": "exchange_supply_coin",
    "SplyExUSD": "exchange_supply_usd",
    "AdrActCnt": "active_addresses",
    "PriceUSD": "price_usd",
}

SCHEMA = feed_schema(
    "coinmetrics_network",
    "asset_code",
    "day",
    column("inflow_coin", optional=True),
    column("outflow_coin", optional=True),
    column("inflow_usd", optional=True),
    column("outflow_usd", optional=True),
    column("exchange_supply_coin", "reserve_coin", optional=True),
    column("exchange_supply_usd", "reserve_usd", optional=True),
    column("active_addresses", "active_addresses_count", optional=True),
    column("price_usd", optional=True),
)


def judge(body: Any, host: str, path: str) -> None:  # noqa: ANN401 - whatever JSON came
    """Raise for `{"error": {"type": ..., "message": ...}}`."""
    if isinstance(body, Mapping) and isinstance(error := body.get("error"), Mapping):
        kind = AccessRefused if error.get("type") == "unauthorized" else RequestRefused
        raise kind(f"{error.get('type')}: {error.get('message')}", host=host, path=path)


def fetch(request: Request) -> Iterator[Batch]:
    """Yield one pull per asset: every day from the warehouse's first on, however much of it is held already.

    Raises FeedUnavailable as the session does; a pull that breaks off leaves nothing behind.
    """
    for instrument in request.instruments:
        with request.noting_refusal(instrument.symbol):
            yield _series(request, instrument.symbol)


def _series(request: Request, code: str) -> Batch:
    held = request.held.of(code, "rest")
    first = min([request.window.start, *(window.start for window in held)])
    last = max([request.window.end, *(window.end for window in held)])
    frame, url = _pulled(request, code, Window(first, last))
    frame = frame.filter(~forming("day", DAY, request.now))
    seen = frame.filter(pl.col("day") < pl.lit(last.date()))["day"].max()
    covered = Window(first, day_start(seen) + DAY if isinstance(seen, date) else first)
    _refuse_less(covered, max((window.end for window in held), default=first), url)
    return Batch(frame, (Part(code, "rest", covered, frame.height, url),))


def _pulled(request: Request, code: str, window: Window) -> tuple[pl.DataFrame, str]:
    """The series from the interface, else from the file, and which address it came from."""
    try:
        return parse(_pull(request, code, window)), URL
    except FeedUnavailable as refusal:
        url = f"{FILES}/{code}.csv"
        try:
            frame = parse_file(request.session.download(url), code)
        except (ArchiveAbsent, FeedUnavailable) as error:
            request.notes.append(f"{code}: the file that would stand in: {error}")
            raise refusal from error
        request.notes.append(f"{code}: {refusal}; asked the file on {FILE_HOST} instead")
        first, last = window.start.date(), window.end.date()
        # A day that no calendar has stays in and is quarantined.
        return frame.filter(pl.col("day").is_between(first, last, closed="left").fill_null(True)), url


def _refuse_less(covered: Window, reached: datetime, url: str) -> None:
    """Raise VenueFailing for a pull that ends before the last one: as the newest it would erase what is known."""
    if covered.end < reached:
        raise VenueFailing(
            f"the pull of {url} ends on {covered.end:%Y-%m-%d}, the last one on {reached:%Y-%m-%d}",
            advice="the last pull stands",
        )  # fmt: skip


def _pull(request: Request, code: str, window: Window) -> list[Mapping[str, Any]]:
    """Every page of the window. The next page's address is the vendor's own and carries the same filters."""
    params: dict[str, str | int] | None = {
        "assets": code,
        "metrics": ",".join(METRICS),
        "frequency": "1d",
        "start_time": f"{window.start:%Y-%m-%d}",
        "end_time": f"{window.end - DAY:%Y-%m-%d}",
        "paging_from": "start",
        "page_size": PAGE,
    }
    url, rows, asked = URL, [], set()
    while True:
        asked.add(url)
        body = request.session.get_json(url, params, judge=judge)
        data = body.get("data") if isinstance(body, Mapping) else None
        if not isinstance(data, list) or not all(isinstance(row, Mapping) for row in data):
            raise RequestRefused(f"expected data, got {str(body)[:80]}", host=HOST)
        rows += data
        if not body.get("next_page_url"):
            return rows
        url, params = str(body["next_page_url"]), None
        if url in asked or not url.startswith(f"https://{HOST}/"):
            raise RequestRefused(f"the next page, {url[:80]}, is no further one of this host", host=HOST)


def parse(records: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows as a frame with the schema's columns, numbers as published text; a metric left out is null."""
    return _shaped(text_frame(records, ("asset", "time", *METRICS)))


def _shaped(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(
        pl.col("asset").alias("asset_code"),
        pl.col("time").str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False).alias("day"),
        *(pl.col(metric).alias(column) for metric, column in METRICS.items()),
    )


def parse_file(body: bytes, code: str) -> pl.DataFrame:
    """The vendor's CSV of an asset as a frame with the schema's columns; days without any of the metrics are left out.

    The last day of the file is such a day: it has reference rates alone. Raises RequestRefused when the file lacks a
    metric, so that no pull silently lacks one.
    """
    try:
        lines = pl.read_csv(io.BytesIO(body), infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise RequestRefused(f"no CSV: {str(error).splitlines()[0]}", host=FILE_HOST, path=f"/{code}.csv") from error
    if lacking := {"time", *METRICS} - set(lines.columns):
        raise RequestRefused(f"the file lacks {', '.join(sorted(lacking))}", host=FILE_HOST, path=f"/{code}.csv")
    known = lines.filter(pl.any_horizontal(pl.col(*METRICS).is_not_null()))
    return _shaped(known.select(pl.lit(code).alias("asset"), "time", *METRICS))


FEEDS: tuple[Feed, ...] = (
    Feed(
        name="coinmetrics_network",
        venue="coinmetrics",
        kind="network",
        description="Daily flows to and from exchanges, supply on exchanges, active addresses and price.",
        schema=SCHEMA,
        key=("asset_code", "day"),
        observed="day",
        cadence="daily, final about 03:00 UTC on the next day",
        retention="all; flows are restated for years back",
        licence="CC BY-NC 4.0: name the source, no commercial use",
        fetch=fetch,
        hosts=(HOST, FILE_HOST),
        whole=True,
        settles=timedelta(hours=5, minutes=30),
    ),
)
