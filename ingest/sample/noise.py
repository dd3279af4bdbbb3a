"""Seeded noise for the simulated market, built from additions and multiplications alone.

No ``math.exp`` and no ``gauss``: the C library may round those differently on another platform, and then the
same seed would give another market. ``daily`` and ``path`` use the noise.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

_ROOT_OF_3 = 1.7320508075688772


def stream(seed: int, *names: object) -> random.Random:
    """An independent generator for one named purpose. A text seed goes through SHA-512, not ``hash()``."""
    return random.Random("/".join([str(seed), *map(str, names)]))  # noqa: S311 - a simulation, not a secret


def normal(rng: random.Random) -> float:
    """Nearly normal, mean 0, standard deviation 1, never beyond 3.47: four uniform draws, summed."""
    draw = rng.random
    return (draw() + draw() + draw() + draw() - 2.0) * _ROOT_OF_3


def exponential(exponent: float) -> float:
    """e to the power of ``exponent``, within 0.3 % for exponents between -2 and 2, by squaring ten times."""
    value = 1.0 + exponent / 1024.0
    for _ in range(10):
        value *= value
    return value


def lognormal(rng: random.Random, sigma: float) -> float:
    """A positive factor with median 1."""
    return exponential(sigma * normal(rng))


def bridge(rng: random.Random, steps: int, sigma: float, persistence: float = 1.0) -> list[float]:
    """A noisy walk of ``steps`` steps (``steps + 1`` points) that starts and ends at exactly 0.

    ``persistence`` below 1 pulls the walk back to 0, so that its swings stay small over a long stretch.
    """
    value = 0.0
    walk = [value]
    for _ in range(steps):
        value = persistence * value + sigma * normal(rng)
        walk.append(value)
    return [point - value * index / steps for index, point in enumerate(walk)]


def piecewise(points: Sequence[tuple[float, float]], steps: int, scale: float = 1.0) -> list[float]:
    """The polyline through ``points`` (position, value), read at ``0, scale, ... steps * scale``."""
    values: list[float] = []
    segment = 0
    for index in range(steps + 1):
        position = index * scale
        while segment < len(points) - 2 and position > points[segment + 1][0]:
            segment += 1
        (left, low), (right, high) = points[segment], points[segment + 1]
        values.append(low + (high - low) * (position - left) / (right - left))
    return values
