"""Trailing statistics against a plain computation, day by day, with holes, floors and clips."""

import random
from datetime import date, timedelta
from statistics import median

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regimes.baselines import known_before, percentile, robust_z, trailing
from tests.properties import examples

START = date(2024, 1, 1)


def frame_of(values: list[float | None], asset: str = "BTC") -> pl.DataFrame:
    days = [START + timedelta(days=i) for i in range(len(values))]
    return pl.DataFrame({"asset": asset, "day": days, "x": values}, schema_overrides={"x": pl.Float64})


def test_trailing_statistics_equal_a_plain_computation() -> None:
    noise = random.Random(3)
    values = [None if noise.random() < 0.05 else noise.gauss(0, 1) for _ in range(150)]
    result = trailing(frame_of(values), ["x"], 90, ["asset"])
    for position, row in enumerate(result.iter_rows(named=True)):
        before = [x for x in values[max(0, position - 90) : position] if x is not None]
        assert row["x_count"] == len(before)
        if before:
            centre = median(before)
            assert row["x_median"] == pytest.approx(centre)
            assert row["x_mad"] == pytest.approx(median(abs(x - centre) for x in before))


def test_a_window_is_of_calendar_days_even_where_rows_are_missing() -> None:
    frame = frame_of([float(i) for i in range(120)])
    holed = frame.filter(~pl.col("day").is_between(START + timedelta(days=50), START + timedelta(days=79)))
    last = trailing(holed, ["x"], 90, ["asset"]).row(-1, named=True)
    assert last["x_count"] == 60
    assert last["x_median"] == median([*range(29, 50), *range(80, 119)])


def test_groups_do_not_see_each_other() -> None:
    both = pl.concat([frame_of([1.0] * 100), frame_of([float(i) for i in range(100)], asset="ETH")])
    alone = trailing(frame_of([1.0] * 100), ["x"], 90, ["asset"])
    assert trailing(both, ["x"], 90, ["asset"]).filter(pl.col("asset") == "BTC").equals(alone)


def z_of(values: list[float | None], floor: float) -> list[float | None]:
    frame = frame_of(values)
    joined = frame.join(trailing(frame, ["x"], 90, ["asset"]), on=["asset", "day"]).sort("day")
    return joined.select(robust_z("x", floor, 60, 10.0))["x"].to_list()


def test_robust_z_needs_sixty_days_and_excludes_the_day_itself() -> None:
    noise = random.Random(5)
    values = [noise.gauss(0, 2) for _ in range(60)]
    scores = z_of([*values, 100.0], floor=1.0)
    assert scores[:60] == [None] * 60
    centre = median(values)
    sigma = 1.4826 * median(abs(x - centre) for x in values)
    assert scores[60] == 10.0
    small = z_of([*values, 3.0], floor=1.0)[60]
    assert small == pytest.approx((3.0 - centre) / sigma)


def test_the_floor_keeps_a_flat_stretch_of_funding_from_exploding() -> None:
    flat = [1.0] * 90
    assert z_of([*flat, 1.3], floor=0.25)[90] == pytest.approx(1.2)
    assert z_of([*flat, 0.7], floor=0.25)[90] == pytest.approx(-1.2)


def percentiles(values: list[float | None]) -> list[float | None]:
    frame = frame_of(values).with_columns(percentile("x", 365, 180, ["asset"]).alias("p"))
    return frame["p"].to_list()


def test_percentile_counts_the_days_before_and_half_of_the_ties() -> None:
    noise = random.Random(11)
    values = [float(noise.randint(0, 20)) for _ in range(400)]
    for position, ours in enumerate(percentiles(values)):
        before = values[max(0, position - 365) : position]
        if len(before) < 180:
            assert ours is None
        else:
            below = sum(x < values[position] for x in before)
            equal = sum(x == values[position] for x in before)
            assert ours == pytest.approx(100.0 * (below + equal / 2) / len(before))


@examples(15)
@given(later=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40), seed=st.integers(0, 1000))
def test_a_percentile_never_looks_ahead(later: list[float], seed: int) -> None:
    noise = random.Random(seed)
    values: list[float | None] = [noise.gauss(0, 1) for _ in range(230)]
    assert percentiles([*values, *later])[:230] == percentiles(values)


def test_known_before_counts_only_the_days_before() -> None:
    frame = frame_of([1.0, None, 1.0, 1.0])
    counted = frame.select(known_before(pl.col("x").is_not_null(), 2, ["asset"]))["x"].to_list()
    assert [count or 0 for count in counted] == [0, 1, 1, 1]
