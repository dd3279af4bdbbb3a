"""Hyperliquid's interface: every question is a POST to one address, and errors come without a code.

A question that the venue cannot read is answered with HTTP 422 and plain text, one about an unknown coin with `null`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ingest.errors import CHECK_SYMBOL, RequestRefused
from ingest.feed import Request
from ingest.fetch.questions import Page, Question

HOST = "api.hyperliquid.xyz"
URL = f"https://{HOST}/info"


def ask(request: Request, question: Question) -> Page:
    """The rows of one answer about a coin. Raises RequestRefused when it is no list of rows."""
    asked = {"coin": question.instrument.symbol, **question.params}
    kind = asked.pop("type")
    nested = {"req": asked} if kind == "candleSnapshot" else asked
    body = request.session.post_json(question.url, {"type": kind, **nested})
    if not isinstance(body, list) or not all(isinstance(row, question.row) for row in body):
        what = f"{kind}: expected a list of rows, got {str(body)[:80]}"
        raise RequestRefused(what, host=HOST, path="/info", advice=CHECK_SYMBOL)
    return Page(body)


def contracts(request: Request) -> Iterator[Mapping[str, object]]:
    """Yield the perpetuals as `ingest.listings` names their columns. Raises FeedUnavailable.

    A delisted one stays in the list, marked; there are no days.
    """
    body = request.session.post_json(URL, {"type": "meta"})
    listed = body.get("universe") if isinstance(body, Mapping) else None
    if not isinstance(listed, list) or not all(isinstance(one, Mapping) for one in listed):
        raise RequestRefused(f"expected a universe, got {str(body)[:80]}", host=HOST, path="/info")
    for one in listed:
        yield {
            "symbol": one.get("name"),
            "base_symbol": one.get("name"),
            "quote_symbol": "USDC",
            "contract_type": "linear",
            "listing_status": "delisted" if one.get("isDelisted") else "live",
            "base_per_contract": 1,
            "funding_interval_hours": 1,
        }
