"""Clocks that a test turns, speeds up, or sets to another day."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

from record.clock import Clock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class TurnedClock(Clock):
    """Stands still until it is turned. `set_back` moves the wall alone, as an administrator does."""

    def __init__(self) -> None:
        self._wall_at, self.steady = NOON, 0.0

    def now(self) -> datetime:
        return self._wall_at

    def monotonic(self) -> float:
        return self.steady

    def turn(self, seconds: float) -> None:
        self._wall_at += timedelta(seconds=seconds)
        self.steady += seconds

    def jump(self, seconds: float) -> None:
        self._wall_at += timedelta(seconds=seconds)


class FastClock(Clock):
    """Runs `speed` times as fast as the machine's, so that hours pass in a test's seconds."""

    def __init__(self, speed: float) -> None:
        self._speed, self._began, self._passed = speed, time.monotonic(), 0.0
        self._beginning = datetime.now(UTC)

    def slow_down(self) -> None:
        """Go on as fast as the machine's, so that a busy machine can finish what is due."""
        self._passed, self._began, self._speed = self.monotonic(), time.monotonic(), 1.0

    def now(self) -> datetime:
        return self._beginning + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return self._passed + (time.monotonic() - self._began) * self._speed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)

    def check(self) -> float:
        return 0.0


class OtherDayClock(Clock):
    """The machine's clock, so many seconds away from it."""

    def __init__(self, begins: datetime) -> None:
        self._away = begins - datetime.now(UTC)
        super().__init__()

    def advance(self, passed: timedelta) -> None:
        self._away += passed

    def _wall(self) -> datetime:
        return datetime.now(UTC) + self._away
