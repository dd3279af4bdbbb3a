"""Coinalyze's answers in the simulated market: daily histories of each asset's linear and inverse perpetual.

Linear contracts count coins, inverse ones USD, liquidations as well. Today's bucket is partial.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ingest.sample.answers import Answer, BadParameterError, Question, integer, json_answer
from ingest.sample.instants import DAY_MS, FIVE_MINUTES_MS, start_of
from ingest.sample.market import AssetMarket, SimulatedMarket
from ingest.sample.story import AssetCode

Point = dict[str, float]

_MOST_SYMBOLS = 20
# The service takes seconds; a later value is milliseconds and finds nothing, without an error.
_MILLISECONDS_FROM = 10**11


@dataclass(frozen=True, slots=True)
class _Contract:
    code: AssetCode
    margin: Literal["linear", "inverse"]


CONTRACTS = {
    "BTCUSDT_PERP.A": _Contract("BTC", "linear"),
    "BTCUSD_PERP.A": _Contract("BTC", "inverse"),
    "ETHUSDT_PERP.A": _Contract("ETH", "linear"),
    "ETHUSD_PERP.A": _Contract("ETH", "inverse"),
}


def history(market: SimulatedMarket, question: Question) -> Answer:
    """api.coinalyze.net."""
    measure = _MEASURES.get(question.path.removeprefix("/v1/"))
    if measure is None or not question.path.startswith("/v1/"):
        return json_answer(404, {"message": "Not Found"})
    if not (question.headers.get("api_key") or question.parameters.get("api_key")):
        return json_answer(401, {"message": "Invalid/Missing API key"})
    try:
        return json_answer(200, _histories(market, question, measure))
    except BadParameterError as bad:
        return json_answer(400, {"message": f"Parameter '{bad.name}' {bad.message}"})


def _histories(market: SimulatedMarket, question: Question, measure: _Measure) -> list[dict[str, object]]:
    symbols = [symbol for symbol in question.parameters.get("symbols", "").split(",") if symbol]
    if not 1 <= len(symbols) <= _MOST_SYMBOLS:
        raise BadParameterError("symbols", f"takes 1 to {_MOST_SYMBOLS} symbols")
    if question.parameters.get("interval") != "daily":
        raise BadParameterError("interval", "is 'daily' in the simulated market")
    first, last = integer(question, "from"), integer(question, "to")
    if first is None or last is None:
        raise BadParameterError("from" if first is None else "to", "is required, in seconds")
    if first >= _MILLISECONDS_FROM:
        return []
    in_usd = question.parameters.get("convert_to_usd", "false").lower() == "true"
    found: list[dict[str, object]] = []
    for symbol in symbols:
        contract = CONTRACTS.get(symbol)
        if contract is None:
            continue  # An unknown symbol is left out, without an error.
        series = market.asset(contract.code)
        points = [
            {"t": start_of(day) // 1000, **point}
            for day in market.days_between(first * 1000, last * 1000)
            if first <= start_of(day) // 1000 <= last
            for point in measure(market, series, contract, day, in_usd)
        ]
        found.append({"symbol": symbol, "history": points})
    return found


def _open_interest(
    market: SimulatedMarket, series: AssetMarket, contract: _Contract, day: date, in_usd: bool
) -> list[Point]:
    inverse = contract.margin == "inverse"
    course = series.inverse_open_interest(day) if inverse else series.linear_open_interest(day)
    steps = range(min(len(course), (market.now_ms - start_of(day)) // FIVE_MINUTES_MS + 1))
    if in_usd and not inverse:
        price = series.perpetual_price(day)
        return [_ohlc([round(course[step] * price[step], 2) for step in steps])]
    return [_ohlc([course[step] for step in steps])]


def _liquidations(
    market: SimulatedMarket, series: AssetMarket, contract: _Contract, day: date, in_usd: bool
) -> list[Point]:
    state = series.days[day]
    if contract.margin == "linear":
        long_coin, short_coin = state.linear_long_coin, state.linear_short_coin
    else:
        long_coin, short_coin = state.inverse_long_coin, state.inverse_short_coin
    share = market.elapsed_share(day)
    if share == 0.0:
        return []  # A bucket without a liquidation is missing, not zero.
    price = state.perpetual_close_usd if in_usd or contract.margin == "inverse" else 1.0
    return [{"l": round(long_coin * share * price, 3), "s": round(short_coin * share * price, 3)}]


def _funding(market: SimulatedMarket, series: AssetMarket, contract: _Contract, day: date, in_usd: bool) -> list[Point]:
    """Percent per settlement interval: the settlements at 00, 08 and 16 o'clock of the bucket."""
    rates = [
        round(100 * (inverse if contract.margin == "inverse" else linear), 6)
        for settled_ms, linear, inverse in series.settlements(day)
        if settled_ms <= market.now_ms
    ]
    return [_ohlc(rates)] if rates else []


def _prices(market: SimulatedMarket, series: AssetMarket, contract: _Contract, day: date, in_usd: bool) -> list[Point]:
    bar = market.bars(contract.code, "perpetual", DAY_MS, start_of(day), start_of(day))[0]
    volume, bought = bar.volume, bar.taker_buy_volume
    if contract.margin == "inverse":
        # The coin-margined book is smaller, and its volume counts USD.
        scale = series.scale.inverse_share
        volume, bought = round(scale * bar.quote_volume, 2), round(scale * bar.taker_buy_quote_volume, 2)
    bought_trades = int(bar.trade_count * bar.taker_buy_volume / bar.volume) if bar.volume else 0
    return [
        {
            "o": bar.open,
            "h": bar.high,
            "l": bar.low,
            "c": bar.close,
            "v": volume,
            "bv": bought,
            "tx": bar.trade_count,
            "btx": bought_trades,
        }
    ]


def _ohlc(values: list[float]) -> Point:
    return {"o": values[0], "h": max(values), "l": min(values), "c": values[-1]}


_Measure = Callable[[SimulatedMarket, AssetMarket, _Contract, date, bool], list[Point]]
_MEASURES: dict[str, _Measure] = {
    "open-interest-history": _open_interest,
    "liquidation-history": _liquidations,
    "funding-rate-history": _funding,
    "ohlcv-history": _prices,
}
