"""Who answers for the assets, how old they may get, and for what they wait: the same for all of them."""

from __future__ import annotations

from datetime import timedelta

import dagster as dg

OWNERS = ["team:warehouse"]
POOL = "duckdb"  # one writer: every asset that opens the build database waits for this slot


def fresh_daily() -> dg.FreshnessPolicy:
    """Materialized every day, as the schedule does it; half a day late is worth a look, a day and a half is broken."""
    return dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=60), warn_window=timedelta(hours=36))
