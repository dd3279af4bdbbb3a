"""Further assets of the simulated market: coins that follow Bitcoin, each in its own way, and have a perpetual only.

They are made when they are asked for. Prices and magnitudes are round numbers; only the names are of real coins.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from ingest.sample import noise
from ingest.sample.daily import Closes, Day, build_days, perpetual_close
from ingest.sample.story import EPISODES, AssetScale, Episode

QUOTE = "USDT"
_ORDINARY_VOLATILITY = 0.008  # per day, of Bitcoin
_LIQUIDATED_PER_DAY = 0.0012  # of open interest, on an ordinary day
_TRADED_PER_DAY = 0.8  # of open interest, on the simulated venue's perpetual
_TRADED_IN_PERPETUALS = 7.0  # times what is traded at spot, as in `path`
_BUILT_UP_MORE = 1.15  # leverage of a follower moves this much further than Bitcoin's


@dataclass(frozen=True, slots=True)
class Follower:
    """One coin. Prices and coins are in units of `base`, which for 1000SHIB are thousands of `code`.

    Its daily return is `beta` times Bitcoin's, plus its own with the standard deviation `volatility`. `joins` is the
    probability 0..1 that it takes part in a shock of the story. `funding_bp` comes on top of the story's funding.
    The contract is traded from `listed` to `delisted`, both included.
    """

    code: str
    price: float
    beta: float
    volatility: float
    open_interest_usd: float
    joins: float = 0.9
    funding_bp: float = 0.0
    listed: date = EPISODES[0].first
    delisted: date | None = None
    coins_in_base: int = 1

    @property
    def base(self) -> str:
        return self.code if self.coins_in_base == 1 else f"{self.coins_in_base}{self.code}"

    @property
    def symbol(self) -> str:
        """The perpetual at Binance."""
        return f"{self.base}{QUOTE}"

    def traded_on(self, day: date) -> bool:
        return self.listed <= day <= (self.delisted or day)


FOLLOWERS: dict[str, Follower] = {
    one.code: one
    for one in (
        Follower("SOL", 189.0, 1.25, 0.016, 9.5e9, joins=1.0),
        Follower("XRP", 2.09, 1.10, 0.018, 4.6e9, joins=1.0),
        Follower("DOGE", 0.313, 1.40, 0.020, 2.4e9, joins=1.0),
        Follower("BNB", 694.0, 0.75, 0.010, 1.6e9, joins=0.6, funding_bp=-0.2),
        Follower("ADA", 0.872, 1.25, 0.018, 1.1e9),
        Follower("SUI", 4.12, 1.50, 0.024, 1.0e9),
        Follower("LINK", 21.2, 1.30, 0.018, 9.4e8),
        Follower("HYPE", 26.0, 1.20, 0.028, 9.0e8, joins=0.7, funding_bp=0.4),
        Follower("AVAX", 36.4, 1.35, 0.019, 7.2e8),
        Follower("LTC", 99.0, 0.95, 0.015, 6.1e8),
        Follower("SHIB", 0.0216, 1.35, 0.020, 2.6e8, coins_in_base=1000),
        Follower("PEPE", 0.0178, 1.65, 0.028, 5.8e8, funding_bp=0.3, coins_in_base=1000),
        Follower("BCH", 433.0, 1.00, 0.016, 5.2e8),
        Follower("DOT", 6.72, 1.25, 0.018, 4.3e8),
        Follower("TRX", 0.256, 0.30, 0.008, 4.0e8, joins=0.1, funding_bp=-0.4),
        Follower("NEAR", 5.04, 1.40, 0.021, 3.6e8),
        Follower("AAVE", 318.0, 1.40, 0.021, 3.5e8),
        Follower("UNI", 13.4, 1.35, 0.021, 3.3e8),
        Follower("APT", 8.87, 1.35, 0.020, 2.7e8),
        Follower("ARB", 0.738, 1.45, 0.021, 2.5e8),
        Follower("TON", 5.61, 0.80, 0.014, 2.4e8, joins=0.5),
        Follower("WIF", 1.86, 1.75, 0.032, 2.3e8),
        Follower("ENA", 0.94, 1.70, 0.030, 2.2e8, funding_bp=0.3),
        Follower("FIL", 4.94, 1.30, 0.019, 2.1e8),
        Follower("OP", 1.77, 1.45, 0.021, 2.0e8),
        Follower("ETC", 25.3, 1.15, 0.016, 1.9e8),
        Follower("INJ", 20.1, 1.45, 0.023, 1.8e8),
        Follower("TIA", 4.66, 1.55, 0.027, 1.7e8, funding_bp=-0.9),
        Follower("SEI", 0.417, 1.45, 0.024, 1.6e8),
        Follower("ATOM", 6.21, 1.20, 0.018, 1.5e8, funding_bp=-0.3),
        Follower("HBAR", 0.274, 1.35, 0.024, 1.45e8),
        Follower("XLM", 0.332, 1.20, 0.021, 1.4e8),
        Follower("ALGO", 0.341, 1.25, 0.020, 1.2e8),
        Follower("ICP", 10.1, 1.30, 0.020, 1.1e8),
        Follower("XMR", 193.0, 0.35, 0.013, 1.0e8, joins=0.15, funding_bp=-0.6),
        Follower("CRV", 0.893, 1.45, 0.027, 9.6e7),
        # Two that were listed within the window, and two that were delisted.
        Follower("KAITO", 1.58, 1.40, 0.034, 8.8e7, listed=date(2025, 2, 20)),
        Follower("PUMP", 0.0056, 1.60, 0.036, 2.8e8, joins=0.8, listed=date(2025, 7, 14)),
        Follower("EOS", 0.785, 1.20, 0.019, 1.3e8, delisted=date(2025, 5, 21)),
        Follower("ALPACA", 0.172, 0.90, 0.030, 2.4e7, joins=0.4, delisted=date(2025, 4, 30)),
    )
}


def follow(follower: Follower, bitcoin: Iterable[Day], seed: int) -> tuple[AssetScale, list[Day]]:
    """The magnitudes of the coin, and its days while it is traded, from those of Bitcoin."""
    scale = scale_of(follower)
    episodes = _episodes(follower, seed)
    closes = _closes(follower, scale, episodes, bitcoin, seed)
    return scale, [day for day in build_days(scale, seed, episodes, closes) if follower.traded_on(day.day)]


def scale_of(follower: Follower) -> AssetScale:
    """The magnitudes of the coin, which has no exchange flows, no addresses and no coin-margined contract."""
    # Five significant digits, so that a move of 0.01 % is seen at every price.
    decimals = max(2, 4 - int(f"{follower.price:e}".partition("e")[2]))
    return AssetScale(
        code=follower.code,
        close_before=follower.price,
        final_open_interest_usd=follower.open_interest_usd,
        inverse_share=0.0,
        contract_size_usd=1.0,
        liquidations_usd=_LIQUIDATED_PER_DAY * follower.open_interest_usd,
        spot_volume_coin=_TRADED_PER_DAY * follower.open_interest_usd / follower.price / _TRADED_IN_PERPETUALS,
        spot_decimals=decimals,
        perpetual_decimals=decimals,
        supply_coin=10.0 * follower.open_interest_usd / follower.price,
        reserve_coin=0.0,
        netflow_mean_coin=0.0,
        netflow_deviation_coin=0.0,
        gross_flow_coin=0.0,
        active_addresses=0.0,
    )


def _episodes(follower: Follower, seed: int) -> tuple[Episode, ...]:
    """The story as this coin lives it: wilder than Bitcoin's, and without the shocks that it does not join."""
    wild = follower.volatility / _ORDINARY_VOLATILITY
    episodes: list[Episode] = []
    for episode in EPISODES:
        first, last = episode.funding_bp
        own = replace(
            episode,
            open_interest=1.0 + _BUILT_UP_MORE * (episode.open_interest - 1.0),
            funding_bp=(first + follower.funding_bp, last + follower.funding_bp),
            volatility=wild * episode.volatility,
            open_interest_noise=1.3 * episode.open_interest_noise,
        )
        shock = noise.stream(seed, follower.code, "shock", episode.first)
        if episode.low is not None and shock.random() < follower.joins:
            before = episodes[-1].open_interest
            closed = (episode.open_interest - EPISODES[len(episodes) - 1].open_interest) * noise.lognormal(shock, 0.25)
            own = replace(
                own,
                open_interest=before + _BUILT_UP_MORE * closed,
                liquidations=episode.liquidations * noise.lognormal(shock, 0.3),
            )
        elif episode.low is not None:
            own = replace(
                own,
                label="consolidation",
                open_interest=episodes[-1].open_interest,
                liquidations=1.0,
                long_share=None,
                noise=1.0,
                low=None,
                high=None,
                settlements_bp=None,
            )
        episodes.append(own)
    return tuple(episodes)


def _closes(
    follower: Follower, scale: AssetScale, episodes: Iterable[Episode], bitcoin: Iterable[Day], seed: int
) -> list[Closes]:
    """Spot and perpetual closes; the first entry is the close before the first day."""
    prices = noise.stream(seed, follower.code, "price")
    basis = noise.stream(seed, follower.code, "basis")
    by_day = (episode for episode in episodes for _ in range(episode.length))
    spot, apart = [follower.price], 0.0
    for episode, day in zip(by_day, bitcoin, strict=True):
        drawn = noise.normal(prices)
        if episode.low is not None:
            # The sign is Bitcoin's for any draw, so that the scripted low lies below the close and the high above.
            change = follower.beta * day.return_fraction * (1.0 + 0.15 * drawn)
        else:
            # What is the coin's own is forgotten in a month or two, so that it does not run away.
            before, apart = apart, 0.98 * apart + follower.volatility * drawn
            shared = 0.15 if day.episode.low is not None else 1.0
            change = shared * follower.beta * day.return_fraction + apart - before
        spot.append(round(spot[-1] * (1.0 + change), scale.spot_decimals))
    return [Closes(close, perpetual_close(close, scale, basis)) for close in spot]
