"""Labels that never contradict the day: direction first, every shock has a label, one label in every column."""

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from regimes import Classification, Parameters, classify, daily_features, regime_labels
from regimes.labels import Label
from tests.properties import examples
from tests.regimes.synthetic_marts import FIRST_DAY, LONG_AFTER, Day, calm_days, marts_of, quiet_day, settled_days

SHOCK_Z = 2.5  # from here on the ramps of a price shock are whole
BEFORE = 110
DIRECTION = dict(regime_labels().select("label", "price_direction").iter_rows())
DOWN, UP = ({label for label, way in DIRECTION.items() if way == each} for each in ("down", "up"))
# These also describe days without a shock.
OF_ANY_DAY = {"short_buildup", "deleveraging"}
QUIET = {"mixed", "consolidation"}


def days_of_any_kind(count: int, seed: int) -> list[Day]:
    """Days with moves, wicks, liquidations, open interest, funding and flows drawn apart from each other."""
    draw = random.Random(seed)
    made = []
    for _ in range(count):
        move = draw.choice([draw.gauss(0.0, 1.6), draw.gauss(0.0, 7.0)])
        inflow = 25_000.0 + draw.choice([0.0, 15_000.0]) + draw.gauss(0.0, 3_000.0)
        made.append(
            quiet_day(
                return_pct=move,
                low_pct=min(move, 0.0) - draw.choice([0.2, abs(draw.gauss(0.0, 6.0))]),
                high_pct=max(move, 0.0) + draw.choice([0.2, abs(draw.gauss(0.0, 6.0))]),
                long_usd=5e6 * draw.choice([0.5, 1.0, 8.0]),
                short_usd=5e6 * draw.choice([0.5, 1.0, 8.0]),
                open_interest_change_pct=draw.gauss(0.0, 5.0),
                funding_bp=0.6 + draw.choice([0.0, -1.0, 3.0]) + draw.gauss(0.0, 0.2),
                inflow=inflow,
                outflow=25_200.0 + draw.gauss(0.0, 1_800.0),
            )
        )
    return made


def told(days: list[Day], parameters: Parameters) -> Classification:
    return classify(daily_features(marts_of({"BTC": days}), parameters), parameters, LONG_AFTER)


@examples(12)
@given(seed=st.integers(0, 10_000))
@example(seed=3)
def test_no_label_contradicts_its_day(seed: int, parameters: Parameters) -> None:
    result = told([*calm_days(BEFORE, seed), *days_of_any_kind(60, seed)], parameters)
    known = {(row["day"], row["label_rank"]): row["label"] for row in result.evidence.iter_rows(named=True)}
    for row in result.days.filter(pl.col("data_status") == "complete").iter_rows(named=True):
        contradicts_nothing(row)
        assert known[row["day"], 1] == row["event"]
        assert known.get((row["day"], 2)) == row["runner_up"]


def contradicts_nothing(row: dict[str, Any]) -> None:
    event, regime, z = row["event"], row["regime"], row["return_z"]
    if z <= -SHOCK_Z:
        assert event in DOWN
    if z >= SHOCK_Z:
        assert event in UP
    if abs(z) >= SHOCK_Z:
        assert regime not in QUIET
    if row["range_multiple"] >= 1.5:
        assert "consolidation" not in (event, regime)
    down = min(row["low_vs_previous_close_z"], row["worst_return_24h_z"]) > -1.5 and z > -0.5
    up = max(row["high_vs_previous_close_z"], row["best_return_24h_z"]) < 1.5 and z < 0.5
    assert not (down and event in DOWN - OF_ANY_DAY), row
    assert not (up and event in UP), row
    assert 0.0 <= row["confidence"] <= 1.0
    if row["family"] == "none":
        assert row["confidence"] <= 0.5


def test_the_confidence_of_a_mixed_day_says_how_quiet_it_was(history: list[Day], parameters: Parameters) -> None:
    """However far the day is from every label: the wider its range, the lower the confidence."""
    wide = [quiet_day(low_pct=-x, high_pct=x, long_usd=8e6, short_usd=8e6) for x in (1.8, 2.2)]
    rows = [told([*history, day], parameters).days.row(-1, named=True) for day in wide]
    assert [row["event"] for row in rows] == ["mixed", "mixed"]
    assert rows[0]["confidence"] > rows[1]["confidence"]
    assert all(row["confidence"] <= 0.5 for row in rows)


def test_the_larger_of_two_moves_is_the_direction_and_of_equal_ones_the_close(
    history: list[Day], parameters: Parameters
) -> None:
    fell = quiet_day(return_pct=-9.0, low_pct=-10.0, high_pct=12.0)
    rose = quiet_day(return_pct=9.0, low_pct=-12.0, high_pct=10.0)
    for day, labels in ((fell, DOWN), (rose, UP)):
        assert told([*history, day], parameters).days["event"][-1] in labels


def test_a_low_that_the_close_took_back_is_a_flush_however_deep(history: list[Day], parameters: Parameters) -> None:
    """Also with the flows of a capitulation, or with open interest where it was; by the close a fall is one."""
    low = quiet_day(low_pct=-25.0, long_usd=40e6, short_usd=20e6, inflow=60_000.0)
    back = replace(low, return_pct=-2.0, open_interest_change_pct=-12.0)
    kept = replace(low, return_pct=-2.0, inflow=25_000.0, open_interest_change_pct=1.0)
    down = replace(low, return_pct=-22.0, short_usd=4e6, open_interest_change_pct=-12.0)
    events = [told([*history, day], parameters).days["event"][-1] for day in (back, kept, down)]
    assert events == ["leverage_flush", "leverage_flush", "capitulation"]


FORCED_DOWN, FORCED_UP = {"leverage_flush", "long_squeeze", "capitulation"}, {"short_squeeze"}
FREE_DOWN = {"spot_selloff", "short_buildup", "unattributed_selloff"}
FREE_UP = {"spot_rally", "leveraged_rally", "unattributed_rally"}
# For each label what its day can be upside down: open interest, funding and flows have no mirror, so they choose among
# the labels of the other direction. On a day without a shock there is nothing to turn.
MIRRORS: dict[str, set[str]] = {
    **dict.fromkeys(FORCED_DOWN, FORCED_UP),
    **dict.fromkeys(FORCED_UP, FORCED_DOWN),
    **dict.fromkeys(FREE_DOWN, FREE_UP),
    **dict.fromkeys(FREE_UP, FREE_DOWN),
    "deleveraging": {"deleveraging"},
    "leverage_buildup": {"leverage_buildup"},
    "overheated": {"overheated"},
    "consolidation": {"consolidation"},
    "mixed": {"mixed"},
    "insufficient_data": {"insufficient_data"},
}


def mirror_days() -> dict[str, list[Day]]:
    """For each label days that have it; the moves of the labels without a direction are too small to have one."""
    flush = quiet_day(
        return_pct=-6.0, low_pct=-9.0, high_pct=0.2, long_usd=40e6, short_usd=8e6, open_interest_change_pct=-7.0
    )
    fall = quiet_day(return_pct=-4.5, low_pct=-5.0, high_pct=0.1)
    # Neither prices nor flows may repeat for days.
    week = [quiet_day(return_pct=0.05 * (-1.0) ** i, inflow=25_000.0 + i) for i in range(7)]
    return {
        "leverage_flush": [flush],
        "long_squeeze": [replace(flush, open_interest_change_pct=2.0)],
        "capitulation": [replace(flush, return_pct=-18.0, low_pct=-20.0, inflow=60_000.0)],
        "short_squeeze": [replace(flush, open_interest_change_pct=2.0).mirrored()],
        "spot_selloff": [replace(fall, inflow=36_000.0, open_interest_change_pct=1.0)],
        "short_buildup": [replace(fall, open_interest_change_pct=5.0, funding_bp=-0.3)],
        "unattributed_selloff": [replace(fall, open_interest_change_pct=0.3)],
        "spot_rally": [replace(fall, open_interest_change_pct=-1.0, outflow=31_000.0).mirrored()],
        "leveraged_rally": [replace(fall, open_interest_change_pct=5.0, funding_bp=1.2).mirrored()],
        "unattributed_rally": [replace(fall, open_interest_change_pct=5.0).mirrored()],
        "deleveraging": [replace(day, open_interest_change_pct=-2.2) for day in week],
        "leverage_buildup": [
            replace(day, open_interest_change_pct=1.8, funding_bp=0.7, reserve=3_500_000.0) for day in week
        ],
        "overheated": [replace(day, open_interest_change_pct=1.8, funding_bp=3.9) for day in week],
        "consolidation": [quiet_day(return_pct=0.0)],
        "mixed": [quiet_day(return_pct=0.0, low_pct=-2.0, high_pct=2.0, long_usd=8e6, short_usd=8e6)],
        "insufficient_data": [quiet_day(return_pct=0.0, funding_bp=None)],
    }


@examples(2)
@given(seed=st.integers(0, 9))
def test_upside_down_every_label_is_its_mirror(seed: int, parameters: Parameters) -> None:
    """Prices turned and sides swapped, of the day and of the history before it."""
    stories = {label: [*settled_days(220, seed), *days] for label, days in mirror_days().items()}
    stories |= {f"turned {label}": [day.mirrored() for day in days] for label, days in stories.items()}
    last = told_all(stories, parameters)
    assert set(MIRRORS) == {label.value for label in Label}
    for label, mirrors in MIRRORS.items():
        assert last[label] == label
        assert last[f"turned {label}"] in mirrors, label


def told_all(stories: dict[str, list[Day]], parameters: Parameters) -> dict[str, str]:
    days = classify(daily_features(marts_of(stories), parameters), parameters, LONG_AFTER).days
    ends = {asset: FIRST_DAY + timedelta(days=len(story) - 1) for asset, story in stories.items()}
    return {row["asset"]: row["event"] for row in days.iter_rows(named=True) if row["day"] == ends[row["asset"]]}


@pytest.mark.parametrize("label", ["unattributed_selloff", "unattributed_rally"])
def test_what_nobody_can_be_shown_to_have_done_is_said_so(
    label: str, history: list[Day], parameters: Parameters
) -> None:
    row = told([*history, *mirror_days()[label]], parameters).days.row(-1, named=True)
    assert row["event"] == row["regime"] == label
    assert (row["phase"], row["family"]) == ("onset", "none")
    assert "the data does not show who" in row["explanation"]
    assert row["confidence"] <= 0.5
