"""From features to labels: scores, best and second label, confidence, flags, grade. evidence.py makes the evidence.

This module decides what happened on a day, from the features of that day. states.py and scenarios.py, which it calls,
decide what a run of days means.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from regimes.base_rates import scenario_table, support_daily
from regimes.data_quality import data_status
from regimes.evidence import evidence_rows
from regimes.labels import FAMILY_OF, SCORED, Family, Label
from regimes.memberships import membership_above, membership_column, part_membership, with_memberships
from regimes.parameter_file import ParameterError
from regimes.parameters import LabelRule, Parameters
from regimes.scenarios import Track, with_scenarios
from regimes.schema import KEY, conform, selected
from regimes.states import regime_spans, with_states
from regimes.support_levels import with_levels
from regimes.words.features import NUMERIC
from regimes.words.scenarios import triggers
from regimes.words.sentences import explanation
from tables.published.regimes import DAY

# States whose end is a completed reset of leverage.
RESET = (Label.LEVERAGE_FLUSH.value, Label.DELEVERAGING.value, Label.CAPITULATION.value)


@dataclass(frozen=True)
class Classification:
    """The result as frames with the columns of the schema, each sorted by its key.

    `days`: one row per (asset, day); it becomes regimes_daily once its revisions are known. `evidence`:
    regime_evidence, sorted by asset, day and label_rank; days without enough data have none. `support`: support_daily.
    `scenarios`: scenarios. `spans`: regime_spans.
    """

    days: pl.DataFrame
    evidence: pl.DataFrame
    support: pl.DataFrame
    scenarios: pl.DataFrame
    spans: pl.DataFrame


def classify(features: pl.DataFrame, parameters: Parameters, now: datetime) -> Classification:
    """Labels for every row of leverage_features_daily as of the time `now` (UTC).

    An event is judged from the features of its day alone, a regime from the days up to it. Raises FrameMismatch
    for other columns than the published ones, ParameterError for parameters that name an unknown label or feature.
    """
    track = judged(features, parameters, now)
    frame = track.days.with_columns(explanation(parameters).alias("explanation"))
    frame = frame.with_columns(triggers(parameters.scenarios).alias("triggers"))
    return Classification(
        days=selected(frame, DAY, "the classified days"),
        evidence=conform(evidence_rows(frame, parameters), "regime_evidence"),
        support=support_daily(frame, parameters.scenarios),
        scenarios=scenario_table(track.scenarios, frame, parameters.scenarios),
        spans=regime_spans(frame),
    )


def judged(features: pl.DataFrame, parameters: Parameters, now: datetime) -> Track:
    """Scores, labels, states and scenarios with everything that they are made from, without sentences and tables."""
    _check(parameters)
    features = conform(features, "leverage_features_daily").sort(KEY)
    frame = with_memberships(features, parameters)
    # Rounded: the last digit of a power depends on how many rows are raised to it at once.
    scores = (label_score(rule, parameters).round(9).alias(_score(rule.label)) for rule in parameters.labels)
    frame = frame.with_columns(scores)
    frame = _ranked(frame).with_columns(data_status(now, parameters.gate))
    track = with_scenarios(with_levels(_labelled(frame, parameters), parameters.support), parameters)
    frame = with_states(track.days, parameters)
    return Track(frame.with_columns(_flags(parameters).alias("flags")), track.scenarios)


def _check(parameters: Parameters) -> None:
    if [rule.label for rule in parameters.labels] != [label.value for label in SCORED]:
        raise ParameterError(f"labels must be, in this order, {', '.join(SCORED)}")
    unknown = sorted({ramp.feature for ramp in parameters.ramps()} - set(NUMERIC))
    if unknown:
        raise ParameterError(f"predicates: {', '.join(unknown)}: no feature with numbers has this name")


def _score(label: str) -> str:
    return f"score.{label}"


def label_score(rule: LabelRule, parameters: Parameters) -> pl.Expr:
    """0..1: weighted geometric mean of core and guards, times 1 - s + s x weighted mean of the supporting.

    An unknown core predicate counts 0, because what makes a label must be shown. An unknown guard counts `unknown`. The
    weight of an unknown supporting predicate goes to the others.
    """
    unknown, share = parameters.scores.unknown, parameters.scores.supporting_share
    total = sum(part.weight for part in rule.required)
    score = pl.lit(1.0)
    for parts, instead in ((rule.core, 0.0), (rule.guards, unknown)):
        for part in parts:
            membership = part_membership(part)
            known = pl.when(membership.is_null()).then(instead).otherwise(membership)
            score = score * known.pow(part.weight / total)
    if not rule.supporting:
        return score
    memberships = [(part_membership(part), part.weight) for part in rule.supporting]
    weights = pl.sum_horizontal(pl.when(m.is_not_null()).then(weight) for m, weight in memberships)
    mean = pl.sum_horizontal(m * weight for m, weight in memberships) / weights
    support = pl.when(weights > 0).then(mean).otherwise(unknown)
    return score * (1.0 - share + share * support)


def _ranked(frame: pl.DataFrame) -> pl.DataFrame:
    """Best and second label with their scores; of equal scores, the label that is first in the dictionary is better."""
    scores = [pl.col(_score(label)) for label in SCORED]
    frame = frame.with_columns(pl.max_horizontal(scores).alias("best_score"))
    frame = frame.with_columns(_label_with("best_score", None).alias("best"))
    others = [pl.when(pl.col("best") != label.value).then(pl.col(_score(label))) for label in SCORED]
    frame = frame.with_columns(pl.max_horizontal(others).alias("second_score"))
    return frame.with_columns(_label_with("second_score", "best").alias("second"))


def _label_with(score: str, other_than: str | None) -> pl.Expr:
    candidates = []
    for label in SCORED:
        fits = pl.col(_score(label)) == pl.col(score)
        if other_than is not None:
            fits = fits & (pl.col(other_than) != label.value)
        candidates.append(pl.when(fits).then(pl.lit(label.value)))
    return pl.coalesce(candidates)


def _labelled(frame: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    """Event, runner-up, confidence and flags; null scores where the day has too little data."""
    floor = parameters.scores.floor
    enough = pl.col("data_status") != "insufficient"
    named = pl.col("best_score") >= floor
    # A mixed day is clear if it is far from every label; its runner-up is the label with the highest score.
    by_rank = {
        "event": (pl.col("best"), pl.lit(Label.MIXED.value)),
        "runner_up": (pl.col("second"), pl.col("best")),
        "score": (pl.col("best_score"), 1.0 - pl.col("best_score")),
        "runner_up_score": (pl.col("second_score"), pl.col("best_score")),
    }
    frame = frame.with_columns(
        pl.when(enough & named).then(above).when(enough).then(below).alias(name)
        for name, (above, below) in by_rank.items()
    )
    lead = pl.when(named).then(pl.col("best_score") - pl.col("second_score")).otherwise(floor - pl.col("best_score"))
    family = {label.value: family.value for label, family in FAMILY_OF.items()}
    return frame.with_columns(
        pl.when(enough).then(pl.col("event")).otherwise(pl.lit(Label.INSUFFICIENT_DATA.value)).alias("event"),
        pl.when(pl.col("runner_up_score") >= parameters.scores.alternative_floor)
        .then(pl.col("runner_up"))
        .alias("runner_up"),
        pl.when(enough).then(_confidence(lead, parameters)).alias("confidence"),
        pl.lit(parameters.rules_version).alias("rules_version"),
        pl.lit(parameters.parameter_hash).alias("parameter_hash"),
    ).with_columns(
        _grade(parameters).alias("grade"),
        pl.col("event").replace_strict(family, return_dtype=pl.String).alias("family"),
    )


def _confidence(lead: pl.Expr, parameters: Parameters) -> pl.Expr:
    """Strength and lead, weighted, times the share of known inputs, reduced by an inflow on mechanical labels."""
    rule = parameters.confidence
    separation = (lead / rule.clear_lead).clip(0.0, 1.0)
    # Vendors restate flows, so an inflow lowers the confidence of such a day and does not change its label.
    inflow = pl.col(membership_column("abnormal_inflow"))
    contested = pl.when(_mechanical() & inflow.is_not_null()).then(inflow).otherwise(0.0)
    strength = rule.strength_weight * pl.col("score") + rule.separation_weight * separation
    total = rule.strength_weight + rule.separation_weight
    return strength / total * pl.col("known_inputs_share") * (1.0 - rule.spot_pressure_penalty * contested)


def _mechanical() -> pl.Expr:
    return pl.col("event").is_in([label.value for label, of in FAMILY_OF.items() if of is Family.MECHANICAL])


def _grade(parameters: Parameters) -> pl.Expr:
    """A to D by confidence; null without enough data."""
    confidence, bounds = pl.col("confidence"), parameters.grades
    return (
        pl.when(confidence >= bounds.a)
        .then(pl.lit("A"))
        .when(confidence >= bounds.b)
        .then(pl.lit("B"))
        .when(confidence >= bounds.c)
        .then(pl.lit("C"))
        .when(confidence.is_not_null())
        .then(pl.lit("D"))
    )


def _flags(parameters: Parameters) -> pl.Expr:
    """Comma-separated flags; null without any and without enough data."""
    after_closing = (pl.col("phase") == "aftermath") & pl.col("regime").is_in(RESET)
    raised = {
        "reset_complete": after_closing & membership_above("reset_complete", parameters),
        "spot_pressure": _mechanical() & membership_above("abnormal_inflow", parameters),
        "fresh_shorts": membership_above("fresh_shorts", parameters),
    }
    names = [pl.when(condition).then(pl.lit(name)) for name, condition in raised.items()]
    joined = pl.concat_str(names, separator=",", ignore_nulls=True)
    return pl.when((joined != "") & (pl.col("data_status") != "insufficient")).then(joined)
