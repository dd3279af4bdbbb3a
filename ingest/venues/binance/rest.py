"""Binance's REST interfaces: what their error codes mean, and paging by the stamp of the last row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from ingest.errors import RequestRefused, Transient
from ingest.http import MarketSession
from ingest.windows import Window, milliseconds

# -1003 too many requests, -1001 disconnected, -1007 timeout of a backend: worth another attempt.
PASSING = {-1003, -1001, -1007}


def judge(body: Any, host: str, path: str) -> None:  # noqa: ANN401 - whatever JSON came
    """Raise for `{"code": ..., "msg": ...}`; Binance sends it with HTTP 4xx, rarely with 200."""
    if isinstance(body, Mapping) and "code" in body:
        code, message = body["code"], body.get("msg", "")
        if code in PASSING:
            raise Transient(f"code {code}: {message}", host=host, path=path)
        raise RequestRefused(f"code {code}: {message}", host=host, path=path, advice="check the symbol in the catalogue")


def pages(
    session: MarketSession,
    url: str,
    params: Mapping[str, str | int],
    window: Window,
    *,
    limit: int,
    stamp_of: Callable[[Any], int],
) -> Iterator[list[Any]]:
    """Yield the pages of `window`, oldest first. Both ends are always sent: without endTime pages had gaps.

    Raises RequestRefused when an answer is no list or a row has no stamp.
    """
    start, end = milliseconds(window.start), milliseconds(window.end) - 1
    while start <= end:
        asked = {**params, "startTime": start, "endTime": end, "limit": limit}
        page = session.get_json(url, asked, judge=judge)
        if not isinstance(page, list):
            raise RequestRefused(f"expected a list, got {str(page)[:80]}", host=url)
        if page:
            yield page
        if len(page) < limit:
            return
        try:
            start = max(stamp_of(row) for row in page) + 1
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise RequestRefused(f"a row without a stamp: {str(page[-1])[:80]}", host=url) from error


def moment(stamp: int) -> datetime:
    return datetime.fromtimestamp(stamp / 1000, UTC)
