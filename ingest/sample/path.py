"""How a simulated day gets from its open to its close: hourly bars and five-minute open interest.

Every function takes one ``Day`` and draws from that day's generator, so a day needs none of its neighbours.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

from ingest.sample import noise
from ingest.sample.daily import Day
from ingest.sample.instants import HOUR_MS, start_of
from ingest.sample.story import AssetScale, Extreme

FIVE_MINUTES_PER_DAY = 288

# Traded volume by hour of the day, UTC; the mean is 1. European morning and New York open stand out.
_VOLUME_BY_HOUR = (
    0.90, 0.80, 0.75, 0.70, 0.65, 0.65, 0.75, 0.90, 1.00, 1.00, 0.95, 0.95,
    1.10, 1.40, 1.70, 1.60, 1.40, 1.20, 1.10, 1.00, 1.00, 0.95, 0.80, 0.75,
)  # fmt: skip
_PERPETUAL_TO_SPOT_VOLUME = 7.0
_SQUARE_ROOT_OF_24 = 4.898979485566356
# A day whose closes hardly move still trades in a range of about a percent.
_LEAST_DAILY_VOLATILITY = 0.008


class Bar(NamedTuple):
    """One kline; volumes in coins, quote volumes in USDT."""

    open_at_ms: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    quote_volume: float
    trade_count: int
    taker_buy_volume: float
    taker_buy_quote_volume: float


def spot_hours(day: Day, scale: AssetScale, rng: random.Random) -> list[Bar]:
    """24 hourly spot bars from the previous close to the day's close that touch its scripted extremes."""
    low, high = day.episode.low, day.episode.high
    prices = [round(day.open_usd * (1.0 + move), scale.spot_decimals) for move in _hourly_moves(day, rng)]
    prices[0], prices[24] = day.open_usd, day.close_usd
    sigma = _hourly_volatility(day)
    bars = []
    for hour in range(24):
        opened, closed = prices[hour], prices[hour + 1]
        top = round(max(opened, closed) * (1.0 + 0.6 * sigma * abs(noise.normal(rng))), scale.spot_decimals)
        bottom = round(min(opened, closed) * (1.0 - 0.6 * sigma * abs(noise.normal(rng))), scale.spot_decimals)
        if low is not None and high is not None and day.low_move is not None and day.high_move is not None:
            floor = round(day.open_usd * (1.0 + day.low_move), scale.spot_decimals)
            ceiling = round(day.open_usd * (1.0 + day.high_move), scale.spot_decimals)
            bottom = floor if hour == low.hour else max(bottom, floor)
            top = ceiling if hour == high.hour else min(top, ceiling)
        bars.append(_traded(day, hour, (opened, top, bottom, closed), scale.spot_volume_coin, 5, 8, rng))
    return bars


def perpetual_hours(day: Day, scale: AssetScale, spot: Sequence[Bar], rng: random.Random) -> list[Bar]:
    """24 hourly bars of the perpetual: the spot path plus a small basis that meets both closes."""
    decimals = scale.perpetual_decimals
    first = day.perpetual_open_usd / day.open_usd - 1.0
    last = day.perpetual_close_usd / day.close_usd - 1.0
    swing = noise.bridge(rng, 24, 0.00003)
    bases = [first + (last - first) * i / 24 + swing[i] for i in range(25)]
    closes = [round(bar.close * (1.0 + bases[i + 1]), decimals) for i, bar in enumerate(spot)]
    closes[23] = day.perpetual_close_usd
    bars = []
    for hour, bar in enumerate(spot):
        opened = closes[hour - 1] if hour else day.perpetual_open_usd
        top = max(opened, closes[hour], round(bar.high * (1.0 + bases[hour]), decimals))
        bottom = min(opened, closes[hour], round(bar.low * (1.0 + bases[hour]), decimals))
        volume = scale.spot_volume_coin * _PERPETUAL_TO_SPOT_VOLUME
        bars.append(_traded(day, hour, (opened, top, bottom, closes[hour]), volume, 3, 5, rng))
    return bars


def joined(bars: Sequence[Bar]) -> Bar:
    """One longer bar out of consecutive ones, as a venue's 1d bar is made of its 1h bars."""
    return Bar(
        bars[0].open_at_ms,
        bars[0].open,
        max(bar.high for bar in bars),
        min(bar.low for bar in bars),
        bars[-1].close,
        round(sum(bar.volume for bar in bars), 5),
        round(sum(bar.quote_volume for bar in bars), 8),
        sum(bar.trade_count for bar in bars),
        round(sum(bar.taker_buy_volume for bar in bars), 5),
        round(sum(bar.taker_buy_quote_volume for bar in bars), 8),
    )


def forming(bar: Bar, elapsed: float, price_decimals: int) -> Bar:
    """A bar of which only the share ``elapsed`` (0..1) has passed: what a venue shows before the close."""

    def reached(final: float) -> float:
        return round(bar.open + (final - bar.open) * elapsed, price_decimals)

    return Bar(
        bar.open_at_ms,
        bar.open,
        reached(bar.high),
        reached(bar.low),
        reached(bar.close),
        round(bar.volume * elapsed, 3),
        round(bar.quote_volume * elapsed, 5),
        int(bar.trade_count * elapsed),
        round(bar.taker_buy_volume * elapsed, 3),
        round(bar.taker_buy_quote_volume * elapsed, 5),
    )


def open_interest_course(opened: float, closed: float, day: Day, rng: random.Random) -> list[float]:
    """289 values from 00:00 to 24:00 every five minutes; a shock day loses most of it around its extreme."""
    shock = _shock(day)
    progress = [(0.0, 0.0), (24.0, 1.0)]
    if shock is not None:
        progress[1:1] = [(shock.hour - 1.0, 0.12), (shock.hour + 2.0, 0.88)]
    shares = noise.piecewise(progress, FIVE_MINUTES_PER_DAY, 1 / 12)
    swing = noise.bridge(rng, FIVE_MINUTES_PER_DAY, 0.0003)
    course = [(opened + (closed - opened) * share) * (1.0 + swing[i]) for i, share in enumerate(shares)]
    course[0], course[-1] = opened, closed
    return course


def price_course(bars: Sequence[Bar], decimals: int) -> list[float]:
    """289 prices from 00:00 to 24:00 every five minutes: closes on the hour, straight lines between."""
    course = [bars[0].open]
    for bar in bars:
        course += [round(bar.open + (bar.close - bar.open) * step / 12, decimals) for step in range(1, 12)]
        course.append(bar.close)
    return course


def _hourly_volatility(day: Day) -> float:
    return max(day.episode.volatility, _LEAST_DAILY_VOLATILITY) / _SQUARE_ROOT_OF_24


def _hourly_moves(day: Day, rng: random.Random) -> list[float]:
    """25 moves from the open: noise around a line or a scripted day's turns, within its extremes."""
    low, high = day.episode.low, day.episode.high
    if low is None or high is None or day.low_move is None or day.high_move is None:
        swing = noise.bridge(rng, 24, _hourly_volatility(day))
        return [day.return_fraction * hour / 24 + swing[hour] for hour in range(25)]
    turns = sorted([(low.hour + 1.0, 0.85 * day.low_move), (high.hour + 1.0, 0.85 * day.high_move)])
    line = noise.piecewise([(0.0, 0.0), *turns, (24.0, day.return_fraction)], 24)
    swing = noise.bridge(rng, 24, 0.4 * _hourly_volatility(day))
    return [min(max(line[i] + swing[i], 0.95 * day.low_move), 0.95 * day.high_move) for i in range(25)]


def _shock(day: Day) -> Extreme | None:
    """The larger of the scripted extremes, or None on a day without."""
    low, high = day.episode.low, day.episode.high
    if low is None or high is None:
        return None
    return low if -low.move > high.move else high


def _traded(
    day: Day,
    hour: int,
    prices: tuple[float, float, float, float],
    daily_volume: float,
    volume_decimals: int,
    quote_decimals: int,
    rng: random.Random,
) -> Bar:
    """The bar with volume that grows with the hour's move, and takers on the side of the move."""
    opened, top, bottom, closed = prices
    move = closed / opened - 1.0
    size = 0.6 + 0.4 * min(abs(move) / _hourly_volatility(day), 4.0)
    volume = daily_volume * day.activity * _VOLUME_BY_HOUR[hour] / 24 * size * noise.lognormal(rng, 0.25)
    volume = round(volume, volume_decimals)
    mean_price = (opened + top + bottom + closed) / 4
    buying = 0.5 + min(max(6.0 * move, -0.12), 0.12) + 0.01 * noise.normal(rng)
    taker_buy = round(volume * buying, volume_decimals)
    return Bar(
        start_of(day.day) + hour * HOUR_MS,
        opened,
        top,
        bottom,
        closed,
        volume,
        round(volume * mean_price, quote_decimals),
        # A trade of a thousand to two thousand USD on average, as on a large venue.
        int(volume * mean_price / (1_000.0 + 1_000.0 * rng.random())) + 1,
        taker_buy,
        round(taker_buy * mean_price, quote_decimals),
    )
