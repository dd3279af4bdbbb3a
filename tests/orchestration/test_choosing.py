"""The assets of a rule on the simulated market: ranked by what its Binance says, the same on every day of a month."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.selection import Selection
from orchestration.resources import Pipeline
from warehouse.settings import warehouse_at

LARGEST = {
    "top:5:open_interest": ("BTC", "ETH", "SOL", "XRP", "DOGE"),
    "top:3:open_interest,TRX,-ETH": ("TRX", "BTC", "SOL", "XRP"),
}


def chosen(place: Path, rule: str, now: str) -> tuple[str | None, tuple[str, ...]]:
    """The month and the assets of a new warehouse."""
    warehouse_at(place).claim("sample")
    Pipeline(market="sample", warehouse=str(place), now=now).choose_assets(Selection.parse(rule))
    found = warehouse_at(place).chosen()
    assert found is not None
    return found.month, found.assets


@pytest.mark.parametrize("rule", LARGEST)
def test_a_top_by_open_interest_has_the_largest_contracts(tmp_path: Path, rule: str) -> None:
    assert chosen(tmp_path / "w", rule, "2026-02-02T06:00:00Z") == ("2026-01", LARGEST[rule])


def test_the_last_day_of_a_month_has_the_set_of_its_first(tmp_path: Path) -> None:
    """REST keeps open interest for 30 days; a month may have 31."""
    first = chosen(tmp_path / "first", "top:8:open_interest", "2026-01-01T06:00:00Z")
    last = chosen(tmp_path / "last", "top:8:open_interest", "2026-01-31T23:00:00Z")
    assert first == last
    assert first[0] == "2025-12"
