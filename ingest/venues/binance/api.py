"""Binance's REST interfaces: what their error codes mean, and paging by the stamp of the last row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ingest.errors import RequestRefused, Transient
from ingest.fetch.pages import readable_stamp
from ingest.http import MarketSession
from ingest.responses import place
from ingest.windows import Window, milliseconds

# -1003 too many requests, -1001 disconnected, -1007 timeout of a backend: worth another attempt.
PASSING = {-1003, -1001, -1007}


def judge(body: Any, host: str, path: str) -> None:  # noqa: ANN401 - whatever JSON came
    """Raise for `{"code": ..., "msg": ...}`; Binance sends it with HTTP 4xx, rarely with 200."""
    if isinstance(body, Mapping) and "code" in body:
        code, message = body["code"], body.get("msg", "")
        if code in PASSING:
            raise Transient(f"code {code}: {message}", host=host, path=path)
        raise RequestRefused(
            f"code {code}: {message}", host=host, path=path, advice="check the symbol in the catalogue"
        )


def pages(
    session: MarketSession,
    url: str,
    params: Mapping[str, str | int],
    window: Window,
    *,
    limit: int,
    row_type: type[list[Any]] | type[dict[str, Any]] = dict,
    stamp_of: Callable[[Any], int],
) -> Iterator[list[Any]]:
    """Yield the pages of `window`, oldest first. Both ends are always sent: without endTime pages had gaps.

    Stamps that are unreadable or outside of the window move nothing: one wrong row must not end the paging early.
    Raises RequestRefused when an answer is no list of rows, or a full page does not reach into what was asked for.
    """
    (host, path), start, end = place(url), milliseconds(window.start), milliseconds(window.end) - 1
    while start <= end:
        asked = {**params, "startTime": start, "endTime": end, "limit": limit}
        page = session.get_json(url, asked, judge=judge)
        if not isinstance(page, list) or not all(isinstance(row, row_type) for row in page):
            raise RequestRefused(f"expected a list of rows, got {str(page)[:80]}", host=host, path=path)
        if page:
            yield page
        if len(page) < limit:
            return
        stamps = [
            stamp for row in page if (stamp := readable_stamp(row, stamp_of)) is not None and start <= stamp <= end
        ]
        if not stamps:
            outside = f"a full page outside of the window asked for: {str(page[-1])[:80]}"
            raise RequestRefused(outside, host=host, path=path)
        start = max(stamps) + 1
