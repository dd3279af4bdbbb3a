"""Binance's REST interfaces and archives: the markets, what the error codes mean, the list of contracts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import NamedTuple

from ingest.archives.series import is_month
from ingest.errors import FeedUnavailable
from ingest.feed import Request
from ingest.fetch.interface import Interface, Params, by, rows_at
from ingest.fetch.pages import OldestFirst, between
from ingest.instrument import Instrument
from ingest.listings import Contract
from ingest.responses import Errors
from ingest.windows import Window

# Codes about the whole venue that pass: -1000 unknown error, -1001 disconnected, -1003 and -1015 too many requests,
# -1006 and -1007 no answer from a backend, -1008 overloaded, -1016 shutting down.
PASSING = {"-1000", "-1001", "-1003", "-1006", "-1007", "-1008", "-1015", "-1016"}
UNKNOWN = {"-1121", "-1122", "-4108", "-4141", "-4144"}  # no such symbol or pair, or one that is not traded now
# About the question itself: -11xx its form, -20xx and -1002 keys, -4xxx its values.
FINAL = {str(-code) for code in (*range(1100, 1200), *range(2000, 2100), *range(4000, 5000), 1002, 1020, 1023)}
ERRORS = Errors("code", "msg", PASSING, FINAL, UNKNOWN)  # with HTTP 4xx and 5xx, rarely with 200
PAGES = partial(OldestFirst, between("startTime", "endTime"))  # both ends are sent: without endTime pages had gaps


ARCHIVES = "data.binance.vision"


class Market(NamedTuple):
    """A market: its interface, how its klines are paged, and its folder among the archives."""

    api: Interface
    klines: OldestFirst
    folder: str

    def files(self, kind: str) -> Callable[[str, Window], str]:
        """The paths of the archives of one kind (klines, metrics, fundingRate), by series and period."""

        def path(series: str, window: Window) -> str:
            symbol, _, interval = series.partition("/")
            cadence, period = ("monthly", "%Y-%m") if is_month(window) else ("daily", "%Y-%m-%d")
            name = f"{symbol}-{interval or kind}-{window.start:{period}}.zip"
            return f"data/{self.folder}/{cadence}/{kind}/{series}/{name}"

        return path


def by_pair(instrument: Instrument) -> Params:
    """A perpetual, as the statistics of coin-margined contracts name it."""
    return {"pair": instrument.symbol.removesuffix("_PERP"), "contractType": "PERPETUAL"}


def interface(root: str) -> Interface:
    """An interface that names the contract by its symbol."""
    return Interface(f"https://{root}", ERRORS, by("symbol"))


SPOT = Market(interface("data-api.binance.vision/api/v3"), PAGES(limit=1000), "spot")
USDT_MARGINED = Market(interface("fapi.binance.com/fapi/v1"), PAGES(limit=1500), "futures/um")
# A window of more than 200 days is refused.
COIN_MARGINED = Market(
    interface("dapi.binance.com/dapi/v1"), PAGES(limit=1500, longest=timedelta(days=200)), "futures/cm"
)
USDT_STATISTICS = interface("fapi.binance.com/futures/data")
COIN_STATISTICS = Interface("https://dapi.binance.com/futures/data", ERRORS, by_pair)
CONTRACTS = USDT_MARGINED.api.url("exchangeInfo")
# Only contracts whose hours between settlements were ever changed; the others settle every eight hours.
INTERVALS = USDT_MARGINED.api.url("fundingInfo")
USUAL_HOURS = 8


def contracts(request: Request) -> Iterator[Contract]:
    """Yield the USDT-margined contracts with the hours between their settlements. Raises FeedUnavailable.

    When the hours cannot be fetched, there are none, and a note says so.
    """
    listed = rows_at("symbols", request.session.get_json(CONTRACTS, judge=ERRORS), CONTRACTS, dict)
    hours: dict[str, object] | None = None
    try:
        body = request.session.get_json(INTERVALS, judge=ERRORS)
    except FeedUnavailable as error:
        request.notes.append(f"without the hours between settlements: {error}")
    else:
        changed = [row for row in body if isinstance(row, Mapping)] if isinstance(body, list) else []
        hours = {str(row.get("symbol")): row.get("fundingIntervalHours") for row in changed}
    for one in listed:
        every = None if hours is None else hours.get(str(one.get("symbol")), USUAL_HOURS)
        yield {**one, "fundingIntervalHours": every}


def tick_size(contract: Contract) -> object:
    """The smallest step of a price."""
    filters = {f.get("filterType"): f for f in contract.get("filters") or () if isinstance(f, Mapping)}
    return filters.get("PRICE_FILTER", {}).get("tickSize")
