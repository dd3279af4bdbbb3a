"""Pulls of Coin Metrics' whole series: flows are restated for years back, so two pulls must not be mixed.

The vendor keeps the same series in files on GitHub, one for each asset. They are read when the interface refuses or
cannot be reached.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import polars as pl

from ingest.coverage import Part, covered_stretches
from ingest.errors import ArchiveAbsent, FeedUnavailable, VenueFailing
from ingest.feed import Batch, Request
from ingest.fetch.batches import last_observed
from ingest.fetch.interface import Params, Question, refused
from ingest.fetch.rows import text_frame
from ingest.fetch.shapes import DAY
from ingest.instrument import Instrument
from ingest.schema import forming
from ingest.venues.coinmetrics.api import API, FILES
from ingest.windows import Window, day_start

URL = API.url("timeseries/asset-metrics")
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
WANTED: Params = {"metrics": ",".join(METRICS), "frequency": "1d", "paging_from": "start", "page_size": 10_000}
LOST_AT_MOST = 3  # days of a metric that a pull may lack and an earlier one had: the vendor withdraws single values


def fetch(request: Request) -> Iterator[Batch]:
    """Yield one pull per asset: every day from the warehouse's first on, however much of it is held already.

    Raises FeedUnavailable as the session does, and VenueFailing for a pull that ends before the last one or lacks much
    of it: staging uses the newest pull alone, so it would erase what is known. A pull that breaks off leaves nothing
    behind.
    """
    for instrument in request.instruments:
        with request.noting_refusal(instrument.symbol):
            yield _pull(request, instrument)


def _pull(request: Request, instrument: Instrument) -> Batch:
    held = request.held.of(instrument.symbol, "rest")
    asked = (request.window, *held)
    window = Window(min(one.start for one in asked), max(one.end for one in asked))
    frame, url = _days(request, instrument, window)
    frame = frame.filter(~forming("day", DAY, request.now))
    last = last_observed(frame["day"], window.end)
    covered = Window(window.start, last + DAY if last else window.start)
    reached = max((one.end for one in held), default=window.start)
    if covered.end < reached:
        what = f"the pull of {url} ends on {covered.end:%Y-%m-%d}, the last one on {reached:%Y-%m-%d}"
        raise VenueFailing(what, advice="the last pull stays in use")
    metrics = _metric_parts(request, frame, instrument.symbol, window, url)
    return Batch(frame, (Part(instrument.symbol, "rest", covered, frame.height, url), *metrics))


def _metric_parts(request: Request, frame: pl.DataFrame, symbol: str, window: Window, url: str) -> Iterator[Part]:
    """Yield the days of each metric that are known, as series of their own: btc/inflow_coin.

    Notes the days that earlier pulls knew and this one does not. Raises VenueFailing when a metric lost many.
    """
    for column in METRICS.values():
        series = f"{symbol}/{column}"
        known = frame.filter(pl.col(column).is_not_null())["day"].drop_nulls().unique().sort()
        stretches = covered_stretches(window, [day_start(day) for day in known], DAY, DAY)
        if lost := [left for one in request.held.of(series, "rest") for left in one.without(stretches)]:
            days = sum((one.end - one.start for one in lost), timedelta()) // DAY
            what = f"{column} of {symbol} is gone for {days} days from {lost[0].start:%Y-%m-%d} on"
            if days > LOST_AT_MOST:
                advice = f"the last pull stays in use; leverage run --refetch {request.feed.name} takes the new one"
                raise VenueFailing(f"{what}, in the pull of {url}", advice=advice)
            request.notes.append(f"{what}; earlier pulls had them")
        yield from (Part(series, "rest", one, (one.end - one.start) // DAY, url) for one in stretches)


def _days(request: Request, instrument: Instrument, window: Window) -> tuple[pl.DataFrame, str]:
    """The days of the window from the interface, else from the file, and the address that they came from."""
    code = instrument.symbol
    try:
        return _read(text_frame(_asked(request, instrument, window), ("asset", "time", *METRICS))), URL
    except FeedUnavailable as refusal:
        file = Question(FILES.url(f"{code}.csv"), instrument)
        try:
            frame = _read(_lines(request.session.download(file.url), file))
        except (ArchiveAbsent, FeedUnavailable) as error:
            request.notes.append(f"{code}: the file that replaces it: {error}")
            raise refusal from error
        request.notes.append(f"{code}: {refusal}; asked the file on {FILES.host} instead")
        inside = pl.col("day").is_between(window.start.date(), window.end.date(), closed="left")
        return frame.filter(inside.fill_null(True)), file.url  # a day that no calendar has is kept, and quarantined


def _asked(request: Request, instrument: Instrument, window: Window) -> list[dict[str, Any]]:
    """The rows of all days of the window. The address of the next page contains the same filters.

    Raises RequestRefused when an answer has another shape, or its next page is an earlier one or on another host, or
    when a page repeats earlier days only: the vendor has been seen to repeat a page without end.
    """
    first, last = f"{window.start:%Y-%m-%d}", f"{window.end - timedelta(days=1):%Y-%m-%d}"
    url, params = URL, {"assets": instrument.symbol, "start_time": first, "end_time": last, **WANTED}
    rows: list[dict[str, Any]] = []
    asked, seen = {URL}, set[str]()
    while True:
        page = API.page(request.session, url, params)
        rows += page.rows
        if not page.cursor:
            return rows
        days_of_page = {str(row.get("time")) for row in page.rows}
        if days_of_page <= seen:
            raise refused(url, "a page that only repeats earlier days")
        seen |= days_of_page
        if page.cursor in asked or not page.cursor.startswith(f"https://{API.host}/"):
            raise refused(url, f"the next page, {page.cursor[:80]}, is no further one of this host")
        url, params = page.cursor, {}
        asked.add(url)


def _lines(body: bytes, file: Question) -> pl.DataFrame:
    """The lines of the file that have any of the metrics; the last day has reference rates alone.

    Raises RequestRefused when the file lacks a metric, so that no pull silently lacks one.
    """
    try:
        lines = pl.read_csv(io.BytesIO(body), infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise refused(file.url, f"no CSV: {str(error).splitlines()[0]}") from error
    if lacking := {"time", *METRICS} - set(lines.columns):
        raise refused(file.url, f"the file lacks {', '.join(sorted(lacking))}")
    known = lines.filter(pl.any_horizontal(pl.col(*METRICS).is_not_null()))
    return known.with_columns(pl.lit(file.instrument.symbol).alias("asset"))


def _read(published: pl.DataFrame) -> pl.DataFrame:
    """Published rows as a frame with the schema's columns, numbers as published text."""
    return published.select(
        asset_code="asset",
        day=pl.col("time").str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False),
        **{column: metric for metric, column in METRICS.items()},
    )
