"""Bybit's v5 interface: the address, the envelope, the error codes, the lists of contracts, and the category.

The category decides the units, and is the margin type of the instrument: linear contracts count in coins, inverse ones
in USD.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from ingest.errors import CHECK_SYMBOL, Banned, CatalogueBroken, Codes, GeoBlocked, RequestRefused, UnknownCode
from ingest.feed import Request
from ingest.fetch.questions import Page, Params, Question
from ingest.instrument import Instrument
from ingest.responses import place

HOST = "api.bybit.com"
# Codes about the whole venue that pass: 10006, 10018 and 10429 too many requests, 10000, 10016, 131200 and 131201 a
# backend that timed out or failed, 170007 no answer from it.
PASSING = {"10000", "10006", "10016", "10018", "10429", "131200", "131201", "170007"}
UNKNOWN, BANNED, NOT_HERE = {"10001", "10029", "170121"}, "10009", "10024"
FINAL = {"10002", "10003", "10004", "10005", "10007", "10008", "10010", "10017"}  # keys, rights, no such address
CODES = Codes(PASSING, FINAL, UNKNOWN)


def url(path: str) -> str:
    return f"https://{HOST}/v5/market/{path}"


CONTRACTS = url("instruments-info")
MOST_PAGES = 20  # of one of the lists; a venue that repeats itself is refused


def judge(body: Any, host: str, path: str) -> None:  # noqa: ANN401 - whatever JSON came
    """Raise for a `retCode` other than 0. Bybit sends errors with HTTP 200."""
    if not isinstance(body, Mapping) or "retCode" not in body:
        raise UnknownCode(f"expected a retCode, got {str(body)[:80]}", host=host, path=path)
    code, said = str(body["retCode"]), f"retCode {body['retCode']}: {body.get('retMsg', '')}"
    if code == BANNED:
        raise Banned(said, host=host, advice="wait some hours and ask more slowly")
    if code == NOT_HERE:
        raise GeoBlocked(said, host=host, advice="other venues cover for it")
    if code != "0":
        raise CODES.error(code, said, host, path)


def ask(request: Request, question: Question) -> Page:
    """The rows of one answer, newest first, and the cursor of the next page if there is one.

    Raises RequestRefused when the answer has another shape or is about another contract: the units depend on it.
    """
    contract = {"category": category(question.instrument), "symbol": question.instrument.symbol}
    body = request.session.get_json(question.url, {**contract, **question.params}, judge=judge)
    result = body.get("result")
    found = result if isinstance(result, Mapping) else {}
    rows = question.rows_in(found.get("list"))
    for field, expected in contract.items():
        named = (one for one in (found, *rows) if isinstance(one, Mapping) and field in one)
        if other := {str(one[field]) for one in named} - {expected}:
            raise question.refused(f"asked for the {field} {expected}, got {', '.join(sorted(other))[:80]}")
    # The cursor comes percent-encoded, and sending it encodes it once more.
    return Page(rows, unquote(str(found.get("nextPageCursor") or "")))


def listed(request: Request, address: str, params: Params) -> tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]:
    """The result of an answer about a whole category, and its list of contracts.

    Raises RequestRefused when the answer has another shape or is about another category.
    """
    result = request.session.get_json(address, params, judge=judge).get("result")
    found = result if isinstance(result, Mapping) else {}
    contracts = found.get("list")
    if not isinstance(contracts, list) or not all(isinstance(one, Mapping) for one in contracts):
        raise refused(address, f"expected a list of contracts, got {str(result)[:80]}")
    if (other := found.get("category", params["category"])) != params["category"]:
        raise refused(address, f"asked for the category {params['category']}, got {str(other)[:80]}")
    return found, contracts


def refused(address: str, what: str) -> RequestRefused:
    """The error for an answer of this address that cannot be used."""
    host, path = place(address)
    return RequestRefused(what, host=host, path=path, advice=CHECK_SYMBOL)


def category(instrument: Instrument) -> str:
    """`linear` or `inverse`. Raises CatalogueBroken for an instrument that is no perpetual."""
    if instrument.margin_type is None:
        raise CatalogueBroken(
            f"Bybit's feeds are of perpetuals, {instrument.symbol} is {instrument.market}",
            advice="give it a margin type, or take it out of the catalogue",
        )
    return instrument.margin_type


def contracts(request: Request) -> Iterator[Mapping[str, object]]:
    """Yield the contracts as `ingest.listings` names their columns. Raises FeedUnavailable."""
    for margin_type in ("linear", "inverse"):
        cursor = ""
        for _ in range(MOST_PAGES):
            asked: dict[str, str | int] = {"category": margin_type, "limit": 1000}
            if cursor:
                asked["cursor"] = cursor
            result, found = listed(request, CONTRACTS, asked)
            yield from map(_contract, found)
            cursor = unquote(str(result.get("nextPageCursor") or ""))
            if not cursor:
                break
        else:
            raise refused(CONTRACTS, f"more than {MOST_PAGES} pages of {margin_type} contracts")


def _contract(one: Mapping[str, object]) -> Mapping[str, object]:
    prices = one.get("priceFilter")
    minutes = one.get("fundingInterval")
    return {
        "symbol": one.get("symbol"),
        "base_symbol": one.get("baseCoin"),
        "quote_symbol": one.get("quoteCoin"),
        "contract_type": one.get("contractType"),
        "listing_status": one.get("status"),
        "listed_ms": one.get("launchTime"),
        "delivery_ms": None if one.get("deliveryTime") in ("0", 0) else one.get("deliveryTime"),
        "base_per_contract": 1 if str(one.get("contractType")).startswith("Linear") else None,
        "tick_size": prices.get("tickSize") if isinstance(prices, Mapping) else None,
        "funding_interval_hours": minutes / 60 if isinstance(minutes, int) and minutes else None,
    }
