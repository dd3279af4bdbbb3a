"""The daily state of one simulated asset: what every series reads at the end of each day.

Scenario plus seeded noise. ``path`` has the way from the open of a day to its close.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ingest.sample import noise
from ingest.sample.story import EPISODES, FIRST_DAY, LAST_DAY, AssetScale, Episode

# Active addresses by weekday, Monday first: fewer at the weekend, hence the ratio to the same weekdays.
_ADDRESSES_BY_WEEKDAY = (1.0, 1.02, 1.03, 1.02, 1.0, 0.92, 0.87)
_WEEKEND_FLOW = 0.78
# The simulated coin-margined contract trades at the linear one's price, so one daily close values both.
_LINEAR_LIQUIDATION_SHARE = 0.86


@dataclass(frozen=True, slots=True)
class Day:
    """One UTC day. ``open`` is the state at 00:00, the close of the day before; the rest is that at 24:00."""

    day: date
    episode: Episode
    open_usd: float
    close_usd: float
    # Day's low and high relative to the open; None where the hourly noise decides.
    low_move: float | None
    high_move: float | None
    perpetual_open_usd: float
    perpetual_close_usd: float
    linear_open_coin: float
    linear_coin: float
    inverse_open_usd: float
    inverse_usd: float
    # Settlements at 08, 16 and 24 o'clock, fractions per 8 hours: the three that pay for this day.
    funding: tuple[float, float, float]
    inverse_funding: tuple[float, float, float]
    linear_long_coin: float
    linear_short_coin: float
    inverse_long_coin: float
    inverse_short_coin: float
    inflow_coin: float
    outflow_coin: float
    reserve_coin: float
    active_addresses: int
    reference_price_usd: float
    # Traded volume relative to an ordinary day.
    activity: float

    @property
    def return_fraction(self) -> float:
        return self.close_usd / self.open_usd - 1.0


@dataclass(frozen=True, slots=True)
class Closes:
    """What spot and perpetual cost at 24:00, USD."""

    close: float
    perpetual_close: float


def scripted_days(scale: AssetScale, seed: int) -> list[Day]:
    """Every modelled day of an asset whose closes the story has, in order."""
    return build_days(scale, seed, EPISODES, _scripted_closes(scale, seed))


def build_days(scale: AssetScale, seed: int, episodes: Sequence[Episode], closes: Sequence[Closes]) -> list[Day]:
    """Every modelled day of one asset, in order. The same seed gives the same days on every machine.

    `closes` has one entry for the day before the first and one for each day.
    """
    calendar = [
        (episode, episode.first + timedelta(days=offset)) for episode in episodes for offset in range(episode.length)
    ]
    linear_coins, inverse_usds = _open_interest(scale, seed, episodes, closes)
    funding = _funding(scale, seed, episodes)
    flows = noise.stream(seed, scale.code, "flows")
    liquidations = noise.stream(seed, scale.code, "liquidations")
    network = noise.stream(seed, scale.code, "network")
    volume = noise.stream(seed, scale.code, "volume")
    reserve = scale.reserve_coin
    days: list[Day] = []
    for index, (episode, day) in enumerate(calendar):
        before, today = closes[index], closes[index + 1]
        change = today.close / before.close - 1.0
        low_move, high_move = _extremes(episodes, episode, change)
        liquidated = _liquidations(scale, episode, change, today.perpetual_close, liquidations)
        inflow, outflow = _flows(scale, episode, day, flows)
        reserve = round(reserve + inflow - outflow, 8)
        addresses = (
            scale.active_addresses
            * _ADDRESSES_BY_WEEKDAY[day.weekday()]
            * episode.addresses
            * (1.0 + 0.02 * episode.noise * noise.normal(network))
        )
        quiet_weekend = 0.7 if day.weekday() >= 5 else 1.0
        activity = quiet_weekend * noise.lognormal(volume, 0.2) * (0.65 + 20 * abs(change) + 0.1 * episode.liquidations)
        days.append(
            Day(
                day=day,
                episode=episode,
                open_usd=before.close,
                close_usd=today.close,
                low_move=low_move,
                high_move=high_move,
                perpetual_open_usd=before.perpetual_close,
                perpetual_close_usd=today.perpetual_close,
                linear_open_coin=linear_coins[index],
                linear_coin=linear_coins[index + 1],
                inverse_open_usd=inverse_usds[index],
                inverse_usd=inverse_usds[index + 1],
                funding=funding[index][0],
                inverse_funding=funding[index][1],
                linear_long_coin=liquidated[0],
                linear_short_coin=liquidated[1],
                inverse_long_coin=liquidated[2],
                inverse_short_coin=liquidated[3],
                inflow_coin=inflow,
                outflow_coin=outflow,
                reserve_coin=reserve,
                active_addresses=round(addresses),
                reference_price_usd=round(today.close * (1.0 + 0.0002 * noise.normal(network)), 8),
                activity=activity,
            )
        )
    return days


def _scripted_closes(scale: AssetScale, seed: int) -> list[Closes]:
    """Spot and perpetual closes; the first entry is the close before the first day."""
    prices = noise.stream(seed, scale.code, "price")
    basis = noise.stream(seed, scale.code, "basis")
    spot = [scale.close_before]
    for episode in EPISODES:
        start, end, count = spot[-1], episode.close(scale.code), episode.length
        swing = noise.bridge(prices, count, episode.volatility, persistence=0.95)
        spot += [
            round((start + (end - start) * i / count) * (1.0 + swing[i]), scale.spot_decimals)
            for i in range(1, count + 1)
        ]
    return [Closes(close, perpetual_close(close, scale, basis)) for close in spot]


def perpetual_close(close_usd: float, scale: AssetScale, basis: random.Random) -> float:
    """The close of the perpetual, some hundredths of a percent below that of spot."""
    return round(close_usd * (1.0 - 0.0003 + 0.0001 * noise.normal(basis)), scale.perpetual_decimals)


def _open_interest(
    scale: AssetScale, seed: int, episodes: Sequence[Episode], closes: Sequence[Closes]
) -> tuple[list[float], list[float]]:
    """Linear open interest in coins and inverse in USD, scaled to the scripted total of the last day."""
    linear_noise = noise.stream(seed, scale.code, "open interest")
    inverse_noise = noise.stream(seed, scale.code, "inverse open interest")
    linear, inverse = [1.0], [1.0]
    for episode in episodes:
        start, end, count = linear[-1], episode.open_interest, episode.length
        swing = noise.bridge(linear_noise, count, episode.open_interest_noise, persistence=0.8)
        apart = noise.bridge(inverse_noise, count, 0.3 * episode.open_interest_noise, persistence=0.8)
        level = [(start + (end - start) * i / count) * (1.0 + swing[i]) for i in range(1, count + 1)]
        linear += level
        inverse += [value * (1.0 + apart[i]) for i, value in enumerate(level, start=1)]
    last = (LAST_DAY - FIRST_DAY).days + 1
    # Whole contracts first, so that rounding leaves the total exact to a thousandth of a coin.
    inverse_final = _whole(scale.final_open_interest_usd * scale.inverse_share, scale.contract_size_usd)
    linear_final = (scale.final_open_interest_usd - inverse_final) / closes[last].perpetual_close
    return (
        [round(linear_final * value / linear[last], 3) for value in linear],
        [_whole(inverse_final * value / inverse[last], scale.contract_size_usd) for value in inverse],
    )


def _whole(usd: float, contract_size_usd: float) -> float:
    return round(usd / contract_size_usd) * contract_size_usd


def _funding(
    scale: AssetScale, seed: int, episodes: Sequence[Episode]
) -> list[tuple[tuple[float, float, float], tuple[float, float, float]]]:
    """Per day the three settlements of the linear and of the inverse contract, as fractions per 8 hours."""
    level_noise = noise.stream(seed, scale.code, "funding")
    settlement_noise = noise.stream(seed, scale.code, "settlements")
    rows = []
    for episode in episodes:
        count = episode.length
        first, last = episode.funding_bp
        swing = noise.bridge(level_noise, count, 0.13 * episode.noise, persistence=0.7)
        for i in range(1, count + 1):
            level = last if count == 1 else first + (last - first) * (i - 1) / (count - 1)
            level += swing[i]
            if episode.settlements_bp is None:
                one, two = (0.12 * episode.noise * noise.normal(settlement_noise) for _ in range(2))
                around = (one, two, -one - two)
            else:
                around = episode.settlements_bp
            lower = 0.1 * noise.normal(settlement_noise) * episode.noise - 0.05
            rows.append((_settlements(level, around), _settlements(level + lower, around)))
    return rows


def _settlements(level_bp: float, around: tuple[float, float, float]) -> tuple[float, float, float]:
    """Three published rates with 8 decimals whose mean is the level, to within the last decimal."""
    morning, noon, night = (round((level_bp + offset) / 10_000, 8) for offset in around)
    return morning, noon, night


def _extremes(episodes: Sequence[Episode], episode: Episode, change: float) -> tuple[float | None, float | None]:
    """The scripted low and high as moves from the open, scaled to this asset's return of the day."""
    if episode.low is None or episode.high is None:
        return None, None
    btc_before = episodes[episodes.index(episode) - 1].btc_close
    ratio = change / (episode.btc_close / btc_before - 1.0)
    return episode.low.move * ratio, episode.high.move * ratio


def _liquidations(
    scale: AssetScale, episode: Episode, change: float, close_usd: float, rng: random.Random
) -> tuple[float, float, float, float]:
    """Coins liquidated: linear long, linear short, inverse long, inverse short.

    The scripted total is met at the perpetual's own daily close, the price downstream models value coins at.
    """
    total = scale.liquidations_usd * episode.liquidations * noise.lognormal(rng, 0.40 * episode.noise)
    tilt = 0.08 * noise.normal(rng)
    linear_share = _LINEAR_LIQUIDATION_SHARE + 0.02 * noise.normal(rng) if scale.inverse_share else 1.0
    # A falling day liquidates longs: one percent of return moves the share by eight points.
    long_share = (
        episode.long_share if episode.long_share is not None else _within(0.5 - 8.0 * change + tilt, 0.12, 0.88)
    )
    coins = total / close_usd
    linear_long, linear_short, inverse_long = (
        round(coins * part, 3)
        for part in (
            linear_share * long_share,
            linear_share * (1 - long_share),
            (1 - linear_share) * long_share,
        )
    )
    return (
        linear_long,
        linear_short,
        inverse_long,
        round(coins - linear_long - linear_short - inverse_long, 3),
    )


def _flows(scale: AssetScale, episode: Episode, day: date, rng: random.Random) -> tuple[float, float]:
    """Coins that went to and from exchanges: a small net outflow with noise, unless scripted."""
    gross = scale.gross_flow_coin * episode.inflow * (_WEEKEND_FLOW if day.weekday() >= 5 else 1.0)
    gross *= noise.lognormal(rng, 0.10)
    deviations = episode.netflow_z + episode.noise * noise.normal(rng)
    net = scale.netflow_mean_coin + deviations * scale.netflow_deviation_coin
    return round(gross + net / 2, 8), round(gross - net / 2, 8)


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
