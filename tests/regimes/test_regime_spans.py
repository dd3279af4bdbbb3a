"""Days of one regime in a row are one span, of each asset by itself; the last is open."""

from __future__ import annotations

from datetime import date

import polars as pl

from regimes import regime_spans


def day(number: int) -> date:
    return date(2026, 1, number)


def test_days_of_one_regime_are_one_span_of_one_asset() -> None:
    regimes = {"BTC": ["a", "a", "b", "a", "a"], "ETH": ["a", "b", "b", "b", "b"]}
    days = pl.DataFrame(
        [(asset, day(n), regime) for asset, all_of_it in regimes.items() for n, regime in enumerate(all_of_it, 1)],
        schema={"asset": pl.String, "day": pl.Date, "regime": pl.String},
        orient="row",
    )
    assert regime_spans(days).select("asset", "regime", "first_day", "last_day", "day_count", "is_open").rows() == [
        ("BTC", "a", day(1), day(2), 2, False),
        ("BTC", "b", day(3), day(3), 1, False),
        ("BTC", "a", day(4), day(5), 2, True),
        ("ETH", "a", day(1), day(1), 1, False),
        ("ETH", "b", day(2), day(5), 4, True),
    ]
