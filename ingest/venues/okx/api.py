"""OKX's v5 interface: the address, the envelope, and error codes, which come as text under HTTP 200."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingest.errors import RequestRefused, Transient
from ingest.feed import Request
from ingest.fetch.questions import Page, Question

HOST = "www.okx.com"
PAGE = 100  # rows; every endpoint used here takes it, some take more by now
# 50011 too many requests, 50004 timeout, 50013 busy, 50026 a backend that failed: worth another attempt.
PASSING = {"50004", "50011", "50013", "50026"}
UNKNOWN = "51001"


def url(path: str) -> str:
    return f"https://{HOST}/api/v5/{path}"


def judge(body: Any, host: str, path: str) -> None:  # noqa: ANN401 - whatever JSON came
    """Raise for a `code` other than "0". OKX sends errors with HTTP 200, and at times with another status."""
    if not isinstance(body, Mapping) or "code" not in body:
        raise RequestRefused(f"expected a code, got {str(body)[:80]}", host=host, path=path)
    code = str(body["code"])
    said = f"code {code}: {body.get('msg', '')}"
    if code in PASSING:
        raise Transient(said, host=host, path=path)
    if code != "0":
        raise RequestRefused(
            said, host=host, path=path, advice="check the symbol in the catalogue" if code == UNKNOWN else ""
        )


def ask(request: Request, question: Question) -> Page:
    """The rows of one answer about one instrument, newest first.

    Raises RequestRefused when it has another shape or is about another instrument.
    """
    symbol = question.instrument.symbol
    body = request.session.get_json(question.url, {"instId": symbol, **question.params}, judge=judge)
    rows = question.rows_in(body.get("data"))
    named = {str(row["instId"]) for row in rows if isinstance(row, Mapping) and "instId" in row}
    if other := named - {symbol}:
        raise question.refused(f"asked for {symbol}, got {', '.join(sorted(other))[:80]}")
    return Page(rows)
