"""Sentences and evidence as a reader meets them: whole, in plain words, with units."""

import re
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic_marts import LONG_AFTER, calm_days, marts_of, quiet_day

from regimes import Parameters, classify, daily_features
from regimes.evidence import baseline_texts, deciding_features
from regimes.wording import coins, ordinal, signed_percent, times, usd


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


@settings(max_examples=6, deadline=None)
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


def test_missing_inputs_are_named_in_plain_words(parameters: Parameters) -> None:
    days = [*calm_days(95), quiet_day(long_usd=None, funding_bp=None)]
    row = classify(daily_features(marts_of({"BTC": days}), parameters), parameters, LONG_AFTER).days.row(-1, named=True)
    assert row["explanation"] == "No reading for BTC: the day lacks long liquidations, funding."


def test_every_feature_that_a_predicate_reads_has_a_baseline_in_words(parameters: Parameters) -> None:
    read = {feature for features in deciding_features(parameters).values() for feature in features}
    assert read <= set(baseline_texts(parameters))
