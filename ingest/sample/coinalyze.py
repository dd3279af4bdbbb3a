"""Coinalyze's answers in the simulated market: histories of each asset's linear and inverse perpetual, by day or hour.

Linear contracts count coins, inverse ones USD, liquidations as well. The bucket of now is partial.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Literal

from ingest.sample.answers import Answer, BadParameterError, Question, integer, json_answer
from ingest.sample.followers import FOLLOWERS
from ingest.sample.instants import DAY_MS, FIVE_MINUTES_MS, HOUR_MS, start_of
from ingest.sample.market import AssetMarket, SimulatedMarket
from ingest.sample.path import Bar

Point = dict[str, float]

_MOST_SYMBOLS = 20
# The service takes seconds; a later value is milliseconds and finds nothing, without an error.
_MILLISECONDS_FROM = 10**11


@dataclass(frozen=True, slots=True)
class _Contract:
    code: str
    margin: Literal["linear", "inverse"]


CONTRACTS = {
    "BTCUSDT_PERP.A": _Contract("BTC", "linear"),
    "BTCUSD_PERP.A": _Contract("BTC", "inverse"),
    "ETHUSDT_PERP.A": _Contract("ETH", "linear"),
    "ETHUSD_PERP.A": _Contract("ETH", "inverse"),
}
FURTHER_CONTRACTS = {f"{one.symbol}_PERP.A": _Contract(one.code, "linear") for one in FOLLOWERS.values()}


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
    by_the_hour = question.parameters.get("interval") == "1hour"
    if by_the_hour and measure in _HOURLY:
        measure = _HOURLY[measure]
    elif question.parameters.get("interval") != "daily":
        raise BadParameterError("interval", "is 'daily' in the simulated market, of some series '1hour' as well")
    first, last = integer(question, "from"), integer(question, "to")
    if first is None or last is None:
        raise BadParameterError("from" if first is None else "to", "is required, in seconds")
    if first >= _MILLISECONDS_FROM:
        return []
    in_usd = question.parameters.get("convert_to_usd", "false").lower() == "true"
    found: list[dict[str, object]] = []
    for symbol in symbols:
        contract = CONTRACTS.get(symbol) or FURTHER_CONTRACTS.get(symbol)
        if contract is None:
            continue  # An unknown symbol is left out, without an error.
        series = market.asset(contract.code)
        points = [
            {"t": opened, **point}
            for day in market.days_between(contract.code, first * 1000, last * 1000)
            for hour, point in enumerate(measure(market, series, contract, day, in_usd))
            if first <= (opened := (start_of(day) + hour * HOUR_MS) // 1000) <= last
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


def _hourly_open_interest(
    market: SimulatedMarket, series: AssetMarket, contract: _Contract, day: date, in_usd: bool
) -> list[Point]:
    inverse = contract.margin == "inverse"
    course = series.inverse_open_interest(day) if inverse else series.linear_open_interest(day)
    price = [1.0] * len(course) if inverse or not in_usd else series.perpetual_price(day)
    last = min(len(course) - 1, (market.now_ms - start_of(day)) // FIVE_MINUTES_MS)
    values = [course[step] * price[step] for step in range(last + 1)]
    # An hour has 12 steps, and the value at its end is also the first one of the next hour.
    return [_ohlc(values[first : first + 13]) for first in range(0, min(len(values), 288), 12)]


def _hourly_liquidations(
    market: SimulatedMarket, series: AssetMarket, contract: _Contract, day: date, in_usd: bool
) -> list[Point]:
    """The day's sums spread over its hours by how far the price moved in each; the hours add up to the day."""
    state = series.days[day]
    linear = contract.margin == "linear"
    long_coin = state.linear_long_coin if linear else state.inverse_long_coin
    short_coin = state.linear_short_coin if linear else state.inverse_short_coin
    price = state.perpetual_close_usd if in_usd or not linear else 1.0
    hours = series.hours("perpetual", day)
    moved = list(accumulate((bar.high - bar.low) / bar.open for bar in hours))
    sums = [
        [0.0, *(round(coin * price * so_far / moved[-1], 3) for so_far in moved)] for coin in (long_coin, short_coin)
    ]
    begun = [bar for bar in hours if bar.open_at_ms <= market.now_ms]
    return [
        {
            side: round(_share_of_hour(market, bar) * (of_side[hour + 1] - of_side[hour]), 3)
            for side, of_side in zip("ls", sums, strict=True)
        }
        for hour, bar in enumerate(begun)
    ]


def _share_of_hour(market: SimulatedMarket, bar: Bar) -> float:
    """How much of an hour that has begun has passed at now, 0..1."""
    return min((market.now_ms - bar.open_at_ms) / HOUR_MS, 1.0)


def _funding(market: SimulatedMarket, series: AssetMarket, contract: _Contract, day: date, in_usd: bool) -> list[Point]:
    """Percent per settlement interval: the settlements at 00, 08 and 16 o'clock of the bucket."""
    rates = [
        round(100 * (inverse if contract.margin == "inverse" else linear), 6)
        for settled_ms, linear, inverse in series.settlements(day)
        if settled_ms <= market.now_ms
    ]
    return [_ohlc(rates)] if rates else []


def _prices(market: SimulatedMarket, series: AssetMarket, contract: _Contract, day: date, in_usd: bool) -> list[Point]:
    return _bars(market, series, contract, day, DAY_MS)


def _hourly_prices(
    market: SimulatedMarket, series: AssetMarket, contract: _Contract, day: date, in_usd: bool
) -> list[Point]:
    return _bars(market, series, contract, day, HOUR_MS)


def _bars(market: SimulatedMarket, series: AssetMarket, contract: _Contract, day: date, step_ms: int) -> list[Point]:
    """The bars of a day. The coin-margined book is smaller, and its volume counts USD."""
    points = []
    for bar in market.bars(contract.code, "perpetual", step_ms, start_of(day), start_of(day) + DAY_MS - 1):
        volume, bought = bar.volume, bar.taker_buy_volume
        if contract.margin == "inverse":
            scale = series.scale.inverse_share
            volume, bought = round(scale * bar.quote_volume, 2), round(scale * bar.taker_buy_quote_volume, 2)
        bought_trades = int(bar.trade_count * bar.taker_buy_volume / bar.volume) if bar.volume else 0
        points.append(
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
        )
    return points


def _ohlc(values: list[float]) -> Point:
    return {"o": values[0], "h": max(values), "l": min(values), "c": values[-1]}


_Measure = Callable[[SimulatedMarket, AssetMarket, _Contract, date, bool], list[Point]]
_MEASURES: dict[str, _Measure] = {
    "open-interest-history": _open_interest,
    "liquidation-history": _liquidations,
    "funding-rate-history": _funding,
    "ohlcv-history": _prices,
}
_HOURLY: dict[_Measure, _Measure] = {
    _open_interest: _hourly_open_interest,
    _liquidations: _hourly_liquidations,
    _prices: _hourly_prices,
}
