"""Identifiers, states and numbers as pages and commands show them. Imports no table: every command needs them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


def as_words(name: str) -> str:
    """An identifier with spaces: leverage_flush becomes leverage flush."""
    return name.replace("_", " ")


def state_of(row: Mapping[str, Any]) -> str:
    """The state in words; of a release of rules before 4.0.0, which has none, the name of the regime."""
    return str(row.get("state_in_words") or as_words(row["regime"]))


def short(value: float) -> str:
    """A number in a few characters: 52.5B, 252M, 743k, 78,640, 2.31, 0.00021."""
    for scale, letter in ((1e9, "B"), (1e6, "M"), (1e5, "k")):
        if abs(value) >= scale:
            scaled = value / (1e3 if letter == "k" else scale)
            return f"{scaled:,.{0 if abs(scaled) >= 100 else 1}f}{letter}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:,.2f}" if abs(value) >= 1 or value == 0 else f"{value:.3g}"


def ordinal(value: float) -> str:
    """A rank in whole numbers, rounded down as everywhere: 0th, 1st, 42nd, 113th."""
    number = math.floor(value)
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
