"""Bybit's daily open interest, a snapshot at 00:00 UTC, back to the launch of a contract.

`openInterest` adds up both sides; `singleOpenInterest`, which came in June 2026, counts each contract once. Both are
kept as published: which one counts is staging's business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pandera.polars as pa
import polars as pl

from ingest.feed import Batch, Instrument, Request
from ingest.pages import answered, newest_first, stamped, text_frame
from ingest.schema import moment, number, positive, rows, text
from ingest.venues.bybit import rest
from ingest.windows import Window, milliseconds

PATH = "open-interest"
PAGE = 200
# A snapshot speaks for the day before it, so a window's last one stands right at its end.
SNAPSHOT = timedelta(hours=1)
# The venue says that open interest can lag. The newest snapshot is asked for once more a day later, which also shows
# whether it stood still: one that moves is no snapshot but the last value of its running day.
LAGS = timedelta(hours=5)
COLUMNS = {
    "openInterest": {"coin": "open_interest_both_sides_coin", "usd": "open_interest_both_sides_usd"},
    "singleOpenInterest": {"coin": "open_interest_coin", "usd": "open_interest_usd"},
}

SCHEMA = pa.DataFrameSchema(
    {
        "symbol": text("Symbol as the venue writes it"),
        "snapshot_at": moment("Moment of the snapshot"),
        "open_interest_both_sides_coin": number("Long and short contracts added up, linear contracts", "coin",
                                                positive(), nullable=True),
        "open_interest_both_sides_usd": number("Long and short contracts added up, inverse contracts", "USD",
                                               positive(), nullable=True),
        "open_interest_coin": number("Open contracts, each counted once, linear contracts; published since 2026-06",
                                     "coin", positive(), nullable=True),
        "open_interest_usd": number("Open contracts, each counted once, inverse contracts; published since 2026-06",
                                    "USD", positive(), nullable=True),
    },
    checks=[
        rows("no open interest", pl.any_horizontal(
            pl.col(column).is_not_null() for units in COLUMNS.values() for column in units.values())),
        rows("one side above both", pl.col("open_interest_coin") <= pl.col("open_interest_both_sides_coin")),
        rows("one side above both (USD)", pl.col("open_interest_usd") <= pl.col("open_interest_both_sides_usd")),
    ],
    strict=True,
    name="bybit_open_interest",
)  # fmt: skip


def fetch(request: Request) -> Iterator[Batch]:
    """Yield the snapshots of the window that are not held yet."""
    for instrument in request.instruments:
        for window in request.held.missing(instrument.symbol, request.wanted):
            with request.alone(instrument.symbol):
                yield _snapshots(request, instrument, window)


def _snapshots(request: Request, instrument: Instrument, window: Window) -> Batch:
    # A startTime alone is ignored, so both are sent.
    asked: dict[str, str | int] = {
        "intervalTime": "1d",
        "startTime": milliseconds(window.start),
        "endTime": milliseconds(window.end) - 1,
        "limit": PAGE,
    }
    more = True

    def ask(before: int) -> list[Any]:
        """The cursor leads to the next page, whatever that is stamped before."""
        nonlocal more
        if not more:
            return []
        found = rest.result(request, PATH, instrument, asked, dict)
        asked["cursor"] = unquote(str(found.get("nextPageCursor") or ""))  # percent-encoded, and it will be once more
        more = bool(asked["cursor"])
        return list(found["list"])

    pages = newest_first(ask, window, limit=PAGE, stamp_of=lambda row: int(row["timestamp"]), host=rest.HOST)
    frame = parse([row for page in pages for row in page], instrument)
    return answered(request, frame, instrument.symbol, window, "snapshot_at", SNAPSHOT, rest.url(PATH))


def parse(records: Sequence[Mapping[str, Any]], instrument: Instrument) -> pl.DataFrame:
    """Rows as a frame with the schema's columns, numbers as published; a blank or absent side is null."""
    unit = "coin" if rest.category(instrument) == "linear" else "usd"
    return text_frame(records, ("timestamp", *COLUMNS)).select(
        pl.lit(instrument.symbol).alias("symbol"),
        stamped("timestamp").alias("snapshot_at"),
        *(
            (pl.col(field) if counted == unit else pl.lit(None, pl.String)).alias(column)
            for field, units in COLUMNS.items()
            for counted, column in units.items()
        ),
    )
