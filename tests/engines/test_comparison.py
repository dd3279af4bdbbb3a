"""The comparison of two engines finds what differs, and nothing else."""

import math

import polars as pl
import pytest

from tests.engines.comparison import Verdict, different_rows, different_verdicts

ROWS = pl.DataFrame({"asset": ["BTC", "ETH"], "close_usd": [80_000.0, 3_000.0], "trade_count": [5, None]})


def test_rows_in_another_order_and_whole_numbers_in_another_width_are_identical() -> None:
    other = ROWS.reverse().with_columns(pl.col("trade_count").cast(pl.Int32))
    assert different_rows("marts.prices", ROWS, other) == []


@pytest.mark.parametrize(("factor", "is_same"), [(1 + 1e-10, True), (1 + 1e-8, False)])
def test_numbers_agree_to_nine_digits(factor: float, is_same: bool) -> None:
    other = ROWS.with_columns(pl.col("close_usd") * factor)
    assert (different_rows("marts.prices", ROWS, other) == []) == is_same


def test_each_column_that_differs_is_one_line_with_an_example() -> None:
    other = ROWS.with_columns(pl.lit("BTC").alias("asset"), trade_count=pl.Series([5, 6]))
    assert different_rows("marts.prices", ROWS, other) == [
        "marts.prices.asset: 1 of 2 rows differ, such as 'ETH' and 'BTC'",
        "marts.prices.trade_count: 1 of 2 rows differ, such as None and 6",
    ]


def test_lost_rows_and_columns_are_named() -> None:
    assert different_rows("marts.prices", ROWS, ROWS[:1]) == ["marts.prices: 2 rows and 1"]
    assert different_rows("marts.prices", ROWS, ROWS.drop("asset")) == [
        "marts.prices: columns asset, close_usd, trade_count and close_usd, trade_count"
    ]


def test_a_null_is_no_number() -> None:
    other = ROWS.with_columns(pl.lit(None, pl.Float64).alias("close_usd"))
    assert different_rows("marts.prices", ROWS, other) == [
        "marts.prices.close_usd: 2 of 2 rows differ, such as 80000.0 and None"
    ]


@pytest.mark.parametrize(("value", "other"), [(math.inf, 1.0), (math.inf, -math.inf), (math.nan, 1.0), (0.0, 1e-12)])
def test_infinity_nan_and_zero_equal_only_themselves(value: float, other: float) -> None:
    one = pl.DataFrame({"close_usd": [value]})
    assert different_rows("marts.prices", one, one.clone()) == []
    assert len(different_rows("marts.prices", one, pl.DataFrame({"close_usd": [other]}))) == 1


def test_a_data_test_that_ends_otherwise_is_named() -> None:
    one = {"grain": Verdict("pass", 0), "plausible": Verdict("warn", 3)}
    other = {"grain": Verdict("fail", 2), "plausible": Verdict("warn", 3)}
    assert different_verdicts(one, other) == ["test grain: pass (0 rows) and fail (2 rows)"]
