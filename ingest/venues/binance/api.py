"""Binance's REST interfaces: the markets, how a question is sent, and what the error codes mean."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

from ingest.errors import Codes
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
