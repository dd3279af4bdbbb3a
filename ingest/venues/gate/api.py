"""Gate's REST interface: its error bodies, its stamps, and windows that are asked for until no answer is cut off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import polars as pl

from ingest.errors import RequestRefused, VenueFailing
from ingest.fetch.rows import MILLISECONDS_FROM
from ingest.http import MarketSession
from ingest.schema import since_1970

HOST = "api.gateio.ws"
URL = f"https://{HOST}/api/v4/futures/usdt"
PAGE = 1000  # rows; no answer has more
KEPT = timedelta(days=179)  # an older `from` than 180 days is refused; a day for clocks that differ


def judge(body: Any, host: str, path: str) -> None:  # noqa: ANN401 - whatever JSON came
    """Raise for `{"label": ..., "message": ...}`, which comes with HTTP 4xx."""
    if isinstance(body, Mapping) and "label" in body:
        raise RequestRefused(
            f"{body['label']}: {body.get('message', '')}",
            host=host,
            path=path,
            advice="check the contract in the catalogue",
        )


def address(path: str) -> str:
    return f"{URL}/{path}"


def rows(session: MarketSession, path: str, params: Mapping[str, str | int]) -> list[dict[str, Any]]:
    """The rows of one answer. Raises RequestRefused when it is no list of objects."""
    body = session.get_json(address(path), params, judge=judge)
    if not isinstance(body, list) or not all(isinstance(row, dict) for row in body):
        raise RequestRefused(
            f"expected a list of rows, got {str(body)[:80]}", host=HOST, path=f"/api/v4/futures/usdt/{path}"
        )
    return body


def every_row(session: MarketSession, path: str, contract: str, first: int, last: int) -> list[dict[str, Any]]:
    """The rows stamped `first` to `last`, both included, in seconds.

    The interface has no pages, and a full answer may have been cut off: its halves are asked for, down to one second.
    Raises VenueFailing when that is still full.
    """
    page = rows(session, path, {"contract": contract, "from": first, "to": last, "limit": PAGE})
    if len(page) < PAGE:
        return page
    if first >= last:
        raise VenueFailing(f"{PAGE} rows of {contract} in one second", host=HOST, path=f"/api/v4/futures/usdt/{path}")
    middle = (first + last) // 2
    return [
        *every_row(session, path, contract, first, middle),
        *every_row(session, path, contract, middle + 1, last),
    ]


def stamp(column: str) -> pl.Expr:
    """Seconds, in 2026 at times milliseconds, since 1970 as a timestamp; text that is no number becomes null."""
    number = pl.col(column).cast(pl.Int64, strict=False)
    return pl.when(number > MILLISECONDS_FROM).then(since_1970(number, 1000)).otherwise(since_1970(number, 1_000_000))
