"""Readings of the running day: judged as of the end of their window, made once, and again only for other rows."""

import json
from datetime import timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from regimes import Parameters
from regimes.hourly_readings import hourly_readings, no_readings
from regimes.parameters import Grades
from tables.published.hourly import READING
from tests.regimes.hourly_windows import FLUSH, NOON, calendar_days, joined, window
from tests.regimes.synthetic_marts import quiet_day

LATER = NOON + timedelta(days=30)
WITHOUT_FLOWS = {"inflow": None, "outflow": None, "addresses": None, "reserve": None}


def test_the_flush_of_the_last_24_hours_is_read_with_its_evidence(parameters: Parameters) -> None:
    (row,) = hourly_readings(calendar_days(), window(FLUSH), no_readings(), parameters, NOON).to_dicts()
    assert tuple(row) == READING
    assert (row["event"], row["data_status"], row["revision"]) == ("leverage_flush", "provisional", 1)
    assert row["missing_inputs"] == "netflow"
    assert row["explanation"].endswith("exchange flows are still to come.")
    evidence = json.loads(row["evidence"])
    assert {one["label"] for one in evidence if one["label_rank"] == 1} == {"leverage_flush"}


def test_the_grade_is_b_at_most(parameters: Parameters) -> None:
    """However low the bound of A is."""
    generous = parameters.model_copy(update={"grades": Grades(a=0.1, b=0.05, c=0.01)})
    (row,) = hourly_readings(calendar_days(), window(FLUSH), no_readings(), generous, NOON).to_dicts()
    assert (row["grade"], row["confidence"] >= generous.grades.a) == ("B", True)


def test_a_reading_says_the_same_however_late_it_is_computed(parameters: Parameters) -> None:
    days, windows = calendar_days(), window(FLUSH)
    at_once, late = (hourly_readings(days, windows, no_readings(), parameters, now) for now in (NOON, LATER))
    assert_frame_equal(at_once.drop("computed_at"), late.drop("computed_at"), check_exact=True)


def test_a_window_is_read_once_and_again_only_when_its_rows_change(parameters: Parameters) -> None:
    days = calendar_days()
    first = hourly_readings(days, window(FLUSH), no_readings(), parameters, NOON)
    assert hourly_readings(days, window(FLUSH), first, parameters, LATER).is_empty()
    calmer = quiet_day(**WITHOUT_FLOWS)
    second = hourly_readings(days, window(calmer), first, parameters, LATER)
    assert second["revision"].to_list() == [2]
    assert second["event"].to_list() != ["leverage_flush"]
    assert hourly_readings(days, window(calmer), pl.concat([first, second]), parameters, LATER).is_empty()


def test_windows_that_are_not_over_are_not_read(parameters: Parameters) -> None:
    """Also when the clock was set back."""
    windows = joined(window(FLUSH), window(FLUSH, NOON + timedelta(hours=1)))
    found = hourly_readings(calendar_days(), windows, no_readings(), parameters, NOON)
    assert found["window_ended_at"].to_list() == [NOON]
    none = hourly_readings(calendar_days(), windows, no_readings(), parameters, NOON - timedelta(seconds=1))
    assert none.is_empty()


@pytest.mark.parametrize("name", ["prices_daily", "liquidations_daily", "open_interest_daily", "funding_daily"])
def test_a_window_without_its_rows_has_no_label(name: str, parameters: Parameters) -> None:
    windows = window(FLUSH)
    nothing = [
        pl.lit(None, kind).alias(column)
        for column, kind in windows[name].drop("asset", "window_ended_at").schema.items()
    ]
    windows[name] = windows[name].with_columns(nothing)
    (row,) = hourly_readings(calendar_days(), windows, no_readings(), parameters, NOON).to_dicts()
    assert (row["event"], row["data_status"], row["confidence"]) == ("insufficient_data", "insufficient", None)
    assert row["evidence"] is None


def test_assets_do_not_touch_each_other(parameters: Parameters) -> None:
    days = calendar_days("BTC", "ETH")
    both = hourly_readings(
        days, joined(window(FLUSH), window(quiet_day(), asset="ETH")), no_readings(), parameters, NOON
    )
    alone = hourly_readings(calendar_days(), window(FLUSH), no_readings(), parameters, NOON)
    assert both["asset"].to_list() == ["BTC", "ETH"]
    assert_frame_equal(both.filter(asset="BTC"), alone, check_exact=True)
