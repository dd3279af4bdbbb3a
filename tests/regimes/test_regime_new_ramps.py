"""A ramp over any numeric feature, added to parameters.toml alone, gives days their sentence and evidence."""

from importlib.resources import files

import polars as pl
import pytest

from regimes import Parameters, classify, daily_features, load_parameters
from regimes.parameter_file import ParameterError
from regimes.schema import dtypes
from regimes.words.features import NUMERIC
from tables.published.regimes import LEVERAGE_FEATURES_DAILY, SUPPORTING
from tests.regimes.synthetic_marts import LONG_AFTER, Day, marts_of, quiet_day, with_fund_flows

TEXT = files("regimes").joinpath("parameters.toml").read_text(encoding="utf-8")
# A selloff on coins: the flow that decides is in its sentence.
FALL = quiet_day(return_pct=-5.0, low_pct=-5.5, open_interest_change_pct=0.5, inflow=25_000.0)


def with_ramp(feature: str, zero: float, one: float) -> Parameters:
    """The shipped rules with a predicate over the feature, as support of a label and inside the flows' predicate."""
    probe = f'[predicates.probe]\nany = [{{ feature = "{feature}", zero = {zero!r}, one = {one!r} }}]\n\n'
    text = TEXT.replace("[predicates.abnormal_inflow]\n", f"{probe}[predicates.abnormal_inflow]\n", 1)
    text = text.replace('  { predicate = "gross_inflow_kept" },\n]', '  { predicate = "probe" },\n]', 1)
    text = text.replace("[labels.spot_selloff.supporting]\n", "[labels.spot_selloff.supporting]\nprobe = 1.0\n", 1)
    return load_parameters(text)


@pytest.fixture(scope="module")
def features(parameters: Parameters) -> pl.DataFrame:
    from tests.regimes.synthetic_marts import settled_days

    days: list[Day] = with_fund_flows([*settled_days(380), FALL])
    return daily_features(marts_of({"BTC": days}), parameters)


def test_the_features_are_those_with_numbers() -> None:
    published = dtypes(LEVERAGE_FEATURES_DAILY.columns)
    numbers = {name for name, dtype in published.items() if dtype.is_numeric()}
    assert set(NUMERIC) == numbers - set(SUPPORTING)
    assert len(NUMERIC) > 70


@pytest.mark.parametrize("feature", SUPPORTING)
def test_a_ramp_over_a_feature_that_only_supports_makes_no_label(feature: str) -> None:
    with pytest.raises(ParameterError, match=f"{feature} only supports"):
        with_ramp(feature, 0.0, 1.0)


@pytest.mark.parametrize("feature", NUMERIC)
def test_a_ramp_over_any_feature_needs_no_other_file(feature: str, features: pl.DataFrame) -> None:
    last = features[feature][-1]
    # The ramp is whole at the day's value; an unknown feature decides nothing and still has its text.
    zero, one = (0.0, 1.0) if last is None else (last - 1.0, last)
    last_days = features.tail(3)
    classified = classify(last_days, with_ramp(feature, zero, one), LONG_AFTER)
    row = classified.days.row(-1, named=True)
    assert row["event"] == ("spot_selloff" if last is not None else row["event"])
    assert row["explanation"].endswith(".")
    assert "not known" not in row["explanation"] or last is None
    if last is None:
        return
    (evidence,) = classified.evidence.filter(
        pl.col("day") == row["day"], pl.col("label_rank") == 1, pl.col("predicate") == "probe"
    ).to_dicts()
    assert (evidence["feature"], evidence["membership"]) == (feature, 1.0)
    assert evidence["value"] == last
    assert evidence["baseline"]
    assert evidence["unit"]


def test_a_text_or_an_unknown_feature_is_refused(features: pl.DataFrame) -> None:
    for name in ("funding_state", "no_such_feature"):
        with pytest.raises(ParameterError, match=f"predicates: {name}: no feature with numbers has this name"):
            classify(features.tail(3), with_ramp(name, 0.0, 1.0), LONG_AFTER)
