"""The figures of a day for a reader: name, value with unit, and the mart that it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tables import DEVIATIONS, field
from tables.prices import price_text
from tables.published.regimes import MART_OF

_SCALES = ((1e9, "billion"), (1e6, "million"))
_SHORT = {
    DEVIATIONS: "x usual deviation",
    "ratio": "x",
    "share 0..1": "of 1",
    "percentile 0..100": "th percentile",
}


@dataclass(frozen=True)
class Figure:
    """One line: title, value in words (None if not known), and the mart that it comes from."""

    title: str
    text: str | None
    mart: str


HEADLINE = {
    "close_usd": "close",
    "return_pct": "change on the day",
    "low_vs_previous_close_pct": "low against the previous close",
    "range_pct": "range of the day",
    "long_liquidations_usd": "longs liquidated",
    "short_liquidations_usd": "shorts liquidated",
    "liquidation_multiple": "liquidations against an ordinary day",
    "open_interest_usd": "open interest",
    "open_interest_change_1d_pct": "open interest in contracts, 1 day",
    "open_interest_change_7d_pct": "open interest in contracts, 7 days",
    "funding_8h_bp": "funding",
    "netflow_coin": "netflow to exchanges",
    "netflow_z": "netflow against the usual",
    "active_addresses_count": "active addresses",
    "address_ratio": "addresses against the same weekdays",
}
_SIGNED = ("return", "low_vs", "change", "netflow", "funding")


def headline(features: Mapping[str, Any]) -> list[Figure]:
    """The figures of a row of leverage_features_daily, in reading order."""
    return [Figure(title, _text(column, features[column]), MART_OF[column]) for column, title in HEADLINE.items()]


def _text(column: str, value: float | None) -> str | None:
    unit = field(column).unit
    if value is None:
        return None
    return quantity(value, unit, signed=any(part in column for part in _SIGNED))


def quantity(value: float, unit: str, *, signed: bool = False) -> str:
    """A value with its unit: 252.0 million USD, -7.0 %, +0.50 bp per 8 h, 5.8 x."""
    sign = "+" if signed else ""
    name = _SHORT.get(unit, unit)
    if unit == "USD":
        for scale, word in _SCALES:
            if abs(value) >= scale:
                return f"{value / scale:{sign},.1f} {word} USD"
        return f"{price_text(value, sign)} USD"
    if unit in ("coins", "addresses"):
        return f"{value:{sign},.0f} {name}"
    decimals = 1 if unit in ("%", DEVIATIONS, "percentile 0..100") else 2
    return f"{value:{sign},.{decimals}f} {name}"
