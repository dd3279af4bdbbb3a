"""How a price in USD reads: coins cost 78,640 or 0.00001778."""

from __future__ import annotations

import math


def price_text(value: float, sign: str = "") -> str:
    """To the dollar from a hundred on, to the cent from one on, with four figures below: 78,640, 24.31, 0.1043.

    With the `sign` "+" a positive number has a plus sign.
    """
    size = abs(value)
    decimals = 0 if size >= 100 or size == 0 else 2 if size >= 1 else 3 - math.floor(math.log10(size))
    return f"{value:{sign},.{decimals}f}"
