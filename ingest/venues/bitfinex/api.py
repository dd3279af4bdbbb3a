"""Bitfinex's REST interface: its error bodies, and rows that are arrays told apart by position."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import polars as pl

from ingest.errors import RequestRefused, Transient
from ingest.http import MarketSession

HOST = "api-pub.bitfinex.com"
TOO_MANY, MAINTENANCE = 11010, 20060
PENALTY = 60.0  # seconds that the venue keeps refusing once it was asked too often


def judge(body: Any, host: str, path: str) -> None:  # noqa: ANN401 - whatever JSON came
    """Raise for `["error", code, message]`, with whatever HTTP status it comes."""
    if isinstance(body, list) and body[:1] == ["error"]:
        code, message = (*body[1:3], None, None)[:2]
        said = f"code {code}: {message}"
        if code in (TOO_MANY, MAINTENANCE):
            raise Transient(said, host=host, path=path, retry_after=PENALTY if code == TOO_MANY else None)
        raise RequestRefused(said, host=host, path=path, advice="check the symbol in the catalogue")


def page(session: MarketSession, url: str, params: Mapping[str, str | int]) -> list[list[Any]]:
    """The rows of one answer. Raises RequestRefused when it is no list of arrays."""
    body = session.get_json(url, params, judge=judge)
    if not isinstance(body, list) or not all(isinstance(row, list) for row in body):
        raise RequestRefused(f"expected a list of rows, got {str(body)[:80]}", host=HOST, path=urlsplit(url).path)
    return body


def text(rows: Sequence[Sequence[Any]], positions: Mapping[str, int]) -> pl.DataFrame:
    """The named positions of the rows as text, as published; what a short row lacks is null."""
    lines = [
        [str(row[at]) if at < len(row) and row[at] is not None else None for at in positions.values()] for row in rows
    ]
    return pl.DataFrame(lines, schema=dict.fromkeys(positions, pl.String), orient="row")
