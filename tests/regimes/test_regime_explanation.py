"""Sentences and evidence as a reader meets them: whole, in plain words, with units."""

import re
from dataclasses import fields, replace
from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regimes import DailyMarts, Parameters, classify, daily_features
from regimes.marts import NUMBERS
from regimes.memberships import deciding_features
from regimes.words.baselines import baseline_texts
from regimes.words.numbers import coins, ordinal, signed_percent, times, usd
from tests.properties import examples
from tests.regimes.synthetic_marts import FIRST_DAY, LONG_AFTER, calm_days, marts_of, quiet_day


def text_of(expression: pl.Expr, value: float) -> str:
    frame = pl.DataFrame({"x": [value], "asset": ["ETH"]}, schema_overrides={"x": pl.Float64})
    return frame.select(expression).item()


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (252e6, "252 million USD"),
        (7.43e9, "7.4 billion USD"),
        (32.04e6, "32.0 million USD"),
        (830_400.0, "830 thousand USD"),
        (812.0, "812 USD"),
    ],
)
def test_amounts_of_money_read_like_in_a_note(amount: float, words: str) -> None:
    assert text_of(usd(pl.col("x")), amount) == words


def test_other_numbers_read_like_in_a_note() -> None:
    assert text_of(coins(pl.col("x")), -8_536.2) == "8.5 thousand ETH"
    assert [text_of(ordinal(pl.col("x")), x) for x in (1, 2, 93.4, 11, 12, 98.7, 100)] == [
        "1st",
        "2nd",
        "93rd",
        "11th",
        "12th",
        "98th",
        "99th",
    ]
    assert [text_of(signed_percent(pl.col("x")), x) for x in (0.31, -0.31, -0.01, 0.04)] == [
        "+0.3 %",
        "-0.3 %",
        "0.0 %",
        "0.0 %",
    ]
    assert [text_of(times(pl.col("x")), x) for x in (3.47, 12.6)] == ["3.5", "13"]


FORMULA_WORDS = re.compile(r"_|\bz\b|membership|score|median|sigma|\bnan\b|null|None|inf\b", re.IGNORECASE)


@examples(6)
@given(
    seed=st.integers(0, 200),
    move=st.floats(-25, 25),
    liquidations=st.floats(0.1, 30),
    closed=st.floats(-30, 30),
    funding=st.floats(-3, 8),
    inflow=st.floats(5_000, 90_000),
    optional=st.booleans(),
)
def test_every_day_has_one_whole_sentence(
    seed: int,
    move: float,
    liquidations: float,
    closed: float,
    funding: float,
    inflow: float,
    optional: bool,
    parameters: Parameters,
) -> None:
    odd = quiet_day(
        return_pct=move,
        low_pct=min(move, 0) - 2,
        high_pct=max(move, 0) + 2,
        long_usd=5e6 * liquidations,
        open_interest_change_pct=closed,
        funding_bp=funding,
        inflow=inflow,
    )
    days = [*calm_days(95, seed), odd, quiet_day()]
    if not optional:
        days = [replace(day, reserve=None, addresses=None) for day in days]
    regimes = classify(daily_features(marts_of({"BTC": days}), parameters), parameters, LONG_AFTER).days
    for sentence in regimes["explanation"]:
        assert sentence is not None
        assert sentence.endswith(".")
        assert not re.search(r"\. |\.\.|  | ,", sentence), sentence
        assert not FORMULA_WORDS.search(sentence), sentence


DAILY = [field.name for field in fields(DailyMarts) if "_by_venue_" not in field.name]
CRASH = quiet_day(return_pct=-6.0, low_pct=-9.0, long_usd=40e6, open_interest_change_pct=-7.0, inflow=38_000.0)
HOLES = st.lists(st.tuples(st.sampled_from(DAILY), st.integers(0, 119), st.integers(1, 40)), max_size=6)


@examples(15)
@given(seed=st.integers(0, 200), holes=HOLES, columns=st.sets(st.integers(0, 40), max_size=3))
def test_whatever_is_missing_no_day_is_without_its_sentence(
    seed: int, holes: list[tuple[str, int, int]], columns: set[int], parameters: Parameters
) -> None:
    """Rows taken out of marts anywhere, and single columns emptied over the last month."""
    marts = marts_of({"BTC": [*calm_days(112, seed), CRASH, *calm_days(6, seed + 1), CRASH.mirrored()]})
    for name, first, length in holes:
        start = FIRST_DAY + timedelta(days=first)
        out = pl.col("day").is_between(start, start + timedelta(days=length), closed="left")
        marts = replace(marts, **{name: getattr(marts, name).filter(~out)})
    measures = [(name, column) for name in DAILY for column in NUMBERS[name]]
    late = pl.col("day") >= FIRST_DAY + timedelta(days=90)
    for name, column in (measures[position % len(measures)] for position in columns):
        frame = getattr(marts, name)
        marts = replace(marts, **{name: frame.with_columns(pl.when(~late).then(pl.col(column)).alias(column))})
    days = classify(daily_features(marts, parameters), parameters, LONG_AFTER).days
    assert days["explanation"].null_count() == 0
    told = days.filter(pl.col("data_status") == "complete")
    assert told.select(pl.col("liquidation_multiple", "range_multiple", "return_pct").null_count()).row(0) == (0, 0, 0)


def test_missing_inputs_are_named_in_plain_words(parameters: Parameters) -> None:
    days = [*calm_days(95), quiet_day(long_usd=None, funding_bp=None)]
    row = classify(daily_features(marts_of({"BTC": days}), parameters), parameters, LONG_AFTER).days.row(-1, named=True)
    assert row["explanation"] == "No label for BTC: the day lacks long liquidations, funding."


def test_every_feature_that_a_predicate_reads_has_a_baseline_in_words(parameters: Parameters) -> None:
    read = {feature for features in deciding_features(parameters).values() for feature in features}
    assert read <= set(baseline_texts(parameters))
