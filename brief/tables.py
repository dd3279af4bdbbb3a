"""The published tables that a brief is made from, filtered to one asset and to the days that the page shows."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

REQUIRED = (
    "prices_daily",
    "liquidations_daily",
    "open_interest_daily",
    "funding_daily",
    "exchange_flows_daily",
    "network_activity_daily",
    "leverage_features_daily",
    "regimes_daily",
    "regime_evidence",
    "regime_labels",
    "feed_status",
)
READ_IF_THERE = (
    "support_daily",
    "scenarios",
    "regime_changes",
    "regime_revisions",
    "dim_feed_breaks",
    "market_daily",
    "market_breadth_daily",
)
DAYS_DRAWN = 90  # as many as the longest baseline except percentiles
# When a row was written does not change its content.
WRITTEN_AT = ("computed_at", "available_at")


@dataclass(frozen=True)
class DayTables:
    """The published tables by name, and which day of which asset the page is about."""

    asset: str
    day: date
    frames: Mapping[str, pl.DataFrame]

    def of_day(self, table: str) -> dict[str, Any]:
        """The day's row; empty when the table is not there or has none."""
        rows = self.rows(table)
        return rows[0] if rows else {}

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The day's rows in published order."""
        found = self._of_asset(table)
        return [] if found is None else found.filter(pl.col("day") == self.day).to_dicts()

    def of_day_before(self, table: str) -> dict[str, Any]:
        """The row of the day before; empty when the table is not there or has none."""
        return DayTables(self.asset, self.day - timedelta(days=1), self.frames).of_day(table)

    def up_to_day(self, table: str) -> pl.DataFrame:
        """All rows of the asset up to the day, oldest first. Raises KeyError without the table."""
        return self.frames[table].filter(asset=self.asset).filter(pl.col("day") <= self.day).sort("day")

    def scenario(self) -> list[dict[str, Any]]:
        """The outcomes of the scenario in force on the day; empty without one."""
        opened_on, found = self.of_day("regimes_daily").get("scenario_opened_on"), self._of_asset("scenarios")
        if opened_on is None or found is None:
            return []
        return found.filter(pl.col("opened_on") == opened_on).to_dicts()

    def market(self) -> str | None:
        """The sentence of the market on the day; None where the only asset is the market."""
        found = self.frames.get("market_daily")
        if found is None:
            return None
        sentences = found.filter(pl.col("day") == self.day, pl.col("asset_count") > 1)["sentence"]
        return sentences[0] if sentences.len() else None

    def drawn(self, table: str) -> pl.DataFrame:
        """The days that charts show, oldest first and ending with the day. Raises KeyError without the table."""
        return self.up_to_day(table).filter(pl.col("day") > self.day - timedelta(days=DAYS_DRAWN))

    def _of_asset(self, table: str) -> pl.DataFrame | None:
        frame = self.frames.get(table)
        return None if frame is None else frame.filter(pl.col("asset") == self.asset)


def row_hash(tables: DayTables, pages: Collection[tuple[str, date]] = ()) -> str:
    """SHA-256 over the label, figures, evidence, support and market of the day, and which days beside it have a page.

    A page is kept while this is the same. Everything else on it (earlier days in the charts, feeds, licences, the
    template) is then as it was when the page was made.
    """
    beside = [(tables.asset, tables.day + timedelta(days=by)) in pages for by in (-1, 1)]
    digest = hashlib.sha256(repr((beside, tables.market())).encode())
    for name in ("regimes_daily", "leverage_features_daily", "regime_evidence", "support_daily"):
        for row in tables.rows(name):
            said = {key: value for key, value in row.items() if key not in WRITTEN_AT}
            digest.update(f"{name}{sorted(said.items())!r}".encode())
    return digest.hexdigest()
