"""Revisions: made when something that was said changes, never for a last digit, with the reason, and kept."""

from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest

from regimes import Parameters, classify, daily_features, new_revisions, regime_changes, regimes_daily
from regimes.revisions import no_revisions
from tests.regimes.synthetic_marts import FIRST_DAY, calm_days, marts_of, quiet_day

LAST = FIRST_DAY + timedelta(days=99)
MORNING = datetime.combine(LAST, datetime.min.time()) + timedelta(days=1, hours=6)


@pytest.fixture(scope="module")
def days(parameters: Parameters) -> pl.DataFrame:
    """A hundred calm days as classified on the morning after."""
    return classify(daily_features(marts_of({"BTC": calm_days(100)}), parameters), parameters, MORNING).days


def changed(days: pl.DataFrame, **values: Any) -> pl.DataFrame:
    """The days, the last of them with other values."""
    last = pl.col("day") == LAST
    return days.with_columns(
        pl.when(last).then(pl.lit(value, days.schema[name])).otherwise(pl.col(name)).alias(name)
        for name, value in values.items()
    )


def published(days: pl.DataFrame, known: pl.DataFrame, parameters: Parameters, at: datetime = MORNING) -> pl.DataFrame:
    """The new revisions, as the warehouse gives them back: with the moment at which they became available."""
    made = new_revisions(days, known, parameters, at)
    return made.with_columns(pl.lit(at, pl.Datetime("us")).alias("available_at"))


def test_each_day_is_published_once(days: pl.DataFrame, parameters: Parameters) -> None:
    first = published(days, no_revisions(), parameters)
    assert first["revision"].to_list() == [1] * days.height
    assert first["restatement_reason"].null_count() == days.height
    assert new_revisions(days, first, parameters, MORNING + timedelta(days=1)).height == 0


def test_only_recent_days_are_no_backfill(days: pl.DataFrame, parameters: Parameters) -> None:
    first = published(days, no_revisions(), parameters)
    assert first.filter(~pl.col("is_backfill"))["day"].to_list() == [LAST - timedelta(days=1), LAST]


REASONS = {
    "flows_restated": {"event": "mixed", "netflow_z": 5.0},
    "prices_restated": {"grade": "D", "close_usd": 1.0},
    "inputs_lost,flows_restated": {"regime": "insufficient_data", "missing_inputs": "netflow", "netflow_z": 9.0},
    "inputs_arrived": {"event": "spot_selloff", "fund_netflow_usd": -5e8, "fund_netflow_z": -4.0},
    "open_interest_restated": {"event": "mixed", "open_interest_change_7d_pct": -9.0},
    "prices_restated,activity_restated": {"event": "mixed", "worst_return_24h_pct": -9.0, "address_ratio": 1.3},
    "rules": {"flags": "fresh_shorts", "rules_version": "9.9.9"},
    "earlier_days": {"regime": "mixed"},
}


@pytest.mark.parametrize("reason", REASONS)
def test_a_revision_says_why(reason: str, days: pl.DataFrame, parameters: Parameters) -> None:
    first = published(days, no_revisions(), parameters)
    second = new_revisions(changed(days, **REASONS[reason]), first, parameters, MORNING)
    assert second.select("day", "revision", "restatement_reason").rows() == [(LAST, 2, reason)]


def test_missing_inputs_are_compared_one_by_one(days: pl.DataFrame, parameters: Parameters) -> None:
    """Netflow had been missing alone; now funding is missing as well, or in its place."""
    lacking = {"event": "insufficient_data", "grade": None}
    first = published(changed(days, missing_inputs="netflow"), no_revisions(), parameters)
    for missing, reason in (("funding,netflow", "inputs_lost"), ("funding", "inputs_arrived,inputs_lost")):
        second = new_revisions(changed(days, missing_inputs=missing, **lacking), first, parameters, MORNING)
        assert second["restatement_reason"].to_list() == [reason]


def test_what_is_optional_can_arrive_and_get_lost_too(days: pl.DataFrame, parameters: Parameters) -> None:
    first = published(changed(days, worst_return_24h_pct=None), no_revisions(), parameters)
    for values, reason in (
        ({"worst_return_24h_pct": -9.0}, "inputs_arrived"),
        ({"worst_return_24h_pct": None, "address_ratio": None}, "inputs_lost"),
        # Told for the first time by other rules: no input came.
        ({"worst_return_24h_pct": -9.0, "rules_version": "9.9.9"}, "rules"),
    ):
        second = new_revisions(changed(days, event="mixed", **values), first, parameters, MORNING)
        assert second["restatement_reason"].to_list() == [reason]


def test_a_resolution_that_was_told_is_taken_back(days: pl.DataFrame, parameters: Parameters) -> None:
    first = published(changed(days, resolution="spot_conviction"), no_revisions(), parameters)
    for after, kinds in ((None, "restatement"), ("flush_extended", "scenario_resolved,restatement")):
        second = new_revisions(changed(days, resolution=after, netflow_z=0.1), first, parameters, MORNING)
        assert second.select("resolution", "kinds").rows() == [(after, kinds)]


def test_a_fund_flow_that_is_corrected_or_withdrawn_says_so(days: pl.DataFrame, parameters: Parameters) -> None:
    reported = changed(days, fund_netflow_usd=-5e8)
    first = published(reported, no_revisions(), parameters)
    for flow, reason in ((-4e8, "fund_flows_restated"), (None, "inputs_lost")):
        second = new_revisions(changed(days, event="mixed", fund_netflow_usd=flow), first, parameters, MORNING)
        assert second["restatement_reason"].to_list() == [reason]


def test_an_input_that_moves_makes_no_revision(days: pl.DataFrame, parameters: Parameters) -> None:
    first = published(days, no_revisions(), parameters)
    moved = changed(days, confidence=0.123, close_usd=99.0, netflow_z=9.0, runner_up="mixed", explanation="other")
    assert new_revisions(moved, first, parameters, MORNING).height == 0


def test_the_day_that_becomes_final_says_so(days: pl.DataFrame, parameters: Parameters) -> None:
    early = published(changed(days, is_final=False, grade="C", missing_inputs="netflow"), no_revisions(), parameters)
    late = new_revisions(changed(days, grade="A", missing_inputs=None), early, parameters, MORNING)
    assert late["restatement_reason"].to_list() == ["final,inputs_arrived"]


def test_the_current_row_carries_the_revision_that_said_it(days: pl.DataFrame, parameters: Parameters) -> None:
    first = published(days, no_revisions(), parameters)
    later = MORNING + timedelta(hours=3)
    restated = changed(days, event="mixed", netflow_z=5.0)
    known = pl.concat([first, published(restated, first, parameters, later)])
    table = regimes_daily(restated, known)
    assert table["revision"].to_list() == [1] * (days.height - 1) + [2]
    assert table["available_at"].to_list() == [MORNING] * (days.height - 1) + [later]


def test_changes_have_ids_that_stay_and_say_what_kind(parameters: Parameters) -> None:
    crash = quiet_day(return_pct=-6.0, low_pct=-9.0, long_usd=40e6, short_usd=8e6, open_interest_change_pct=-7.0)
    marts = marts_of({"BTC": [*calm_days(99), crash]})
    said = classify(daily_features(marts, parameters), parameters, MORNING).days
    first = published(said, no_revisions(), parameters)
    told = regime_changes(first).row(-1, named=True)
    assert told["event_id"] == f"BTC/{LAST}/1"
    assert told["kinds"].split(",")[0] == "regime_change"
    lost = changed(said, event="insufficient_data", regime="insufficient_data", data_status="insufficient", flags=None)
    known = pl.concat([first, published(lost, first, parameters)])
    again = regime_changes(known)
    assert again.filter(pl.col("revision") == 1).equals(regime_changes(first))
    last = again.row(-1, named=True)
    assert (last["kinds"], last["previous_regime"]) == ("regime_change,degraded_data,restatement", "leverage_flush")
