"""The simulated market as series by asset, made on demand and kept: no venue's shapes, no HTTP."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Literal

from ingest.sample import noise, path
from ingest.sample.daily import Day, scripted_days
from ingest.sample.followers import FOLLOWERS, follow
from ingest.sample.instants import DAY_MS, FIVE_MINUTES_MS, HOUR_MS, day_of, start_of
from ingest.sample.path import Bar
from ingest.sample.story import (
    ASSETS,
    FINAL_MODELLED_DAY,
    FIRST_DAY,
    SIMULATION_NOW,
    AssetScale,
)
from ingest.windows import milliseconds

MarketKind = Literal["spot", "perpetual"]
# Two months of a follower are 2 MB, all its days ten; archives are asked for month by month.
_KEPT_DAYS = 64


class AssetMarket:
    """Every series of one asset, complete: what may be seen at a moment is ``SimulatedMarket``'s to say.

    ``days`` are those on which it is traded. The series of as many days as ``kept`` (None: all) stay in memory; a day
    is made again, equal, when it is asked for again.
    """

    def __init__(self, scale: AssetScale, seed: int, days: Iterable[Day], kept: int | None = None) -> None:
        self.scale = scale
        self._seed = seed
        self.days: dict[date, Day] = {day.day: day for day in days}
        self.hours = lru_cache(kept)(self._hours)
        self.linear_open_interest = lru_cache(kept)(self._linear_open_interest)
        self.inverse_open_interest = lru_cache(kept)(self._inverse_open_interest)
        self.perpetual_price = lru_cache(kept)(self._perpetual_price)

    def price_decimals(self, market: MarketKind) -> int:
        return self.scale.spot_decimals if market == "spot" else self.scale.perpetual_decimals

    def _hours(self, market: MarketKind, day: date) -> list[Bar]:
        """The 24 hourly bars of a day."""
        state = self.days[day]
        rng = noise.stream(self._seed, self.scale.code, market, day)
        if market == "spot":
            return path.spot_hours(state, self.scale, rng)
        return path.perpetual_hours(state, self.scale, self.hours("spot", day), rng)

    def _linear_open_interest(self, day: date) -> list[float]:
        """289 values in coins, 00:00 to 24:00 every five minutes."""
        state = self.days[day]
        return self._course("linear", day, state.linear_open_coin, state.linear_coin, lambda coin: round(coin, 3))

    def _inverse_open_interest(self, day: date) -> list[float]:
        """289 values in USD, whole contracts, 00:00 to 24:00 every five minutes."""
        state, size = self.days[day], self.scale.contract_size_usd
        return self._course(
            "inverse", day, state.inverse_open_usd, state.inverse_usd, lambda usd: round(usd / size) * size
        )

    def _perpetual_price(self, day: date) -> list[float]:
        """289 prices of the perpetual in USDT, 00:00 to 24:00 every five minutes."""
        return path.price_course(self.hours("perpetual", day), self.scale.perpetual_decimals)

    def settlements(self, day: date) -> list[tuple[int, float, float]]:
        """Funding settled within [00:00, 24:00): instant, linear rate, inverse rate (fractions per 8 hours).

        The settlement at 00:00 pays for the day before; on the first day of the contract there is none.
        """
        state = self.days[day]
        rates = [
            (8, state.funding[0], state.inverse_funding[0]),
            (16, state.funding[1], state.inverse_funding[1]),
        ]
        if eve := self.days.get(day_of(start_of(day) - 1)):
            rates.insert(0, (0, eve.funding[2], eve.inverse_funding[2]))
        return [(start_of(day) + hour * HOUR_MS, linear, inverse) for hour, linear, inverse in rates]

    def _course(
        self, margin: str, day: date, opened: float, closed: float, rounded: Callable[[float], float]
    ) -> list[float]:
        rng = noise.stream(self._seed, self.scale.code, margin, day)
        return [rounded(value) for value in path.open_interest_course(opened, closed, self.days[day], rng)]


class SimulatedMarket:
    """One seed's market, seen at one moment.

    ``now`` (aware; default ``SIMULATION_NOW``) is the present of every answer: later rows do not exist yet,
    short retentions end before it, the bar around it is still forming. Raises ``ValueError`` for a ``now``
    without a time zone.
    """

    def __init__(self, seed: int, now: datetime | None = None) -> None:
        self.seed = seed
        moment = SIMULATION_NOW if now is None else now
        if moment.tzinfo is None:
            raise ValueError(f"{moment.isoformat()} has no time zone; pass an aware datetime, e.g. in UTC")
        self.now_ms = milliseconds(moment)
        self._assets: dict[str, AssetMarket] = {}
        self._lock = threading.Lock()

    def asset(self, code: str) -> AssetMarket:
        """The asset's series, built at the first call (some 20 ms)."""
        with self._lock:
            return self._built(code)

    def _built(self, code: str) -> AssetMarket:
        if code not in self._assets:
            if code in ASSETS:
                scale = ASSETS[code]
                self._assets[code] = AssetMarket(scale, self.seed, scripted_days(scale, self.seed))
            else:
                scale, days = follow(FOLLOWERS[code], self._built("BTC").days.values(), self.seed)
                self._assets[code] = AssetMarket(scale, self.seed, days, kept=_KEPT_DAYS)
        return self._assets[code]

    def days_between(self, code: str, first_ms: int, last_ms: int) -> list[date]:
        """Days of the asset that have begun and overlap [first_ms, last_ms], both instants included."""
        until_ms = min(last_ms, self.now_ms)
        if first_ms > until_ms:
            return []
        first, last = max(day_of(first_ms), FIRST_DAY), min(day_of(until_ms), FINAL_MODELLED_DAY)
        known = self.asset(code).days
        days = (day_of(start_of(first) + i * DAY_MS) for i in range((last - first).days + 1))
        return [day for day in days if day in known]

    def bars(self, code: str, market: MarketKind, step_ms: int, first_ms: int, last_ms: int) -> list[Bar]:
        """Bars of one hour or one day that open within [first_ms, last_ms] and not after now, ascending.

        The bar around now is there as far as it has formed.
        """
        series = self.asset(code)
        found: list[Bar] = []
        for day in self.days_between(code, first_ms, last_ms):
            hours = self._begun(series, market, day)
            candidates = [path.joined(hours)] if step_ms == DAY_MS else hours
            found += [bar for bar in candidates if first_ms <= bar.open_at_ms <= last_ms]
        return found

    def open_interest(self, code: str, first_ms: int, last_ms: int) -> list[tuple[int, float, float]]:
        """Linear open interest every five minutes as (instant, coins, USD), first_ms <= instant <= last_ms, not
        after now.

        The snapshot at 24:00 belongs to the day that ends: a day has the instants 00:05 to 24:00.
        """
        series = self.asset(code)
        until_ms = min(last_ms, self.now_ms)
        found: list[tuple[int, float, float]] = []
        # One millisecond earlier, so that a window from 00:00 reaches the last snapshot of the day before.
        for day in self.days_between(code, first_ms - 1, last_ms):
            coins, prices = series.linear_open_interest(day), series.perpetual_price(day)
            instant = start_of(day)
            for coin, price in zip(coins[1:], prices[1:], strict=True):
                instant += FIVE_MINUTES_MS
                if first_ms <= instant <= until_ms:
                    found.append((instant, coin, coin * price))
        return found

    def elapsed_share(self, day: date) -> float:
        """How much of a day has passed at now, 0..1."""
        return min(max((self.now_ms - start_of(day)) / DAY_MS, 0.0), 1.0)

    def _begun(self, series: AssetMarket, market: MarketKind, day: date) -> list[Bar]:
        """The day's hours that have opened; the last one cut where now is."""
        hours = series.hours(market, day)
        if start_of(day) + DAY_MS <= self.now_ms:
            return hours
        begun = [bar for bar in hours if bar.open_at_ms <= self.now_ms]
        # The first trade of a bar comes with its first second, so it is never empty.
        elapsed = (min(self.now_ms + 1_000, begun[-1].open_at_ms + HOUR_MS) - begun[-1].open_at_ms) / HOUR_MS
        begun[-1] = path.forming(begun[-1], elapsed, series.price_decimals(market))
        return begun
