"""Bitfinex's v2 interface: its hosts, its error bodies, and rows that are lists without names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingest.errors import CHECK_SYMBOL, Codes, RequestRefused, Transient
from ingest.fetch.questions import Params
from ingest.http import MarketSession
from ingest.responses import place

HOST = "api-pub.bitfinex.com"
TOO_MANY, LIMITED, MAINTENANCE = "11010", "ERR_RATE_LIMIT", "20060"
# Codes about the question itself: a wrong parameter, keys and rights, no such channel. It comes with HTTP 500, too.
FINAL = {"10020", "10100", "10111", "10112", "10113", "10114", "10200", "10300", "10302"}
CODES = Codes({MAINTENANCE}, FINAL, advice=CHECK_SYMBOL)
PENALTY = 60.0  # seconds that the venue keeps refusing once it was asked too often


def judge(body: Any, host: str, path: str) -> None:  # noqa: ANN401 - whatever JSON came
    """Raise for `["error", code, message]` and `{"error": code}`, with whatever HTTP status it comes."""
    if isinstance(body, Mapping) and "error" in body:
        body = ["error", body["error"], body.get("message")]
    if isinstance(body, list) and body[:1] == ["error"]:
        code, message = (*body[1:3], None, None)[:2]
        said, code = f"code {code}: {message}", str(code)
        if code in (TOO_MANY, LIMITED):
            raise Transient(said, host=host, path=path, retry_after=PENALTY)
        raise CODES.error(code, said, host, path)


def page(session: MarketSession, url: str, params: Params) -> list[list[Any]]:
    """The rows of one answer. Raises RequestRefused when it is no list of lists."""
    body = session.get_json(url, params, judge=judge)
    if not isinstance(body, list) or not all(isinstance(row, list) for row in body):
        raise RequestRefused(f"expected a list of rows, got {str(body)[:80]}", host=HOST, path=place(url)[1])
    return body


def cells(positions: Mapping[str, int]) -> list[str]:
    """The names of a row's cells up to the last position; those that are not read are named by their number."""
    names = {at: name for name, at in positions.items()}
    return [names.get(at, str(at)) for at in range(max(names) + 1)]
