"""SVG paths without size: a page stretches them to its screen and places the text beside them.

A drawing is as wide as it has days less one, and 100 high. Vega-Lite, which draws the charts of the Dagster UI, makes
pictures of a fixed size, whose text is tiny on a phone and huge on a desk.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT = 100.0
Values = Sequence[float | None]


@dataclass(frozen=True)
class Scale:
    """From values to heights in percent from the top."""

    low: float
    high: float

    @classmethod
    def of(cls, *series: Values, room: float = 0.06) -> Scale:
        """Around all known values, with some room above and below. Raises ValueError where none is known."""
        known = [value for values in series for value in values if value is not None]
        low, high = min(known), max(known)
        margin = (high - low) * room or abs(high) * room or 1.0
        return cls(low - margin, high + margin)

    def top(self, value: float) -> float:
        """Percent from the top."""
        return round(HEIGHT * (self.high - value) / (self.high - self.low), 2)

    def ticks(self, count: int = 4) -> list[float]:
        """Round values inside the scale, about `count` of them."""
        raw = (self.high - self.low) / count
        power = 10.0 ** math.floor(math.log10(raw))
        step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= raw)
        first = math.ceil(self.low / step)
        return [number * step for number in range(first, math.floor(self.high / step) + 1)]


def line(values: Values, scale: Scale) -> str:
    """The path of a line; it has a gap where a value is not known, and a dash for a day without neighbours."""
    parts: list[str] = []
    for index, value in enumerate(values):
        if value is None:
            continue
        alone = (index == 0 or values[index - 1] is None) and (index + 1 == len(values) or values[index + 1] is None)
        if alone:
            parts.append(f"M{index - 0.3:g} {scale.top(value):g}h.6")
        else:
            started = index > 0 and values[index - 1] is not None
            parts.append(f"{'L' if started else 'M'}{index} {scale.top(value):g}")
    return "".join(parts)


def steps(values: Values, scale: Scale) -> str:
    """The path of a level that holds for whole days: each value is flat from half a day before to half a day after."""
    parts: list[str] = []
    for index, value in enumerate(values):
        if value is not None:
            started = index > 0 and values[index - 1] is not None
            parts.append(f"{'L' if started else 'M'}{index - 0.5:g} {scale.top(value):g}H{index + 0.5:g}")
    return "".join(parts)


def reaches(lows: Values, highs: Values, scale: Scale) -> str:
    """The path of a vertical stroke from low to high for each day that has both."""
    return "".join(
        f"M{index} {scale.top(high):g}V{scale.top(low):g}"
        for index, (low, high) in enumerate(zip(lows, highs, strict=True))
        if low is not None and high is not None
    )
