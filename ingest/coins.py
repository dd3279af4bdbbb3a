"""The coin behind the base symbol of a contract: 1000SHIB, SHIB1000 and kSHIB all count thousands of SHIB.

Cheap coins are traded in multiples, so that a price has few zeros. Each venue spells the multiple in its own way.
"""

from __future__ import annotations

import re
from typing import NamedTuple

# Binance and Bybit write 1000SHIB and 1000000MOG, Binance also 1MBABYDOGE, Bybit SHIB1000, Hyperliquid kSHIB.
BEFORE = re.compile(r"(?P<multiple>10{3,})(?P<coin>[^\W\d]\w*)")
MILLION = re.compile(r"1M(?P<coin>[A-Z]\w{2,})")
AFTER = re.compile(r"(?P<coin>[^\W\d]\w*?)(?P<multiple>10{3,})")
THOUSAND = re.compile(r"k(?P<coin>[A-Z]\w+)")


class Coin(NamedTuple):
    """A coin, and how many of it one unit of the contract's base counts."""

    name: str
    multiple: int = 1


def coin_of(base: str) -> Coin:
    """The coin of a venue's base symbol and how many of it the symbol counts: SHIB and 1000 for 1000SHIB."""
    if found := BEFORE.fullmatch(base) or AFTER.fullmatch(base):
        return Coin(found["coin"], int(found["multiple"]))
    if found := MILLION.fullmatch(base):
        return Coin(found["coin"], 1_000_000)
    if found := THOUSAND.fullmatch(base):
        return Coin(found["coin"], 1_000)
    return Coin(base)
