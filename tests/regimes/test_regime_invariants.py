"""What must hold of any days: the future changes nothing, a missing input is named, up mirrors down."""

from dataclasses import fields, replace
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from regimes import Classification, DailyMarts, MartError, Parameters, classify, daily_features
from tests.properties import examples
from tests.regimes.synthetic_marts import (
    FIRST_DAY,
    LONG_AFTER,
    Day,
    calm_days,
    marts_of,
    quiet_day,
    settled_days,
    with_fund_flows,
)

FLUSH = quiet_day(
    return_pct=-6.0, low_pct=-9.0, high_pct=0.2, long_usd=40e6, short_usd=8e6, open_interest_change_pct=-7.0
)
SOLD = quiet_day(return_pct=-3.0, low_pct=-4.0)
REDEEMED = replace(SOLD, fund_netflow=-900e6)
STORY = (FLUSH, FLUSH.mirrored(), quiet_day(), replace(SOLD, inflow=40_000.0), REDEEMED)
few = examples(12)


def told(days: list[Day], parameters: Parameters) -> Classification:
    return classify(daily_features(marts_of({"BTC": days}), parameters), parameters, LONG_AFTER)


def last(days: list[Day], parameters: Parameters) -> dict[str, object]:
    return told(days, parameters).days.row(-1, named=True)


def as_it_stood(scenarios: pl.DataFrame, last_day: date) -> pl.DataFrame:
    """The table scenarios without what was opened, or became known, after a day."""
    later = pl.col("resolved_on") > last_day
    return scenarios.filter(pl.col("opened_on") <= last_day).with_columns(
        pl.when(later).then(pl.lit("open")).otherwise("status").alias("status"),
        pl.when(later).then(None).otherwise("resolved_on").alias("resolved_on"),
    )


@examples(10)
@given(
    seed=st.integers(0, 99),
    story=st.lists(st.sampled_from(STORY), min_size=30, max_size=30),
    cuts=st.sets(st.integers(1, 29), min_size=3, max_size=3),
)
def test_later_days_change_nothing_that_was_said(
    seed: int, story: list[Day], cuts: set[int], parameters: Parameters
) -> None:
    """Events, states, levels, scenarios, spans, evidence and base rates, to the last bit, wherever the days end."""
    days = with_fund_flows([*calm_days(80, seed), *story], seed)
    late = told(days, parameters)
    for cut in cuts:
        early = told(days[: 80 + cut], parameters)
        until = FIRST_DAY + timedelta(days=80 + cut - 1)
        assert_frame_equal(late.days.filter(pl.col("day") <= until), early.days, check_exact=True)
        assert_frame_equal(late.evidence.filter(pl.col("day") <= until), early.evidence, check_exact=True)
        assert_frame_equal(late.support.filter(pl.col("day") <= until), early.support, check_exact=True)
        assert_frame_equal(as_it_stood(late.scenarios, until), early.scenarios, check_exact=True)
        ended = early.spans.filter(~pl.col("is_open"))
        assert_frame_equal(late.spans.head(ended.height), ended, check_exact=True)


# What a day can lack, and what says so: on the day itself, or on the one before it.
ON_THE_DAY: dict[str, dict[str, object]] = {
    "ohlc": {"priced": False},
    "long_liquidations": {"long_usd": None},
    "short_liquidations": {"short_usd": None},
    "open_interest": {"open_interest_known": False},
    "funding": {"funding_bp": None},
    "netflow": {"inflow": None, "outflow": None},
}
THE_DAY_BEFORE: dict[str, dict[str, object]] = {
    "previous_close": {"priced": False},
    "previous_open_interest": {"open_interest_known": False},
}
MART_OF = {
    "ohlc": "prices_daily",
    "long_liquidations": "liquidations_daily",
    "short_liquidations": "liquidations_daily",
    "open_interest": "open_interest_daily",
    "funding": "funding_daily",
    "netflow": "exchange_flows_daily",
}


@pytest.mark.parametrize("drop", [*ON_THE_DAY, *THE_DAY_BEFORE])
@examples(3)
@given(seed=st.integers(0, 99), day=st.sampled_from(STORY))
def test_a_dropped_input_is_insufficient_data_with_its_name(
    drop: str, seed: int, day: Day, parameters: Parameters
) -> None:
    before = replace(FLUSH, **THE_DAY_BEFORE.get(drop, {}))
    on_the_day = replace(day, **ON_THE_DAY.get(drop, {}))
    is_insufficient(told([*calm_days(110, seed), before, on_the_day], parameters), drop)


@pytest.mark.parametrize("drop", MART_OF)
@examples(2)
@given(seed=st.integers(0, 99), day=st.sampled_from(STORY))
def test_a_dropped_row_is_insufficient_data_with_its_name(
    drop: str, seed: int, day: Day, parameters: Parameters
) -> None:
    marts = marts_of({"BTC": [*calm_days(110, seed), FLUSH, day]})
    less = replace(marts, **{MART_OF[drop]: getattr(marts, MART_OF[drop]).head(-1)})
    is_insufficient(classify(daily_features(less, parameters), parameters, LONG_AFTER), drop)


@few
@given(seed=st.integers(0, 99), day=st.sampled_from(STORY), whole_file=st.booleans())
def test_a_dropped_fund_flow_takes_nothing_but_its_own_half(
    seed: int, day: Day, whole_file: bool, parameters: Parameters
) -> None:
    """Whether the day lacks its report or nobody has the file, the day reads as if there were no funds."""
    days = [*calm_days(110, seed), replace(day, fund_netflow=None)]
    marts = marts_of({"BTC": with_fund_flows(days)})
    funds = marts.fund_flows_daily
    less = replace(marts, fund_flows_daily=funds.clear() if whole_file else funds.head(-1))
    found = classify(daily_features(less, parameters), parameters, LONG_AFTER)
    without = told(days, parameters)
    of_the_day = pl.col("day") == FIRST_DAY + timedelta(days=110)
    said = [name for name in without.days.columns if name != "median_fund_netflow_usd"]
    assert_frame_equal(found.days.filter(of_the_day).select(said), without.days.filter(of_the_day).select(said))
    assert_frame_equal(found.evidence.filter(of_the_day), without.evidence.filter(of_the_day))


def is_insufficient(said: Classification, missing: str) -> None:
    row = said.days.row(-1, named=True)
    assert row["event"] == row["regime"] == "insufficient_data"
    assert missing in str(row["missing_inputs"]).split(",")
    assert row["confidence"] is row["grade"] is row["flags"] is row["phase"] is None


@examples(40)
@given(
    name=st.sampled_from([field.name for field in fields(DailyMarts)]), places=st.sets(st.integers(0, 4), min_size=1)
)
def test_doubled_rows_are_refused_so_that_they_enter_no_total(name: str, places: set[int]) -> None:
    marts = marts_of({"BTC": calm_days(5)})
    frame = getattr(marts, name)
    first = FIRST_DAY + timedelta(days=min(places))
    with pytest.raises(MartError, match=f"{name} has more than one row for .BTC.*{first}"):
        replace(marts, **{name: pl.concat([frame, frame[sorted(places)]])})


@few
@given(
    seed=st.integers(0, 99),
    size=st.floats(0.8, 2.5),
    taken_back=st.sampled_from([0.0, 0.5, 1.0]),
    worst=st.one_of(st.none(), st.floats(-12.0, -7.0)),
)
def test_a_flush_upside_down_is_a_squeeze(
    seed: int, size: float, taken_back: float, worst: float | None, parameters: Parameters
) -> None:
    flush = replace(
        FLUSH,
        return_pct=-6.0 * size * (1.0 - taken_back),
        low_pct=-9.0 * size,
        long_usd=FLUSH.long_usd * size,
        worst_24h_pct=worst,
    )
    days = [*settled_days(120, seed), flush]
    assert last(days, parameters)["event"] == "leverage_flush"
    assert last([day.mirrored() for day in days], parameters)["event"] == "short_squeeze"


@few
@given(seed=st.integers(0, 99), fall=st.floats(-30.0, -3.0))
def test_unchanged_contracts_under_a_fall_are_no_closing(seed: int, fall: float, parameters: Parameters) -> None:
    day = quiet_day(return_pct=fall, low_pct=fall - 1.0, open_interest_change_pct=0.0)
    row = last([*calm_days(110, seed), day], parameters)
    assert row["open_interest_change_1d_pct"] == pytest.approx(0.0, abs=1e-9)


@few
@given(seed=st.integers(0, 99), factor=st.floats(1e-3, 1e3), story=st.lists(st.sampled_from(STORY), max_size=5))
def test_a_feed_that_sees_a_constant_part_of_liquidations_changes_no_label(
    seed: int, factor: float, story: list[Day], parameters: Parameters
) -> None:
    days = [*calm_days(110, seed), *story]
    scaled = [replace(day, long_usd=day.long_usd * factor, short_usd=day.short_usd * factor) for day in days]
    said = ("event", "runner_up", "regime", "phase", "flags", "grade", "support_status", "resolution")
    ours, theirs = told(days, parameters).days.select(said), told(scaled, parameters).days.select(said)
    assert_frame_equal(ours, theirs)
