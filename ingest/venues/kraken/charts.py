"""Kraken Futures' charts interface: what its errors mean, and paging by `more`, from whichever end it serves.

Errors come with HTTP 200, too: `errors` is a list that is empty when all is well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from ingest.errors import RequestRefused, Transient
from ingest.fetch.rows import MILLISECONDS_FROM
from ingest.http import MarketSession
from ingest.schema import LAST_MICROSECOND, since_1970
from ingest.windows import Window

HOST = "futures.kraken.com"
CHARTS = f"https://{HOST}/api/charts/v1"
PASSING = {"apiLimitExceeded", "Server Error", "Unavailable"}

Row = tuple[int, Any]
"""(milliseconds since 1970, what the venue says of the bucket that begins there)"""
Read = Callable[[Any], tuple[list[Row], bool]]
"""body -> its rows, and whether the venue has more of the window that was asked for; raises RequestRefused."""


def judge(body: Any, host: str, path: str) -> None:  # noqa: ANN401 - whatever JSON came
    """Raise for a non-empty `errors`, a single `error`, or `result` saying "error"."""
    if not isinstance(body, Mapping):
        return
    errors = body.get("errors") or body.get("error") or (body.get("result") == "error" and "no reason given")
    if errors:
        listed = [_said(error) for error in (errors if isinstance(errors, list) else [errors])]
        if PASSING & set(listed):
            raise Transient("; ".join(listed), host=host, path=path)
        raise RequestRefused("; ".join(listed), host=host, path=path, advice="check the symbol in the catalogue")


def _said(error: Any) -> str:  # noqa: ANN401 - a text, or an object with a message
    return str(error.get("message", error)) if isinstance(error, Mapping) else str(error)


def pages(
    session: MarketSession,
    url: str,
    params: Mapping[str, str | int],
    window: Window,
    step: timedelta,
    *,
    bounds: tuple[str, str],
    read: Read,
) -> Iterator[list[Row]]:
    """Yield the pages of `window`; `bounds` are the names of its two ends, which are sent in seconds.

    Of a page with more to come only the buckets between its first and its last count as answered, and what is left
    on either side is asked for: whether the venue pages from the oldest or from the newest is not documented.
    Raises RequestRefused when such a page lies outside of what was asked for.
    """
    left = [window]
    while left:
        asked = left.pop()
        since, to = int(asked.start.timestamp()), int(asked.end.timestamp()) - 1
        rows, more = read(session.get_json(url, {**params, bounds[0]: since, bounds[1]: to}, judge=judge))
        yield rows
        if not (rows and more):
            continue
        stamps = [stamp for stamp, _ in rows if since * 1000 <= stamp <= to * 1000]
        if not stamps:
            raise refused(url, f"a page outside of the window asked for: {str(rows[-1])[:80]}")
        answered = Window(_moment(min(stamps)), _moment(max(stamps)) + step)
        left += asked.without([answered])


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def refused(url: str, what: str) -> RequestRefused:
    """The refusal of an answer that cannot be used."""
    return RequestRefused(what, host=HOST, path=url.split(HOST, 1)[1])


def milliseconds_of(stamp: Any) -> int:  # noqa: ANN401 - seconds or milliseconds, a number or text
    """A stamp in milliseconds, -1 (no moment of the calendar) for what is none: its row ends in quarantine."""
    try:
        ticks = int(stamp)
    except (TypeError, ValueError, OverflowError):
        return -1
    if not 0 <= ticks <= LAST_MICROSECOND // 1000:
        return -1
    return ticks if ticks >= MILLISECONDS_FROM else ticks * 1000


def opened() -> pl.Expr:
    """The column `t` of milliseconds as a timestamp."""
    return since_1970(pl.col("t"), 1000)
