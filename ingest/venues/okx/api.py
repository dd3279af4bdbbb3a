"""OKX's v5 interface: the address, the envelope, and error codes, which come as text under HTTP 200."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingest.errors import Codes, UnknownCode
from ingest.feed import Request
from ingest.fetch.questions import Page, Question

HOST = "www.okx.com"
PAGE = 100  # rows; every endpoint used here takes it, some take more by now
# Codes about the whole venue that pass: 50001 unavailable for now, 50004 timeout, 50005 offline, 50011, 50040 and 50061
# too many requests, 50013 busy, 50026 a backend that failed, 51029 and 51030 while it settles.
PASSING = {"50001", "50004", "50005", "50011", "50013", "50026", "50040", "50061", "51029", "51030"}
# Codes about the question itself: its form (500xx, 51000, 51015, 51026), no permission (50030), no such instrument.
UNKNOWN = {"51001", "51002", "51014", "51027", "51087"}
FINAL = {"50000", "50002", "50006", "50014", "50015", "50016", "50024", "50025", "50030", "51000", "51015", "51026"}
CODES = Codes(PASSING, FINAL, UNKNOWN)


def url(path: str) -> str:
    return f"https://{HOST}/api/v5/{path}"


def judge(body: Any, host: str, path: str) -> None:  # noqa: ANN401 - whatever JSON came
    """Raise for a `code` other than "0". OKX sends errors with HTTP 200, and at times with another status."""
    if not isinstance(body, Mapping) or "code" not in body:
        raise UnknownCode(f"expected a code, got {str(body)[:80]}", host=host, path=path)
    code = str(body["code"])
    if code != "0":
        raise CODES.error(code, f"code {code}: {body.get('msg', '')}", host, path)


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
