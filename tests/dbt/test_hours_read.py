"""Models of hours read the newest hours alone: what they cost does not grow with the years of history."""

from __future__ import annotations

from ingest.feeds import FEEDS
from orchestration.internals.dbt_manifest import parsed_project, sources_of
from orchestration.window_models import TAG

OF_HOURS = (
    "int_hourly_liquidations__all_venues",
    "int_hourly_open_interest__all_venues",
    "int_hourly_prices__all_venues",
)
# One row per run and instrument.
PRESENT_ALONE = {"stg_deribit__open_interest", "stg_hyperliquid__open_interest", "stg_ops__instruments"}
OF_DAYS_TOO = {"stg_coinglass__liquidations"}
FIRST_HOUR = "macro.leverage.first_hour_read"


def test_hourly_series_are_cut_before_the_newest_version_of_a_row_is_chosen() -> None:
    nodes = parsed_project().nodes
    by_name = {node.name: node for node in nodes.values() if node.resource_type == "model"}
    read = (
        {nodes[parent].name for name in OF_HOURS for parent in by_name[name].depends_on.nodes}
        - PRESENT_ALONE
        - OF_DAYS_TOO
    )
    assert len(read) > 5
    assert [name for name in sorted(read) if FIRST_HOUR not in by_name[name].depends_on.macros] == []


def test_the_running_day_asks_for_every_hourly_feed_and_for_predictions() -> None:
    hourly = {feed.name for feed in FEEDS if "_hourly_" in feed.name or feed.kind == "predicted_funding"}
    assert {"gate_hourly_contract_stats", "bybit_predicted_funding"} < hourly
    assert hourly <= sources_of(parsed_project(), TAG)
