"""The parameter file: what its hash covers, which faults are refused, and that up and down are told alike."""

from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from regimes import Label, ParameterError, Parameters, load_parameters
from regimes.parameters import Predicate, Ramp, Reference

TEXT = files("regimes").joinpath("parameters.toml").read_text(encoding="utf-8")


def test_the_hash_covers_values_and_nothing_else(parameters: Parameters) -> None:
    without_comments = "\n".join(line for line in TEXT.splitlines() if not line.lstrip().startswith("#"))
    assert load_parameters(without_comments).parameter_hash == parameters.parameter_hash
    assert load_parameters(TEXT.replace("clip = 10.0", "clip =  10")).parameter_hash == parameters.parameter_hash
    other = load_parameters(TEXT.replace("clip = 10.0", "clip = 9.0"))
    assert other.parameter_hash != parameters.parameter_hash
    ramp = load_parameters(TEXT.replace("zero = 1.0, one = 2.5 }]", "zero = 1.0, one = 2.6 }]"))
    assert ramp.parameter_hash != parameters.parameter_hash
    assert len(parameters.parameter_hash) == 64


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        (
            "baseline_days = 90",
            "baseline_days = 90.5",
            r"\[windows\] baseline_days = 90.5 is not a whole number",
        ),
        ("baseline_days = 90", "", r"\[windows\] differs from the known values: \['baseline_days'\]"),
        ("clip = 10.0", "clip = 10.0\nclap = 1", r"\[robust_z\] differs from the known values: \['clap'\]"),
        ("clip = 10.0", "clip = true", "is not a number"),
        (
            'feature = "funding_8h_bp", zero = 2.0, one = 1.25',
            'feature = "funding_8h_bp", zero = 2, one = 2',
            "cliff",
        ),
        ("liquidation_spike = 2.0", "liquidation_spike = 0.0", "must be positive"),
        ("liquidation_spike = 2.0", "liquidation_spak = 2.0", "unknown predicate liquidation_spak"),
        ('{ not = "liquidation_spike" }', '{ not = "price_up_high" }', "refers to price_up_high"),
        ("one = -3.5, needed = true", 'one = -3.5, needed = "yes"', "neither true nor false"),
        ("zero = 1.0, one = 2.5 }]", "zero = 1.0, one = 2.5, needed = true }]", "joins by any"),
        ('"spot_selling", needed = true', '"spot_selling", needed = 1', "neither true nor false"),
        ("[scores]", "[points]", "sections differ"),
    ],
)
def test_a_fault_is_refused_with_its_place(before: str, after: str, complaint: str) -> None:
    assert before in TEXT
    with pytest.raises(ParameterError, match=complaint):
        load_parameters(TEXT.replace(before, after, 1))


def test_the_models_count_a_feed_from_when_it_has_a_baseline_here(parameters: Parameters) -> None:
    """int_liquidations__counted asks in SQL what liquidations.py asks of the same days."""
    project = Path(__file__).parents[2] / "dbt_project" / "dbt_project.yml"
    told = yaml.safe_load(project.read_text(encoding="utf-8"))["vars"]
    for name in ("liquidation_days", "liquidation_minimum_days"):
        assert told[name] == getattr(parameters.windows, name)


def test_every_value_has_its_reason_beside_it() -> None:
    """A comment above each group of ramps; a label or predicate made of others may speak for itself."""
    explained, unexplained = False, []
    for line in TEXT.splitlines():
        if line.startswith("#"):
            explained = True
        elif not line.strip():
            explained = False
        elif "zero" in line and not explained:
            unexplained.append(line)
    assert unexplained == []


def test_every_label_but_the_two_that_remain_has_a_rule(parameters: Parameters) -> None:
    ruled = [rule.label for rule in parameters.labels]
    assert ruled == [label.value for label in Label if label not in (Label.MIXED, Label.INSUFFICIENT_DATA)]


def test_up_and_down_are_told_with_the_same_numbers(parameters: Parameters) -> None:
    names = {
        "falling_for_days": "rising_for_days",
        "fell_within_24h": "rose_within_24h",
        "low_seen": "high_seen",
        "low_reached_far": "high_reached_far",
        "fell_and_came_back": "rose_and_fell_back",
        "longs_liquidated_before_shorts": "shorts_liquidated_before_longs",
        "price_shock_down": "price_shock_up",
        "price_fell": "price_rose",
        "price_down": "price_up",
        "longs_liquidated": "shorts_liquidated",
    }
    features = {"low_vs_previous_close_z": "high_vs_previous_close_z", "worst_return_24h_z": "best_return_24h_z"}
    by_name = {predicate.name: predicate for predicate in parameters.predicates}

    def mirrored(condition: Ramp | Reference) -> Ramp | Reference:
        if isinstance(condition, Reference):
            return replace(condition, predicate=names[condition.predicate])
        if condition.feature == "comparable_long_share":
            return Ramp("comparable_long_share", pytest.approx(1 - condition.zero), pytest.approx(1 - condition.one))
        feature = features.get(condition.feature, condition.feature)
        return replace(condition, feature=feature, zero=-condition.zero, one=-condition.one)

    for down, up in names.items():
        told = by_name[down]
        turned = Predicate(up, told.combination, tuple(mirrored(each) for each in told.conditions))
        assert by_name[up] == turned
