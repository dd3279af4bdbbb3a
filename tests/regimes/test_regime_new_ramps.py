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

ONE_OF_EACH_UNIT = sorted(
    {field.unit: field.name for field in LEVERAGE_FEATURES_DAILY.fields if field.name in NUMERIC}.values()
)


def with_ramps(ramps: dict[str, tuple[float, float]]) -> Parameters:
    """The shipped rules with a predicate over each feature, as support of a label and inside the flows' predicate."""
    probes = "".join(
        f'[predicates.probe_{feature}]\nany = [{{ feature = "{feature}", zero = {zero!r}, one = {one!r} }}]\n\n'
        for feature, (zero, one) in ramps.items()
    )
    inside = "".join(f'  {{ predicate = "probe_{feature}" }},\n' for feature in ramps)
    supporting = "".join(f"probe_{feature} = 1.0\n" for feature in ramps)
    text = TEXT.replace("[predicates.abnormal_inflow]\n", f"{probes}[predicates.abnormal_inflow]\n", 1)
    text = text.replace('  { predicate = "gross_inflow_kept" },\n]', f"{inside}]", 1)
    text = text.replace("[labels.spot_selloff.supporting]\n", f"[labels.spot_selloff.supporting]\n{supporting}", 1)
    return load_parameters(text)


def whole_at(value: float | None) -> tuple[float, float]:
    """A ramp that is whole at the value; an unknown feature decides nothing and still has its text."""
    return (0.0, 1.0) if value is None else (value - 1.0, value)


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
        with_ramps({feature: (0.0, 1.0)})


def test_ramps_over_all_features_need_no_other_file(features: pl.DataFrame) -> None:
    last = {feature: features[feature][-1] for feature in NUMERIC}
    classified = classify(
        features.tail(3), with_ramps({name: whole_at(value) for name, value in last.items()}), LONG_AFTER
    )
    row = classified.days.row(-1, named=True)
    assert row["event"] == "spot_selloff"
    of_the_day = classified.evidence.filter(pl.col("day") == row["day"], pl.col("label_rank") == 1)
    rows = {each["predicate"].removeprefix("probe_"): each for each in of_the_day.to_dicts()}
    known = {name: value for name, value in last.items() if value is not None}
    assert len(known) > 60
    for name, value in known.items():
        assert (rows[name]["feature"], rows[name]["membership"], rows[name]["value"]) == (name, 1.0, value)
        assert rows[name]["baseline"]
        assert rows[name]["unit"]


@pytest.mark.parametrize("feature", ONE_OF_EACH_UNIT)
def test_a_day_that_a_new_ramp_decides_has_its_sentence(feature: str, features: pl.DataFrame) -> None:
    value = features[feature][-1]
    classified = classify(features.tail(3), with_ramps({feature: whole_at(value)}), LONG_AFTER)
    row = classified.days.row(-1, named=True)
    assert row["event"] == ("spot_selloff" if value is not None else row["event"])
    assert row["explanation"].endswith(".")
    assert "not known" not in row["explanation"] or value is None


def test_a_text_or_an_unknown_feature_is_refused(features: pl.DataFrame) -> None:
    for name in ("funding_state", "no_such_feature"):
        with pytest.raises(ParameterError, match=f"predicates: {name}: no feature with numbers has this name"):
            classify(features.tail(3), with_ramps({name: (0.0, 1.0)}), LONG_AFTER)
