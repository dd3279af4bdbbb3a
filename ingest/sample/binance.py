"""Binance's REST answers in the simulated market: spot and USDT-M klines, funding, open-interest history.

``vision`` has the bulk archives. The symbols and klines that both use are here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from ingest.sample.answers import Answer, BadParameterError, Question, integer, json_answer
from ingest.sample.followers import FOLLOWERS, QUOTE, scale_of
from ingest.sample.instants import DAY_MS, FIVE_MINUTES_MS, HOUR_MS, start_of
from ingest.sample.market import MarketKind, SimulatedMarket
from ingest.sample.path import Bar
from ingest.sample.story import ASSETS, FIRST_DAY, AssetScale

SYMBOLS = {"BTCUSDT": "BTC", "ETHUSDT": "ETH"}
PERPETUALS = {**SYMBOLS, **{one.symbol: one.code for one in FOLLOWERS.values()}}
INTERVALS_MS = {"1h": HOUR_MS, "1d": DAY_MS}
# openInterestHist keeps no more than 30 days.
_OPEN_INTEREST_RETENTION_MS = 30 * DAY_MS
_NO_DELIVERY_MS = 4133404800000  # what the list has for a perpetual without an end: 2100-12-25

Row = TypeVar("Row")


class _RefusedError(Exception):
    """The venue's own refusal, HTTP 400 with a code and a message."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message


def spot_rest(market: SimulatedMarket, question: Question) -> Answer:
    """data-api.binance.vision."""
    return _routed(question, {"/api/v3/klines": lambda: _klines(market, question, "spot", most=1000)})


def usd_margined_rest(market: SimulatedMarket, question: Question) -> Answer:
    """fapi.binance.com."""
    routes = {
        "/fapi/v1/exchangeInfo": lambda: _contracts(market),
        "/fapi/v1/fundingInfo": lambda: json_answer(200, []),
        "/fapi/v1/klines": lambda: _klines(market, question, "perpetual", most=1500),
        "/fapi/v1/fundingRate": lambda: _funding(market, question),
        "/futures/data/openInterestHist": lambda: _open_interest(market, question),
    }
    return _routed(question, routes)


def shown_decimals(market: SimulatedMarket, code: str, kind: MarketKind) -> int:
    """How many decimals the prices of a kline have."""
    return 8 if kind == "spot" else max(2, market.asset(code).scale.perpetual_decimals)


def kline_fields(bar: Bar, market: MarketKind, step_ms: int, price: int) -> list[int | str]:
    """The twelve fields of a kline: numbers for times and the trade count, decimal strings for the rest.

    ``price`` is the number of decimals of the prices.
    """
    volume, quote = (8, 8) if market == "spot" else (3, 5)
    return [
        bar.open_at_ms,
        f"{bar.open:.{price}f}",
        f"{bar.high:.{price}f}",
        f"{bar.low:.{price}f}",
        f"{bar.close:.{price}f}",
        f"{bar.volume:.{volume}f}",
        bar.open_at_ms + step_ms - 1,
        f"{bar.quote_volume:.{quote}f}",
        bar.trade_count,
        f"{bar.taker_buy_volume:.{volume}f}",
        f"{bar.taker_buy_quote_volume:.{quote}f}",
        "0",
    ]


def settlements(market: SimulatedMarket, code: str, first_ms: int, last_ms: int) -> list[tuple[int, float, float]]:
    """(calculation time, rate, mark price) within [first_ms, last_ms] and not after now, ascending.

    The time comes some milliseconds after the full hour, as the venue publishes it.
    """
    series = market.asset(code)
    found = []
    for day in market.days_between(code, first_ms, last_ms):
        for settled_ms, rate, _ in series.settlements(day):
            # Any spread does that depends on nothing but the settlement.
            calculated_ms = settled_ms + settled_ms // HOUR_MS * 7 % 13
            if first_ms <= calculated_ms <= last_ms and settled_ms <= market.now_ms:
                mark = series.perpetual_price(day)[(settled_ms - start_of(day)) // FIVE_MINUTES_MS]
                found.append((calculated_ms, rate, mark))
    return found


def _routed(question: Question, routes: Mapping[str, Callable[[], Answer]]) -> Answer:
    route = routes.get(question.path)
    if route is None:
        return json_answer(404, {"code": -5000, "msg": f"Path {question.path}, Method GET is invalid"})
    try:
        return route()
    except _RefusedError as refused:
        return json_answer(400, {"code": refused.code, "msg": refused.message})
    except BadParameterError as bad:
        legal = f"Illegal characters found in parameter '{bad.name}'; legal range is '^[0-9]{{1,20}}$'."
        return json_answer(400, {"code": -1100, "msg": legal})


def _contracts(market: SimulatedMarket) -> Answer:
    """The list of contracts: the perpetuals that were listed by now. A delisted one stays in it, settled."""
    listed = [
        _contract(symbol, symbol.removesuffix(QUOTE), ASSETS[code], FIRST_DAY) for symbol, code in SYMBOLS.items()
    ]
    for follower in FOLLOWERS.values():
        ended = None if follower.delisted is None else start_of(follower.delisted) + DAY_MS
        if ended is not None and market.now_ms < ended:
            ended = None
        listed.append(_contract(follower.symbol, follower.base, scale_of(follower), follower.listed, ended))
    known = [one for one in listed if one["onboardDate"] <= market.now_ms]
    return json_answer(200, {"timezone": "UTC", "symbols": known})


def _contract(symbol: str, base: str, scale: AssetScale, listed: date, ended_ms: int | None = None) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "contractType": "PERPETUAL",
        "deliveryDate": _NO_DELIVERY_MS if ended_ms is None else ended_ms,
        "onboardDate": start_of(listed),
        "status": "TRADING" if ended_ms is None else "SETTLING",
        "baseAsset": base,
        "quoteAsset": QUOTE,
        "filters": [{"filterType": "PRICE_FILTER", "tickSize": f"{10.0**-scale.perpetual_decimals:g}"}],
    }


def _klines(market: SimulatedMarket, question: Question, kind: MarketKind, most: int) -> Answer:
    code = _asset(question, SYMBOLS if kind == "spot" else PERPETUALS)
    step_ms = INTERVALS_MS.get(_required(question, "interval"))
    if step_ms is None:
        raise _RefusedError(-1120, "Invalid interval.")
    limit = _limit(question, 500, most)
    bars = market.bars(code, kind, step_ms, *_window(market, question, limit * step_ms))
    bars = _page(bars, question, limit)
    return json_answer(200, [kline_fields(bar, kind, step_ms, shown_decimals(market, code, kind)) for bar in bars])


def _funding(market: SimulatedMarket, question: Question) -> Answer:
    code = _asset(question, PERPETUALS)
    limit = _limit(question, 100, most=1000)
    rows = settlements(market, code, *_window(market, question, (limit + 1) * 8 * HOUR_MS))
    payload = [
        {
            "symbol": question.parameters["symbol"],
            "fundingTime": calculated_ms,
            "fundingRate": f"{rate:.8f}",
            "markPrice": f"{mark:.8f}",
        }
        for calculated_ms, rate, mark in _page(rows, question, limit)
    ]
    return json_answer(200, payload)


def _open_interest(market: SimulatedMarket, question: Question) -> Answer:
    code = _asset(question, PERPETUALS)
    if _required(question, "period") != "5m":
        raise _RefusedError(-1130, "parameter 'period' is invalid.")
    oldest_ms = market.now_ms - _OPEN_INTEREST_RETENTION_MS
    started = integer(question, "startTime")
    if started is not None and started < oldest_ms:
        raise _RefusedError(-1130, "parameter 'startTime' is invalid.")
    limit = _limit(question, 30, most=500)
    first_ms, last_ms = _window(market, question, limit * FIVE_MINUTES_MS)
    rows = market.open_interest(code, max(first_ms, oldest_ms), last_ms)
    payload = [
        {
            "symbol": question.parameters["symbol"],
            "sumOpenInterest": f"{coin:.8f}",
            "sumOpenInterestValue": f"{usd:.8f}",
            "CMCCirculatingSupply": f"{market.asset(code).scale.supply_coin:.8f}",
            "timestamp": instant_ms,
        }
        for instant_ms, coin, usd in _page(rows, question, limit)
    ]
    return json_answer(200, payload)


def _required(question: Question, name: str) -> str:
    value = question.parameters.get(name, "")
    if value == "":
        raise _RefusedError(-1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")
    return value


def _asset(question: Question, symbols: Mapping[str, str]) -> str:
    code = symbols.get(_required(question, "symbol"))
    if code is None:
        raise _RefusedError(-1121, "Invalid symbol.")
    return code


def _window(market: SimulatedMarket, question: Question, latest_ms: int) -> tuple[int, int]:
    """startTime and endTime, both inclusive; without a start as much as the latest page can hold."""
    first_ms, last_ms = integer(question, "startTime"), integer(question, "endTime")
    last_ms = market.now_ms if last_ms is None else min(last_ms, market.now_ms)
    return (max(0, last_ms - latest_ms) if first_ms is None else first_ms), last_ms


def _limit(question: Question, default: int, most: int) -> int:
    limit = integer(question, "limit")
    if limit == 0:
        raise _RefusedError(-1130, "parameter 'limit' is invalid.")
    return min(default if limit is None else limit, most)


def _page(rows: list[Row], question: Question, limit: int) -> list[Row]:
    """From startTime on when it is given, else the latest; ascending either way."""
    return rows[:limit] if integer(question, "startTime") is not None else rows[-limit:]
