"""How long a stream may be silent before silence says something: judged by its own quiet spells."""

from __future__ import annotations

from collections import deque
from statistics import quantiles

KEPT = 2000  # spells
ENOUGH = 200  # before that, what the venue module assumes
LEAST = 300.0  # seconds; a burst of orders makes all spells short for a while
BEYOND = 4.0  # times the spell that one in 200 exceeds: of randomly timed events one spell in 10^9 is longer


class QuietSpells:
    """Seconds between events, and the silence beyond which they are not believed to be a quiet spell."""

    def __init__(self, assumed: float) -> None:
        self._assumed = assumed
        self._spells: deque[float] = deque(maxlen=KEPT)

    def limit(self) -> float:
        """Seconds. Sorts the spells: to be asked now and then, not at every event."""
        if len(self._spells) < ENOUGH:
            return self._assumed
        return max(LEAST, BEYOND * quantiles(self._spells, n=200)[-1])

    def ended(self, seconds: float) -> None:
        """An event has come after `seconds` without one."""
        self._spells.append(seconds)
