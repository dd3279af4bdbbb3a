"""Published tables by hand: a few days of one asset with invented figures, and a way to change single values."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl

from brief import DayTables
from regimes import regime_labels
from regimes.schema import TABLES, dtypes

LAST = date(2026, 3, 10)
DAYS = [LAST - timedelta(days=back) for back in range(4, -1, -1)]
FLUSH = {
    "event": "leverage_flush",
    "regime": "leverage_flush",
    "family": "mechanical",
    "confidence": 0.91,
    "known_inputs_share": 1.0,
    "data_status": "complete",
    "is_final": True,
    "explanation": "Longs were closed.",
    "state_in_words": "aftermath of leverage flush, day 3",
    "rules_version": "9.9.9",
    "parameter_hash": "0123456789abcdef",
}
EVIDENCE = {
    "label": "leverage_flush", "label_rank": 1, "predicate": "liquidation_spike", "role": "core",
    "feature": "liquidation_multiple", "value": 5.5, "unit": "ratio", "membership": 1.0, "weight": 0.5,
    "baseline": "median of the 30 days before: 40 million USD", "mart": "liquidations_daily",
}  # fmt: skip


def of_schema(table: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """The rows as that table is published; what a row does not name is null."""
    schema = dtypes(TABLES[table].columns)
    return pl.DataFrame([{**dict.fromkeys(schema), **row} for row in rows], schema=schema, orient="row")


def frames(day: dict[str, Any] | None = None, evidence: list[dict[str, Any]] | None = None) -> dict[str, pl.DataFrame]:
    """The tables; `day` changes the label's row of the last day, `evidence` replaces its evidence."""
    key = [{"asset": "BTC", "day": d} for d in DAYS]
    regimes = [{**k, **FLUSH, "event": "mixed", "regime": "mixed"} for k in key[:-1]]
    regimes.append({**key[-1], **FLUSH, **(day or {})})
    features = [{**k, "close_usd": 70_000.0, "liquidations_usd": 1e6, "liquidation_multiple": 5.5} for k in key]
    rows = [EVIDENCE] if evidence is None else evidence
    return {
        "regimes_daily": of_schema("regimes_daily", regimes),
        "leverage_features_daily": of_schema("leverage_features_daily", features),
        "regime_evidence": of_schema("regime_evidence", [{**key[-1], **EVIDENCE, **row} for row in rows]),
        "regime_labels": regime_labels(),
        "prices_daily": _mart(venues="binance", close_usd=70_000.0, low_usd=69_000.0, high_usd=71_000.0),
        "liquidations_daily": _mart(feed_set="feed:contract", long_liquidations_usd=9e8, short_liquidations_usd=1e8),
        "open_interest_daily": _mart(feeds="feed", open_interest_usd=5e10, open_interest_coin=7e5),
        "funding_daily": _mart(venues="binance", funding_8h_bp=0.5),
        "exchange_flows_daily": _mart(feed="vendor", netflow_coin=-1_500.0),
        "network_activity_daily": _mart(feed="vendor", active_addresses_count=700_000.0),
        "feed_status": pl.DataFrame(
            {"feed": ["one"], "last_day": [LAST], "row_count": [7], "skipped": ["no key <script>alert(1)</script>"]}
        ),
    }


def _mart(**values: Any) -> pl.DataFrame:
    return pl.DataFrame([{"asset": "BTC", "day": day, **values} for day in DAYS])


def tables(**changes: Any) -> DayTables:
    """The tables of the last day."""
    return DayTables("BTC", LAST, frames(**changes))
