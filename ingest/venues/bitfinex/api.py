"""Bitfinex's v2 interface: its hosts, its error bodies, and rows that are lists without names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingest.errors import CHECK_SYMBOL, Transient
from ingest.feed import Request
from ingest.fetch.interface import Interface, Page, Question
from ingest.responses import Errors

# Codes about the question itself: a wrong parameter, keys and rights, no such channel. It comes with HTTP 500, too.
FINAL = {"10020", "10100", "10111", "10112", "10113", "10114", "10200", "10300", "10302"}


def asked_too_often(said: str, host: str, path: str) -> Transient:
    """The error when the limit is passed. The venue keeps refusing for a minute."""
    return Transient(said, host=host, path=path, retry_after=60.0)


ERRORS = Errors(
    "code",
    "message",
    passing={"20060"},  # maintenance
    final=FINAL,
    others={"11010": asked_too_often, "ERR_RATE_LIMIT": asked_too_often},
    advice=CHECK_SYMBOL,
)


def judge(body: Any, host: str, path: str) -> None:  # noqa: ANN401 - whatever JSON came
    """Raise for `["error", code, message]` and `{"error": code}`, with whatever HTTP status it comes."""
    if isinstance(body, Mapping) and "error" in body:
        body = ["error", body["error"], body.get("message")]
    if isinstance(body, list) and body[:1] == ["error"]:
        code, message = (*body[1:3], None, None)[:2]
        ERRORS({"code": code, "message": message}, host, path)


API = Interface("https://api-pub.bitfinex.com/v2", judge)


def ask_status(request: Request, question: Question) -> Page:
    """The rows of the status history. Those of the present have the symbol before the same cells, and lose it here."""
    page = API.ask(request, question)
    return Page([row[1:] if row and isinstance(row[0], str) else row for row in page.rows])


def cells(positions: Mapping[str, int]) -> list[str]:
    """The names of a row's cells up to the last position; those that are not read are named by their number."""
    names = {at: name for name, at in positions.items()}
    return [names.get(at, str(at)) for at in range(max(names) + 1)]
