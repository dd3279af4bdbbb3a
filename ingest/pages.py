"""Pages of rows as venues hand them out: walking back through them, their rows as text, and what they answer for.

How a page is asked for and what its columns mean is the venue's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from ingest.coverage import settled
from ingest.errors import RequestRefused
from ingest.feed import Batch, Part, Request
from ingest.schema import since_1970
from ingest.windows import Window, milliseconds

MILLISECONDS_FROM = 10**11  # a larger stamp is in milliseconds: in seconds it would be the year 5138


def newest_first(
    ask: Callable[[int], Sequence[Any]],
    window: Window,
    *,
    limit: int,
    stamp_of: Callable[[Any], int],
    host: str,
) -> Iterator[Sequence[Any]]:
    """Yield the pages of `window`, the newest first. `ask(before)` has the newest rows stamped before that millisecond.

    A short page is not taken for the last one: venues lower their limits. What ends the walk is the window's start, or
    a page that brings nothing of the window. Stamps that are unreadable or outside of it move nothing: one wrong row
    must not end the walk early.
    Raises RequestRefused when a full page brings nothing older: the venue repeats itself, or ignores what was asked.
    """
    start, before = milliseconds(window.start), milliseconds(window.end)
    while before > start:
        page = ask(before)
        if page:
            yield page
        older = [stamp for row in page if (stamp := readable_stamp(row, stamp_of)) is not None and stamp < before]
        if len(page) >= limit and not older:
            raise RequestRefused(f"a full page with nothing older than asked for: {str(page[-1])[:80]}", host=host)
        inside = [stamp for stamp in older if stamp >= start]
        if not inside:
            return
        before = min(inside)


def readable_stamp(row: Any, stamp_of: Callable[[Any], int]) -> int | None:  # noqa: ANN401 - whatever JSON came
    """What `stamp_of` reads off a row, None where the row is of another shape."""
    try:
        return stamp_of(row)
    except (KeyError, TypeError, ValueError, IndexError):
        return None


def text_frame(records: Iterable[Sequence[Any] | Mapping[str, Any]], fields: Sequence[str]) -> pl.DataFrame:
    """Rows, as lists or as mappings, as a frame of text with these columns; what is blank or absent is null."""
    lines = [[None if cell in (None, "") else str(cell) for cell in _cells(record, fields)] for record in records]
    return pl.DataFrame(lines, schema=dict.fromkeys(fields, pl.String), orient="row")


def _cells(record: Sequence[Any] | Mapping[str, Any], fields: Sequence[str]) -> Sequence[Any]:
    if isinstance(record, Mapping):
        return [record.get(field) for field in fields]
    return [*record, *[None] * len(fields)][: len(fields)]


def stamped(column: str) -> pl.Expr:
    """Milliseconds since 1970 as a timestamp; null where they are none."""
    return since_1970(pl.col(column).cast(pl.Int64, strict=False), 1000)


def answered(
    request: Request, frame: pl.DataFrame, series: str, window: Window, observed: str, step: timedelta, url: str
) -> Batch:
    """`frame` as a batch that answers for `window` as far as its rows reach.

    A row observed at `observed` speaks for `step` from there on.
    """
    seen = frame.filter(pl.col(observed) < pl.lit(window.end.replace(tzinfo=None)))[observed].max()
    last = seen.replace(tzinfo=UTC) + step if isinstance(seen, datetime) else None
    covered = settled(window, last, request.now)
    return Batch(frame, (Part(series, "rest", covered, frame.height, url),))
