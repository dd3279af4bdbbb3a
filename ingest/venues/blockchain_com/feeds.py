"""blockchain.com: unique addresses of Bitcoin by day, one chart.

It counts otherwise than Coin Metrics' active addresses: it stands in for them as a shape, never as a level.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl

from ingest.coverage import Part, covered_window
from ingest.errors import RequestRefused
from ingest.feed import Batch, Feed, Request
from ingest.fetch.rows import text_frame
from ingest.schema import column, feed_schema, forming, since_1970
from ingest.windows import Window, day_start

HOST = "api.blockchain.info"
DAY = timedelta(days=1)

SCHEMA = feed_schema(
    "blockchain_com_addresses",
    column("symbol", note="The chart."),
    "day",
    "unique_addresses",
)


def judge(body: Any, host: str, path: str) -> None:  # noqa: ANN401 - whatever JSON came
    """Raise for `{"status": "not-found", ...}`: a status other than ok."""
    if isinstance(body, Mapping) and "status" in body and body["status"] != "ok":
        raise RequestRefused(f"{body['status']}: {body.get('error', '')}", host=host, path=path)


def fetch(request: Request) -> Iterator[Batch]:
    """Yield the days of the window that are not held yet: one answer holds the whole chart.

    Raises FeedUnavailable as the session does.
    """
    for instrument in request.instruments:
        if missing := request.held.missing(instrument.symbol, request.window):
            with request.noting_refusal(instrument.symbol):
                yield _days(request, instrument.symbol, missing)


def _days(request: Request, chart: str, missing: Sequence[Window]) -> Batch:
    url = f"https://{HOST}/charts/{chart}"
    # Unless told otherwise the chart is thinned to some 1500 points.
    params = {"timespan": "all", "format": "json", "sampled": "false"}
    frame = parse(request.session.get_json(url, params, judge=judge), chart)
    # What no calendar has a day for, or only the future, stays in and is quarantined.
    wrong = pl.col("day").is_null() | (pl.col("day") > request.now.date())
    wanted = (pl.col("day").is_between(window.start.date(), window.end.date(), closed="left") for window in missing)
    frame = frame.filter(~forming("day", DAY, request.now)).filter(pl.any_horizontal(wrong, *wanted))
    return Batch(frame, tuple(_part(frame, chart, url, window, request) for window in missing))


def _part(frame: pl.DataFrame, chart: str, url: str, window: Window, request: Request) -> Part:
    days = frame.filter(pl.col("day").is_between(window.start.date(), window.end.date(), closed="left"))["day"]
    last = day_start(seen) + DAY if isinstance(seen := days.max(), date) else None
    return Part(chart, "rest", covered_window(window, last, request.now), len(days), url)


def parse(body: Any, chart: str) -> pl.DataFrame:  # noqa: ANN401 - as it came
    """The points of a chart as a frame with the schema's columns; stamps are seconds of the day's start.

    Raises RequestRefused when the answer has another shape.
    """
    points = body.get("values") if isinstance(body, Mapping) else None
    if not isinstance(points, list) or not all(isinstance(point, Mapping) for point in points):
        raise RequestRefused(f"expected values, got {str(body)[:80]}", host=HOST, path=f"/charts/{chart}")
    return text_frame(points, ("x", "y")).select(
        pl.lit(chart).alias("symbol"),
        since_1970(pl.col("x").cast(pl.Int64, strict=False), 1_000_000).cast(pl.Date).alias("day"),
        pl.col("y").alias("unique_addresses"),
    )


FEEDS: tuple[Feed, ...] = (
    Feed(
        name="blockchain_com_addresses",
        venue="blockchain_com",
        kind="addresses",
        description="Unique addresses of Bitcoin by day, another count than Coin Metrics' active addresses.",
        schema=SCHEMA,
        key=("symbol", "day"),
        observed="day",
        cadence="daily",
        retention="all",
        licence="Blockchain.com terms of service; no redistribution",
        fetch=fetch,
        hosts=(HOST,),
        settles=timedelta(days=1),
    ),
)
