"""Hyperliquid: hourly funding, snapshots of open interest and daily bars of its perpetuals, all asked by POST /info.

The venue answers a question that it cannot read with HTTP 422 and plain text, and one about nothing with `null`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import polars as pl

from ingest.coverage import LATE, Part, covered_window
from ingest.errors import RequestRefused
from ingest.feed import Batch, Feed, Request
from ingest.fetch.batches import batch_covering
from ingest.fetch.rows import stamped, text_frame
from ingest.schema import (
    PRICES_FIT,
    column,
    feed_schema,
    forming,
    rows,
)
from ingest.windows import Window, milliseconds

HOST = "api.hyperliquid.xyz"
URL = f"https://{HOST}/info"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

FUNDING = feed_schema(
    "hyperliquid_funding",
    column("symbol", note="The coin."),
    column("settled_at", note="The venue's stamps are up to minutes late."),
    column("funding_rate", "hourly_rate"),
    column("premium", optional=True),
)
OPEN_INTEREST = feed_schema(
    "hyperliquid_open_interest",
    column("symbol", note="The coin."),
    column("snapshot_at", note="The present of the run that asked; the venue sends no stamp."),
    column("open_interest_coin", note="As published, of one side or of both."),
    column("mark_price", optional=True),
)
KLINES = feed_schema(
    "hyperliquid_klines",
    column("symbol", note="The coin."),
    "open_at",
    "open",
    "high",
    "low",
    "close",
    column("volume", "volume_coin"),
    "trade_count",
    checks=[
        rows("opens at midnight", pl.col("open_at").dt.truncate("1d") == pl.col("open_at")),
        *PRICES_FIT,
    ],
)


def funding(request: Request) -> Iterator[Batch]:
    """Yield the settlements of the window that are not held yet, and the holes that the venue itself has in them."""
    for instrument in request.instruments:
        for missing in request.held.missing(instrument.symbol, request.wanted):
            with request.noting_refusal(instrument.symbol):
                yield _settlements(request, instrument.symbol, missing)


def _settlements(request: Request, coin: str, window: Window) -> Batch:
    frame = parse_funding([row for page in _pages(request, coin, window) for row in page])
    inside = frame.filter(pl.col("settled_at") < pl.lit(window.end.replace(tzinfo=None)))["settled_at"]
    seen = [at.replace(tzinfo=UTC) for at in inside.drop_nulls().unique().sort()]
    part = Part(coin, "rest", covered_window(window, seen[-1] + HOUR if seen else None, request.now), frame.height, URL)
    holes = [hole for hole in _holes(seen) if hole.end <= request.now - LATE]
    if holes:
        hours = sum((hole.end - hole.start for hole in holes), timedelta()) // HOUR
        request.notes.append(
            f"{coin}: the venue lacks {hours} hours of funding between {holes[0].start:%Y-%m-%d} and"
            f" {holes[-1].end:%Y-%m-%d} (holes: {len(holes)})"
        )
    return Batch(frame, (part, *(Part(coin, "rest", hole, 0, URL, absent=True) for hole in holes)))


def _holes(seen: Sequence[datetime]) -> list[Window]:
    """The hours between two settlements that have none."""
    return [Window(a + HOUR, b) for a, b in pairwise(seen) if b - a > HOUR]


def _pages(request: Request, coin: str, window: Window) -> Iterator[list[dict[str, Any]]]:
    """Yield settlements from the oldest on, as many as the venue gives at a time (500), until they end or none is left.

    Raises RequestRefused when an answer is no list of rows, or lies outside of what was asked for.
    """
    start, end = milliseconds(window.start), milliseconds(window.end) - 1
    while start <= end:
        page = _rows(request, {"type": "fundingHistory", "coin": coin, "startTime": start, "endTime": end})
        if not page:
            return
        yield page
        stamps = [row["time"] for row in page if isinstance(row.get("time"), int) and start <= row["time"] <= end]
        if not stamps:
            raise RequestRefused(f"a page outside of the window asked for: {str(page[-1])[:80]}", host=HOST)
        if window.end - datetime.fromtimestamp(max(stamps) / 1000, UTC) <= HOUR:
            return
        start = max(stamps) + 1


def open_interest(request: Request) -> Iterator[Batch]:
    """Yield the open interest of each coin as it is now, whatever window is asked for; one question for all of them."""
    contexts = _contexts(request)
    for instrument in request.instruments:
        with request.noting_refusal(instrument.symbol):
            if instrument.symbol not in contexts:
                raise RequestRefused(f"the venue lists no {instrument.symbol}", host=HOST,
                                     advice="check the symbol in the catalogue")  # fmt: skip
            frame = parse_open_interest(instrument.symbol, contexts[instrument.symbol], request.now)
            moment_only = Window(request.now, request.now)
            yield Batch(frame, (Part(instrument.symbol, "rest", moment_only, frame.height, URL),))


def _contexts(request: Request) -> dict[str, Mapping[str, Any]]:
    """What the venue says of each coin now, by name: the two lists of the answer go together by position alone."""
    body = request.session.post_json(URL, {"type": "metaAndAssetCtxs"})
    meta, contexts = body if isinstance(body, list) and len(body) == 2 else (None, None)
    universe = meta.get("universe") if isinstance(meta, Mapping) else None
    both = (universe, contexts)
    if not all(isinstance(one, list) and all(isinstance(entry, Mapping) for entry in one) for one in both) or (
        len(universe) != len(contexts)  # type: ignore[arg-type]
    ):
        raise RequestRefused(f"expected coins and their state, got {str(body)[:80]}", host=HOST, path="/info")
    return {str(coin.get("name")): context for coin, context in zip(*both, strict=True)}  # type: ignore[arg-type]


def klines(request: Request) -> Iterator[Batch]:
    """Yield the closed bars of the window that are not held yet; the venue keeps the last 5000."""
    for instrument in request.instruments:
        for missing in request.held.missing(instrument.symbol, request.window):
            with request.noting_refusal(instrument.symbol):
                yield _bars(request, instrument.symbol, missing)


def _bars(request: Request, coin: str, window: Window) -> Batch:
    start, end = milliseconds(window.start), milliseconds(window.end) - 1
    asked = {"coin": coin, "interval": "1d", "startTime": start, "endTime": end}
    frame = parse_klines(_rows(request, {"type": "candleSnapshot", "req": asked}))
    frame = frame.filter(~forming("open_at", DAY, request.now))
    return batch_covering(request, frame, coin, window, DAY, URL)


def _rows(request: Request, question: Mapping[str, Any]) -> list[dict[str, Any]]:
    page = request.session.post_json(URL, question)
    if not isinstance(page, list) or not all(isinstance(row, dict) for row in page):
        what = f"{question['type']}: expected a list of rows, got {str(page)[:80]}"
        raise RequestRefused(what, host=HOST, path="/info", advice="check the symbol in the catalogue")
    return page


def parse_funding(records: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Settlements as a frame with the columns of FUNDING, numbers as published text; `premium` may be left out."""
    frame = text_frame(records, ("coin", "time", "fundingRate", "premium"))
    return frame.select(
        pl.col("coin").alias("symbol"),
        stamped("time").dt.truncate("1h").alias("settled_at"),
        pl.col("fundingRate").alias("funding_rate"),
        "premium",
    )


def parse_open_interest(coin: str, context: Mapping[str, Any], now: datetime) -> pl.DataFrame:
    """One coin's state as a frame of one row with the columns of OPEN_INTEREST."""
    stamp = now.astimezone(UTC).replace(tzinfo=None)
    return text_frame([context], ("openInterest", "markPx")).select(
        pl.lit(coin).alias("symbol"),
        pl.lit(stamp, pl.Datetime("us")).alias("snapshot_at"),
        pl.col("openInterest").alias("open_interest_coin"),
        pl.col("markPx").alias("mark_price"),
    )


def parse_klines(records: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Bars as a frame with the columns of KLINES, numbers as published text."""
    names = {"o": "open", "h": "high", "l": "low", "c": "close", "v": "volume", "n": "trade_count"}
    return text_frame(records, ("s", "t", *names)).select(
        pl.col("s").alias("symbol"),
        stamped("t").alias("open_at"),
        *(pl.col(published).alias(column) for published, column in names.items()),
    )


def _feed(name: str, **rest: Any) -> Feed:  # noqa: ANN401 - the rest of a Feed's fields
    return Feed(
        name=f"hyperliquid_{name}",
        venue="hyperliquid",
        kind=name,
        licence="Hyperliquid terms of use; public data of its chain",
        hosts=(HOST,),
        **rest,
    )


FEEDS: tuple[Feed, ...] = (
    _feed("klines", schema=KLINES, key=("symbol", "open_at"), observed="open_at", fetch=klines,
          description="Daily bars of Hyperliquid's perpetuals.",
          cadence="daily bars", retention="the last 5000 bars"),
    _feed("funding", schema=FUNDING, key=("symbol", "settled_at"), observed="settled_at", fetch=funding,
          description="Hourly funding settlements of Hyperliquid's perpetuals.", stamped_at_end=True,
          cadence="hourly", retention="all since 2023"),
    _feed("open_interest", schema=OPEN_INTEREST, key=("symbol", "snapshot_at"), observed="snapshot_at",
          description="Open interest of Hyperliquid's perpetuals at the moment of each run.", stamped_at_end=True,
          fetch=open_interest, cadence="one snapshot a run", retention="none: what no run has seen is gone"),
)  # fmt: skip
