"""The recorder's time: UTC that runs evenly, and what the machine's clock does to it."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

JUMP = 2.0  # seconds; less is a clock being disciplined


class Clock:
    """UTC that follows the machine's clock only when `check` looks: between two looks nothing can jump."""

    def __init__(self) -> None:
        self._at, self._since = self._wall(), time.monotonic()

    def now(self) -> datetime:
        return self._at + timedelta(seconds=time.monotonic() - self._since)

    def monotonic(self) -> float:
        """Seconds since an arbitrary moment; the clock stops while the machine sleeps."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def check(self) -> float:
        """Follow the machine's clock. Returns by how many seconds it has jumped, 0.0 where it has not."""
        wall, expected = self._wall(), self.now()
        self._at, self._since = wall, time.monotonic()
        ahead = (wall - expected).total_seconds()
        return ahead if abs(ahead) > JUMP else 0.0

    def _wall(self) -> datetime:
        return datetime.now(UTC)
