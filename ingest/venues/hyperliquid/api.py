"""Hyperliquid's interface: the address, how questions nest, the states of all coins, and the list of perpetuals.

Every question is a POST to one address, and errors come without a code: a question that the venue cannot read is
answered with HTTP 422 and plain text, one about an unknown coin with `null`.
"""

from __future__ import annotations

from ingest.errors import CHECK_SYMBOL
from ingest.feed import Request
from ingest.fetch.interface import Interface, Page, Question, refused, rows_at
from ingest.listings import Contract

API = Interface("https://api.hyperliquid.xyz")
URL = API.url("info")


def ask(request: Request, question: Question) -> Page:
    """The rows of one answer about a coin. Raises RequestRefused when it is no list of rows."""
    asked = {"coin": question.instrument.symbol, **question.params}
    kind = asked.pop("type")
    nested = {"req": asked} if kind == "candleSnapshot" else asked
    body = request.session.post_json(question.url, {"type": kind, **nested})
    if not isinstance(body, list) or not all(isinstance(row, question.row) for row in body):
        raise refused(URL, f"{kind}: expected a list of rows, got {str(body)[:80]}", CHECK_SYMBOL)
    return Page(body)


def ask_states(request: Request, question: Question) -> Page:
    """The state of every coin with its name. They come as two lists, of coins and of states, in the same order.

    Raises RequestRefused when the lists are not equally long.
    """
    body = request.session.post_json(question.url, {"type": "metaAndAssetCtxs"})
    try:
        meta, states = body
        coins = [coin.get("name") for coin in meta["universe"]]
        return Page([{**state, "name": str(coin)} for coin, state in zip(coins, states, strict=True)])
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise refused(URL, f"expected coins and their state, got {str(body)[:80]}") from error


def perpetuals(request: Request) -> list[Contract]:
    """The list of perpetuals. A delisted one stays in it, marked; there are no days. Raises FeedUnavailable."""
    return rows_at("universe", request.session.post_json(URL, {"type": "meta"}), URL, dict, "a universe")
