"""OKX's v5 interface: the address, the envelope, error codes, which come under HTTP 200, and the list of contracts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ingest.errors import Codes, RequestRefused, UnknownCode
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


CONTRACTS = url("public/instruments")


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


def contracts(request: Request) -> Iterator[Mapping[str, object]]:
    """Yield the perpetual swaps as `ingest.listings` names their columns. Raises FeedUnavailable.

    `ctVal` is what one contract counts: coins of a linear, USD of an inverse one.
    """
    listed = request.session.get_json(CONTRACTS, {"instType": "SWAP"}, judge=judge).get("data")
    if not isinstance(listed, list) or not all(isinstance(one, Mapping) for one in listed):
        raise RequestRefused(f"expected a list of swaps, got {str(listed)[:80]}", host=HOST)
    for one in listed:
        base, _, quote = str(one.get("instId")).removesuffix("-SWAP").partition("-")
        is_linear = one.get("ctType") == "linear"
        yield {
            "symbol": one.get("instId"),
            "base_symbol": base,
            "quote_symbol": quote,
            "contract_type": one.get("ctType"),
            "listing_status": one.get("state"),
            "listed_ms": one.get("listTime"),
            "delivery_ms": one.get("expTime"),
            "base_per_contract": one.get("ctVal") if is_linear and one.get("ctValCcy") == base else None,
            "tick_size": one.get("tickSz"),
        }
