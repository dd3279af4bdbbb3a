"""Support and scenarios from hand-written days: levels freeze at a flush, and each outcome needs its own conditions."""

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from regimes import Parameters
from regimes.memberships import membership_column
from regimes.scenarios import Track, with_scenarios
from regimes.support_levels import with_levels

START = date(2024, 1, 1)


def row(**changes: Any) -> dict[str, Any]:
    """A calm day at the frozen support of 100, with a band of 1 and a resistance of 110."""
    base: dict[str, Any] = {
        "asset": "BTC", "event": "consolidation", "low_usd": 101.0, "close_usd": 103.0, "floor_usd": 100.0,
        "next_floor_usd": 100.0, "band_usd": 1.0, "resistance_usd": 110.0, "comparable_long_share": 0.6,
        "open_interest_change_1d_pct": 0.0, "open_interest_change_3d_pct": 0.0, "netflow_z": 0.0,
        "unknown_inputs": None,
    }  # fmt: skip
    predicates = {"liquidations_ordinary": 1.0, "unexplained_selling": 0.0, "funding_falling": 0.0}
    return base | {membership_column(name): changes.pop(name, value) for name, value in predicates.items()} | changes


def tracked(days: list[dict[str, Any]], parameters: Parameters) -> Track:
    dated = [{"day": START + timedelta(days=i), **each} for i, each in enumerate(days)]
    return with_scenarios(pl.DataFrame(dated, infer_schema_length=None), parameters)


FLUSH = row(event="leverage_flush", low_usd=95.0, close_usd=100.0)
BELOW = {"low_usd": 97.0, "close_usd": 98.5}
OUTCOMES = {
    "consolidation_confirmed": [row(), row(), row()],
    "spot_conviction": [row(**BELOW, unexplained_selling=0.6, open_interest_change_1d_pct=-2.0)],
    "flush_extended": [row(**BELOW, open_interest_change_1d_pct=-2.0)],
    "fresh_shorts": [row(**BELOW, open_interest_change_1d_pct=2.0, funding_falling=0.6)],
    "v_reversal": [row(close_usd=111.0, comparable_long_share=0.3)],
    "expired": [row(open_interest_change_3d_pct=9.0)] * 10,
}


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_each_outcome_needs_its_conditions(outcome: str, parameters: Parameters) -> None:
    track = tracked([FLUSH, *OUTCOMES[outcome]], parameters)
    assert track.days["resolution"].to_list() == [None] * len(OUTCOMES[outcome]) + [outcome]
    assert track.scenarios[0].resolved_on == START + timedelta(days=len(OUTCOMES[outcome]))


UNRESOLVED = {
    "two closes": [row(), row()],
    "a close in between below support": [row(), row(), row(close_usd=99.5), row(), row()],
    "much forced closing": [row(liquidations_ordinary=0.2)] * 4,
    "open interest rebuilt": [row(open_interest_change_3d_pct=4.5)] * 4,
    "a close within the band": [row(low_usd=98.0, close_usd=99.2, open_interest_change_1d_pct=-2.0)],
    "below the band, shorts closed": [row(**BELOW, comparable_long_share=0.4, open_interest_change_1d_pct=-2.0)],
    "a high above resistance on longs": [row(close_usd=111.0, comparable_long_share=0.7)],
    "unknown open interest": [row(**BELOW, open_interest_change_1d_pct=None)],
    # Who sold is still to come: not conviction, and not a flush without it either.
    "unknown flows": [row(**BELOW, open_interest_change_1d_pct=-2.0, netflow_z=None, unexplained_selling=None)],
    "a day without enough data": [row(**BELOW, event="insufficient_data", open_interest_change_1d_pct=-60.0)],
}


def test_time_is_up_on_a_day_without_data_too(parameters: Parameters) -> None:
    track = tracked([FLUSH, *[row(open_interest_change_3d_pct=9.0)] * 9, row(event="insufficient_data")], parameters)
    assert track.days["resolution"][-1] == "expired"


@pytest.mark.parametrize("case", UNRESOLVED)
def test_what_lacks_a_condition_resolves_nothing(case: str, parameters: Parameters) -> None:
    assert tracked([FLUSH, *UNRESOLVED[case]], parameters).days["resolution"].null_count() == len(UNRESOLVED[case]) + 1


def test_levels_are_frozen_at_a_flush_until_it_resolves(parameters: Parameters) -> None:
    moved = {"floor_usd": 50.0, "next_floor_usd": 50.0}
    days = tracked([row(), FLUSH, *[row(**moved)] * 4], parameters).days
    assert days["support_usd"].to_list() == [100.0, 100.0, 100.0, 100.0, 100.0, 50.0]
    assert days["support_is_frozen"].to_list() == [False, False, True, True, True, False]
    assert days["scenario"].to_list() == [None, *["leverage_flush"] * 4, None]


@pytest.mark.parametrize("event", ["leverage_flush", "spot_selloff", "mixed"])
def test_an_extended_flush_freezes_its_own_level(event: str, parameters: Parameters) -> None:
    second = row(**BELOW, event=event, open_interest_change_1d_pct=-5.0, next_floor_usd=98.5)
    track = tracked([FLUSH, second, row(**BELOW)], parameters)
    assert [(s.event, s.support, s.resolution) for s in track.scenarios] == [
        ("leverage_flush", 100.0, "flush_extended"), ("leverage_flush", 98.5, None),
    ]  # fmt: skip
    assert track.days["support_usd"][2] == 98.5


STATUSES = {
    "held": {"low_usd": 100.0, "close_usd": 100.5},
    "tested": {"low_usd": 99.9, "close_usd": 100.5},
    "tested below": {"low_usd": 99.0, "close_usd": 99.5},
    "reclaimed": {"low_usd": 99.0, "close_usd": 100.0},
    "broken": {"low_usd": 98.0, "close_usd": 98.9},
}


@pytest.mark.parametrize("status", STATUSES)
def test_a_day_does_one_thing_to_its_support(status: str, parameters: Parameters) -> None:
    days = tracked([row(), row(**STATUSES[status])], parameters).days
    assert days["support_status"][1] == status.split(" ")[0]


def test_two_closes_below_the_level_of_the_first_break_it(parameters: Parameters) -> None:
    days = tracked([row(close_usd=99.5, low_usd=99.0), row(close_usd=99.4, low_usd=99.2, floor_usd=99.5)], parameters)
    assert days.days["support_status"].to_list() == ["tested", "broken"]


def test_a_close_at_or_above_the_level_in_force_breaks_nothing(parameters: Parameters) -> None:
    """A flush below yesterday's floor freezes a lower one, and the next close is above that."""
    flush = row(event="leverage_flush", low_usd=95.0, close_usd=96.0, next_floor_usd=96.0)
    days = tracked([flush, row(low_usd=95.9, close_usd=97.0)], parameters).days
    assert days.select("support_usd", "support_status").row(1) == (96.0, "tested")


def test_levels_come_from_the_days_before(parameters: Parameters) -> None:
    closes = [100.0 + i for i in range(30)]
    frame = pl.DataFrame(
        {
            "asset": "BTC",
            "day": [START + timedelta(days=i) for i in range(30)],
            "close_usd": closes,
            "high_usd": [c + 2.0 for c in closes],
            "low_usd": [c - 2.0 for c in closes],
        }
    )
    last = with_levels(frame, parameters.support).row(-1, named=True)
    assert (last["floor_usd"], last["next_floor_usd"], last["resistance_usd"]) == (109.0, 110.0, 131.0)
    assert last["atr_usd"] == pytest.approx(4.0)
    assert last["band_usd"] == pytest.approx(1.29)  # one percent of the close is more than a quarter of the range


def test_where_no_source_offers_flows_a_break_is_judged_without_them(parameters: Parameters) -> None:
    unknown = {"netflow_z": None, "open_interest_change_1d_pct": -2.0}
    waits = tracked([FLUSH, row(**BELOW, **unknown)], parameters)
    judged = tracked([FLUSH, row(**BELOW, **unknown, unknown_inputs="netflow")], parameters)
    assert [track.days["resolution"][-1] for track in (waits, judged)] == [None, "flush_extended"]
