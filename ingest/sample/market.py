"""The simulated market as series by asset, made on demand and kept: no venue's shapes, no HTTP."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, datetime
from typing import Literal

from ingest.sample import noise, path
from ingest.sample.daily import Day, build_days
from ingest.sample.instants import DAY_MS, FIVE_MINUTES_MS, HOUR_MS, day_of, start_of
from ingest.sample.path import Bar
from ingest.sample.story import (
    ASSETS,
    FINAL_MODELLED_DAY,
    FIRST_DAY,
    SIMULATION_NOW,
    AssetCode,
    AssetScale,
)
from ingest.windows import milliseconds

MarketKind = Literal["spot", "perpetual"]


class AssetMarket:
    """Every series of one asset, complete: what may be seen at a moment is ``SimulatedMarket``'s to say.

    Two threads that ask for the same day at once make it twice, equal: the caches need no lock.
    """

    def __init__(self, scale: AssetScale, seed: int) -> None:
        self.scale = scale
        self._seed = seed
        self.days: dict[date, Day] = {day.day: day for day in build_days(scale, seed)}
        self._hours: dict[tuple[MarketKind, date], list[Bar]] = {}
        self._courses: dict[tuple[str, date], list[float]] = {}

    def price_decimals(self, market: MarketKind) -> int:
        return self.scale.spot_decimals if market == "spot" else self.scale.perpetual_decimals

    def hours(self, market: MarketKind, day: date) -> list[Bar]:
        """The 24 hourly bars of a day."""
        if (market, day) not in self._hours:
            state = self.days[day]
            rng = noise.stream(self._seed, self.scale.code, market, day)
            self._hours[market, day] = (
                path.spot_hours(state, self.scale, rng)
                if market == "spot"
                else path.perpetual_hours(state, self.scale, self.hours("spot", day), rng)
            )
        return self._hours[market, day]

    def linear_open_interest(self, day: date) -> list[float]:
        """289 values in coins, 00:00 to 24:00 every five minutes."""
        state = self.days[day]
        return self._course("linear", day, state.linear_open_coin, state.linear_coin, lambda coin: round(coin, 3))

    def inverse_open_interest(self, day: date) -> list[float]:
        """289 values in USD, whole contracts, 00:00 to 24:00 every five minutes."""
        state, size = self.days[day], self.scale.contract_size_usd
        return self._course(
            "inverse", day, state.inverse_open_usd, state.inverse_usd, lambda usd: round(usd / size) * size
        )

    def perpetual_price(self, day: date) -> list[float]:
        """289 prices of the perpetual in USDT, 00:00 to 24:00 every five minutes."""
        if ("price", day) not in self._courses:
            hours = self.hours("perpetual", day)
            self._courses["price", day] = path.price_course(hours, self.scale.perpetual_decimals)
        return self._courses["price", day]

    def settlements(self, day: date) -> list[tuple[int, float, float]]:
        """Funding settled within [00:00, 24:00): instant, linear rate, inverse rate (fractions per 8 hours).

        The settlement at 00:00 pays for the day before; on the first day there is none.
        """
        state = self.days[day]
        rates = [
            (8, state.funding[0], state.inverse_funding[0]),
            (16, state.funding[1], state.inverse_funding[1]),
        ]
        if day > FIRST_DAY:
            eve = self.days[day_of(start_of(day) - 1)]
            rates.insert(0, (0, eve.funding[2], eve.inverse_funding[2]))
        return [(start_of(day) + hour * HOUR_MS, linear, inverse) for hour, linear, inverse in rates]

    def _course(
        self, margin: str, day: date, opened: float, closed: float, rounded: Callable[[float], float]
    ) -> list[float]:
        if (margin, day) not in self._courses:
            rng = noise.stream(self._seed, self.scale.code, margin, day)
            course = path.open_interest_course(opened, closed, self.days[day], rng)
            self._courses[margin, day] = [rounded(value) for value in course]
        return self._courses[margin, day]


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
        self._assets: dict[AssetCode, AssetMarket] = {}
        self._lock = threading.Lock()

    def asset(self, code: AssetCode) -> AssetMarket:
        """The asset's series, built at the first call (some 20 ms)."""
        with self._lock:
            if code not in self._assets:
                self._assets[code] = AssetMarket(ASSETS[code], self.seed)
            return self._assets[code]

    def days_between(self, first_ms: int, last_ms: int) -> list[date]:
        """Modelled days that have begun and overlap [first_ms, last_ms], both instants included."""
        until_ms = min(last_ms, self.now_ms)
        if first_ms > until_ms:
            return []
        first, last = max(day_of(first_ms), FIRST_DAY), min(day_of(until_ms), FINAL_MODELLED_DAY)
        return [day_of(start_of(first) + i * DAY_MS) for i in range((last - first).days + 1)]

    def bars(self, code: AssetCode, market: MarketKind, step_ms: int, first_ms: int, last_ms: int) -> list[Bar]:
        """Bars of one hour or one day that open within [first_ms, last_ms] and not after now, ascending.

        The bar around now is there as far as it has formed.
        """
        series = self.asset(code)
        found: list[Bar] = []
        for day in self.days_between(first_ms, last_ms):
            hours = self._begun(series, market, day)
            candidates = [path.joined(hours)] if step_ms == DAY_MS else hours
            found += [bar for bar in candidates if first_ms <= bar.open_at_ms <= last_ms]
        return found

    def open_interest(self, code: AssetCode, first_ms: int, last_ms: int) -> list[tuple[int, float, float]]:
        """Linear open interest every five minutes as (instant, coins, USD), first_ms <= instant <= last_ms, not
        after now.

        The snapshot at 24:00 belongs to the day that ends: a day has the instants 00:05 to 24:00.
        """
        series = self.asset(code)
        until_ms = min(last_ms, self.now_ms)
        found: list[tuple[int, float, float]] = []
        # One millisecond earlier, so that a window from 00:00 reaches the last snapshot of the day before.
        for day in self.days_between(first_ms - 1, last_ms):
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
