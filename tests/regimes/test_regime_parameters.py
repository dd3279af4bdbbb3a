"""The parameter file: what its hash covers, which faults are refused, what mirrors and negations mean."""

from importlib.resources import files

import polars as pl
import pytest

from regimes import Label, ParameterError, Parameters, classify, daily_features, load_parameters
from regimes.mirror import LONG_SHARES, OPPOSITES, SIDES, SIGNED, mirrored
from regimes.parameters import Predicate, Ramp, Reference
from regimes.words.features import NUMERIC
from tables.published.regimes import SUPPORTING
from tests.regimes.synthetic_marts import LONG_AFTER, calm_days, marts_of, quiet_day

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
        ("baseline_days = 90", "baseline_days = 90.5", r"^windows.baseline_days = 90.5 is not a whole number$"),
        ("baseline_days = 90", "", r"^windows.baseline_days is missing$"),
        ("clip = 10.0", "clip = 10.0\nclap = 1", r"^robust_z.clap is not a known value$"),
        ("clip = 10.0", "clip = true", "^robust_z.clip = True is not a number$"),
        ("clip = 10.0", 'clip = "10"', "^robust_z.clip = '10' is not a number$"),
        ("clip = 10.0", "clip = nan", "^robust_z.clip: .* finite number$"),
        ("clip = 10.0", "clip = ", "^parameters.toml is no TOML: "),
        ("provisional_minutes = 330", "provisional_minutes = 1440", "^gate.provisional_minutes: .* less than 1440$"),
        ("flush_labels = [", 'flush_labels = "x" # [', "^hourly_events.flush_labels = 'x' is not a list$"),
        ("hold_days = 3", "hold_days = 0", "^scenarios.hold_days = 0 must be positive$"),
        (
            'feature = "funding_8h_bp", zero = 2.0, one = 1.25',
            'feature = "funding_8h_bp", zero = 2, one = 2',
            "^predicates.funding_at_base.all.0: the ramp on funding_8h_bp is a cliff at 2$",
        ),
        (
            "liquidation_spike = 2.0",
            "liquidation_spike = 0.0",
            "^labels.leverage_flush.core.liquidation_spike.weight = 0.0 must be positive$",
        ),
        ("liquidation_spike = 2.0", "liquidation_spak = 2.0", "unknown predicate liquidation_spak"),
        ('"not unexplained_inflow"', '"not unexplained_influx"', "unknown predicate unexplained_influx"),
        ('{ not = "forced_long_closing" }', '{ not = "price_up_high" }', "refers to price_up_high"),
        ("one = -3.5, needed = true", 'one = -3.5, needed = "yes"', "neither true nor false"),
        ("one = -3.5, needed = true", "one = -3.5, wanted = true", "wanted is not a known value"),
        ("zero = 1.0, one = 2.5 }]", "zero = 1.0, one = 2.5, needed = true }]", "joins by any"),
        ('"spot_selling", needed = true', '"spot_selling", needed = 1', "neither true nor false"),
        ('mirror = "low_seen"', 'mirror = "low_scene"', "high_seen.mirror refers to low_scene, not defined before it"),
        ('mirror = "low_seen"', 'mirror = "price_quiet"', "high_seen.mirror refers to price_quiet, not defined"),
        (
            'mirror = "forced_long_closing"',
            'mirror = "liquidation_spike"',
            "forced_short_closing.mirror: liquidation_spike is its own mirror",
        ),
        (
            '[predicates.rose_within_24h]\nmirror = "fell_within_24h"',
            "",
            "high_seen.mirror: low_seen refers to fell_within_24h, whose mirror is not defined before it",
        ),
        ("[scores]", "[points]", "sections differ"),
    ],
)
def test_a_fault_is_refused_with_its_place(before: str, after: str, complaint: str) -> None:
    assert before in TEXT
    with pytest.raises(ParameterError, match=complaint) as refused:
        load_parameters(TEXT.replace(before, after, 1))
    assert "\n" not in str(refused.value)


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


def test_every_label_but_that_of_a_day_without_data_has_a_rule(parameters: Parameters) -> None:
    ruled = [rule.label for rule in parameters.labels]
    assert ruled == [label.value for label in Label if label is not Label.INSUFFICIENT_DATA]


def test_up_and_down_have_the_same_numbers(parameters: Parameters) -> None:
    names = {
        "falling_for_days": "rising_for_days",
        "fell_within_24h": "rose_within_24h",
        "low_seen": "high_seen",
        "low_reached_far": "high_reached_far",
        "fell_and_came_back": "rose_and_fell_back",
        "fall_taken_back": "rise_given_back",
        "longs_liquidated_before_shorts": "shorts_liquidated_before_longs",
        "price_shock_down": "price_shock_up",
        "price_fell": "price_rose",
        "price_down": "price_up",
        "longs_liquidated": "shorts_liquidated",
        "forced_long_closing": "forced_short_closing",
    }
    features = {"low_vs_previous_close_z": "high_vs_previous_close_z", "worst_return_24h_z": "best_return_24h_z"}
    by_name = {predicate.name: predicate for predicate in parameters.predicates}

    def opposite(condition: Ramp | Reference) -> Ramp | Reference:
        if isinstance(condition, Reference):
            other = names.get(condition.predicate, condition.predicate)
            return Reference(predicate=other, negated=condition.negated, needed=condition.needed)
        if condition.feature == "comparable_long_share":
            zero, one = round(1 - condition.zero, 9), round(1 - condition.one, 9)
            return Ramp(feature="comparable_long_share", zero=zero, one=one)
        if condition.feature == "fall_recovered_share":
            return condition.model_copy(update={"feature": "rise_given_back_share"})
        feature = features.get(condition.feature, condition.feature)
        return Ramp(feature=feature, zero=-condition.zero, one=-condition.one, needed=condition.needed)

    for down, up in names.items():
        assert by_name[up].combination == by_name[down].combination
        assert by_name[up].conditions == tuple(opposite(condition) for condition in by_name[down].conditions)


def test_a_mirror_is_the_same_as_its_conditions_written_out(parameters: Parameters) -> None:
    """Bit for bit: 1 - 0.7 would have another hash than 0.3."""
    written = {
        'mirror = "price_down"': 'all = [{ predicate = "price_rose" }, '
        '{ feature = "return_z", zero = -0.5, one = 0.25 }]',
        'mirror = "longs_liquidated"': 'any = [{ feature = "comparable_long_share", zero = 0.5, one = 0.3 }, '
        '{ predicate = "shorts_liquidated_before_longs" }]',
        'mirror = "forced_long_closing"': 'all = [{ predicate = "liquidation_spike" }, '
        '{ predicate = "shorts_liquidated" }]',
    }
    text = TEXT
    for short, long in written.items():
        assert text.count(short) == 1
        text = text.replace(short, long)
    assert load_parameters(text).parameter_hash == parameters.parameter_hash


def test_the_mirror_of_a_ramp_from_zero_is_not_from_minus_zero() -> None:
    down = Predicate(name="down", combination="all", conditions=(Ramp(feature="return_z", zero=0.0, one=-0.75),))
    (ramp,) = mirrored("up", down, [down], {}).conditions
    assert repr(ramp) == repr(Ramp(feature="return_z", zero=0.0, one=0.75))


def test_every_feature_with_a_mirror_exists() -> None:
    assert SIGNED | LONG_SHARES | {*OPPOSITES, *OPPOSITES.values()} | {*SIDES, *SIDES.values()} <= {
        *NUMERIC,
        *SUPPORTING,
    }


def test_a_negated_part_of_a_label_counts_like_a_predicate_for_the_negation(parameters: Parameters) -> None:
    """`"not x"` in a label gives the scores and memberships of a predicate that says nothing but not x."""
    anchor = "[predicates.liquidations_ordinary]"
    text = TEXT.replace(anchor, f'[predicates.few_liquidations]\nall = [{{ not = "liquidation_spike" }}]\n\n{anchor}')
    spelled = load_parameters(text.replace('"not liquidation_spike" = ', "few_liquidations = "))
    crash = quiet_day(return_pct=-6.0, low_pct=-9.0, long_usd=40e6, open_interest_change_pct=-7.0)
    features = daily_features(marts_of({"BTC": [*calm_days(120), crash, quiet_day(long_usd=None)]}), parameters)
    ours, theirs = (classify(features, each, LONG_AFTER) for each in (parameters, spelled))
    same = [name for name in ours.days.columns if name != "parameter_hash"]
    assert ours.days.select(same).equals(theirs.days.select(same))
    renamed = pl.col("predicate").replace({"few_liquidations": "not_liquidation_spike"})
    assert ours.evidence.equals(theirs.evidence.with_columns(renamed))
    assert "not_liquidation_spike" in ours.evidence["predicate"]
