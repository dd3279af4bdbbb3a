"""Binance's REST interfaces: the markets, what the error codes mean, how a question is sent, the list of contracts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

from ingest.errors import Codes, FeedUnavailable, RequestRefused
from ingest.feed import Request
from ingest.fetch.pages import OldestFirst, between
from ingest.fetch.questions import Page, Question

# Codes about the whole venue that pass: -1000 unknown error, -1001 disconnected, -1003 and -1015 too many requests,
# -1006 and -1007 no answer from a backend, -1008 overloaded, -1016 shutting down.
PASSING = {-1000, -1001, -1003, -1006, -1007, -1008, -1015, -1016}
UNKNOWN = {-1121, -1122, -4108, -4141, -4144}  # no such symbol or pair, or one that is not traded now
# About the question itself: -11xx its form, -20xx and -1002 keys, -4xxx its values.
FINAL = {*range(-1199, -1099), *range(-2099, -1999), *range(-4999, -3999), -1002, -1020, -1023}
CODES = Codes(PASSING, FINAL, UNKNOWN)
PAGES = partial(OldestFirst, between("startTime", "endTime"))  # both ends are sent: without endTime pages had gaps


class Market(NamedTuple):
    """A market: the host and root of its interface, how its klines are paged, and its folder among the archives."""

    host: str
    root: str
    klines: OldestFirst
    folder: str


SPOT = Market("data-api.binance.vision", "api/v3", PAGES(limit=1000), "spot")
USDT_MARGINED = Market("fapi.binance.com", "fapi/v1", PAGES(limit=1500), "futures/um")
# A window of more than 200 days is refused.
COIN_MARGINED = Market("dapi.binance.com", "dapi/v1", PAGES(limit=1500, longest=timedelta(days=200)), "futures/cm")
BY_PAIR = f"https://{COIN_MARGINED.host}/futures/data/openInterestHist"  # asked for by pair instead of symbol
CONTRACTS = f"https://{USDT_MARGINED.host}/{USDT_MARGINED.root}/exchangeInfo"
# Only contracts whose hours between settlements were ever changed; the others settle every eight hours.
INTERVALS = f"https://{USDT_MARGINED.host}/{USDT_MARGINED.root}/fundingInfo"
USUAL_HOURS = 8


def judge(body: Any, host: str, path: str) -> None:  # noqa: ANN401 - whatever JSON came
    """Raise for `{"code": ..., "msg": ...}`; Binance sends it with HTTP 4xx and 5xx, rarely with 200."""
    if isinstance(body, Mapping) and "code" in body:
        said = f"code {body['code']}: {body.get('msg', '')}"
        raise CODES.error(body["code"] if isinstance(body["code"], int) else 0, said, host, path)


def ask(request: Request, question: Question) -> Page:
    """The rows of one answer, oldest first. Raises RequestRefused when it is not a list of rows."""
    contract = {"symbol": question.instrument.symbol}
    if question.url == BY_PAIR:
        contract = {"pair": question.instrument.symbol.removesuffix("_PERP"), "contractType": "PERPETUAL"}
    asked = {**contract, **question.params}
    return Page(question.rows_in(request.session.get_json(question.url, asked, judge=judge)))


def contracts(request: Request) -> Iterator[Mapping[str, object]]:
    """Yield the USDT-margined contracts as `ingest.listings` names their columns. Raises FeedUnavailable."""
    body = request.session.get_json(CONTRACTS, judge=judge)
    listed = body.get("symbols") if isinstance(body, Mapping) else None
    if not isinstance(listed, list) or not all(isinstance(one, Mapping) for one in listed):
        raise RequestRefused(f"expected symbols, got {str(body)[:80]}", host=USDT_MARGINED.host)
    hours = _changed_intervals(request)
    for one in listed:
        filters = {f.get("filterType"): f for f in one.get("filters") or () if isinstance(f, Mapping)}
        symbol = one.get("symbol")
        yield {
            "symbol": symbol,
            "base_symbol": one.get("baseAsset"),
            "quote_symbol": one.get("quoteAsset"),
            "contract_type": one.get("contractType"),
            "listing_status": one.get("status"),
            "listed_ms": one.get("onboardDate"),
            "delivery_ms": one.get("deliveryDate"),
            "base_per_contract": 1,
            "tick_size": filters.get("PRICE_FILTER", {}).get("tickSize"),
            "funding_interval_hours": None if hours is None else hours.get(str(symbol), USUAL_HOURS),
        }


def _changed_intervals(request: Request) -> dict[str, object] | None:
    """The hours of the contracts whose interval was changed. None, with a note, when they cannot be fetched."""
    try:
        body = request.session.get_json(INTERVALS, judge=judge)
    except FeedUnavailable as error:
        request.notes.append(f"without the hours between settlements: {error}")
        return None
    rows = body if isinstance(body, list) else []
    return {str(row.get("symbol")): row.get("fundingIntervalHours") for row in rows if isinstance(row, Mapping)}
