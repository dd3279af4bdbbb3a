"""From features to labels: scores, best and second label, confidence, flags, grade. evidence.py makes the evidence.

This module decides what happened on a day, from the features of that day. states.py and scenarios.py, which it calls,
decide what a run of days means.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import polars as pl

from regimes.base_rates import scenario_table, support_daily
from regimes.data_quality import data_status
from regimes.evidence import evidence_rows
from regimes.labels import DEFINITION_OF, FAMILY_OF, RESIDUAL, SCORED, SECOND_CHOICE, Direction, Family, Label
from regimes.memberships import membership_above, membership_column, part_membership, with_memberships
from regimes.parameter_file import ParameterError
from regimes.parameters import RULES_KEPT, LabelRule, Parameters
from regimes.scenarios import Track, with_scenarios
from regimes.schema import KEY, conform, selected
from regimes.states import regime_spans, with_states
from regimes.support_levels import with_levels
from regimes.words.clauses import HELD, LIQUIDATED
from regimes.words.features import NUMERIC
from regimes.words.scenarios import triggers
from regimes.words.sentences import with_sentences
from regimes.words.venues import with_venues
from tables.published.regimes import DAY, SUPPORTING

# States whose end is a completed reset of leverage.
RESET = (Label.LEVERAGE_FLUSH.value, Label.DELEVERAGING.value, Label.CAPITULATION.value)

# The type of a label while labels are compared for every day: much faster than text.
LABEL = pl.Enum(Label)


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
    frame = with_sentences(with_venues(track.days, (LIQUIDATED, HELD)), parameters)
    frame = frame.with_columns(triggers(parameters.scenarios).alias("triggers"))
    return Classification(
        days=selected(frame, DAY, "the classified days"),
        evidence=conform(evidence_rows(frame, features, parameters), "regime_evidence"),
        support=support_daily(frame, parameters.scenarios),
        scenarios=scenario_table(track.scenarios, frame, parameters.scenarios),
        spans=regime_spans(frame),
    )


def judged(features: pl.DataFrame, parameters: Parameters, now: datetime) -> Track:
    """Scores, labels, states and scenarios with everything that they are made from, without sentences and tables.

    Positioning is dropped first, so that nothing here can depend on it.
    """
    _check(parameters)
    features = conform(features, "leverage_features_daily").drop(SUPPORTING).sort(KEY)
    frame = with_memberships(features, parameters)
    frame = _ranked(frame, parameters).with_columns(data_status(now, parameters.gate))
    track = with_scenarios(with_levels(_labelled(frame, parameters), parameters.support), parameters)
    frame = with_states(track.days, parameters)
    return Track(frame.with_columns(_flags(parameters).alias("flags")), track.scenarios)


def _check(parameters: Parameters) -> None:
    if [rule.label for rule in parameters.labels] != [label.value for label in SCORED]:
        raise ParameterError(f"labels must be, in this order, {', '.join(SCORED)}")
    unknown = sorted({ramp.feature for ramp in parameters.ramps()} - set(NUMERIC))
    if unknown:
        raise ParameterError(f"predicates: {', '.join(unknown)}: no feature with numbers has this name")


def label_score(rule: LabelRule, parameters: Parameters) -> pl.Expr:
    """0..1: weighted geometric mean of core, guards and yields, times 1 - s + s x weighted mean of the supporting.

    An unknown core predicate counts 0, because what makes a label must be shown. An unknown guard or
    yield counts `unknown`. The weight of an unknown supporting predicate goes to the others.
    """
    unknown, share = parameters.scores.unknown, parameters.scores.supporting_share
    total = sum(part.weight for part in rule.required)
    score = pl.lit(1.0)
    for parts, instead in ((rule.core, 0.0), (rule.guards, unknown), (rule.yields, unknown)):
        for part in parts:
            membership = part_membership(part)
            known = pl.when(membership.is_null()).then(instead).otherwise(membership)
            score = score * known.pow(part.weight / total)
    if rule.supporting:
        memberships = [(part_membership(part), part.weight) for part in rule.supporting]
        weights = pl.sum_horizontal(pl.when(m.is_not_null()).then(weight) for m, weight in memberships)
        mean = pl.sum_horizontal(m * weight for m, weight in memberships) / weights
        support = pl.when(weights > 0).then(mean).otherwise(unknown)
        score = score * (1.0 - share + share * support)
    # Rounded: the last digit of a power depends on how many rows are raised to it at once.
    return score.round(9)


def _shock(parameters: Parameters) -> pl.Expr:
    """`down` or `up` on the day of a price shock, else null. The larger move counts; if equal, the close decides.

    An unknown move is no shock here. Such a day lacks a required price and gets no label.
    """
    down, up = (pl.col(membership_column(f"price_shock_{way}")).fill_null(0.0) for way in Direction)
    larger = (
        pl.when(down > up)
        .then(pl.lit(Direction.DOWN.value))
        .when((up > down) | (pl.col("return_z") >= 0))
        .then(pl.lit(Direction.UP.value))
        .otherwise(pl.lit(Direction.DOWN.value))
    )
    return pl.when(pl.max_horizontal(down, up) >= parameters.scores.shock).then(larger)


def _candidate(label: Label) -> pl.Expr:
    """Whether the day can have the label.

    On a shock: the labels of its direction. On other days: labels without a direction, those that are not for shocks
    alone, and, where the price moved towards a shock, the labels of that direction that are not unattributed.
    """
    definition, shock = DEFINITION_OF[label], pl.col("shock")
    if definition.direction is None:
        return shock.is_null()
    of_its_direction = shock.is_not_null() & (shock == definition.direction.value)
    if label in RESIDUAL:
        return of_its_direction
    if not definition.of_shocks_only:
        return of_its_direction | shock.is_null()
    moved = pl.col(membership_column(f"price_shock_{definition.direction}")) > 0
    return of_its_direction | (shock.is_null() & moved)


def _ranked(frame: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    """`event` and `runner_up` with their scores, on every day, enough data or not.

    The event is the established label that fits best, else the one of SECOND_CHOICE; where none reaches the floor, an
    unattributed label on a shock and `mixed` on other days. The runner-up is the label that fits best once the event is
    set aside, so it is scored without what leaves the day to the event. Of equal scores, the label that is first in the
    dictionary is better.
    """
    ranked = frame.lazy()
    for step in _ranking(parameters):
        ranked = ranked.with_columns(step)
    return ranked.collect()


@lru_cache(maxsize=RULES_KEPT)
def _ranking(parameters: Parameters) -> Sequence[Sequence[pl.Expr]]:
    """The columns of `_ranked`, in steps that refer to earlier ones only."""
    floor, near = parameters.scores.floor, parameters.scores.alternative_floor
    rules = {Label(rule.label): rule for rule in parameters.labels}
    scores = [
        *(label_score(rule, parameters).alias(_score(label)) for label, rule in rules.items()),
        _shock(parameters).alias("shock"),
    ]
    candidates = [
        *(
            (label_score(rule.alone, parameters) if rule.yields else pl.col(_score(label))).alias(_score_alone(label))
            for label, rule in rules.items()
        ),
        *(pl.when(_candidate(label)).then(pl.col(_score(label))).alias(_open_to(label)) for label in SCORED),
    ]
    attributions = [label for label in SCORED if label not in RESIDUAL]
    established = [label for label in attributions if label not in SECOND_CHOICE]
    open_to = {label: pl.col(_open_to(label)) for label in SCORED}
    chosen = [_best(established, _open_to, floor), _best(SECOND_CHOICE, _open_to, floor)]
    chosen += [pl.when(open_to[label].is_not_null()).then(_named(label)) for label in RESIDUAL]
    left_by_event = [
        pl.when(open_to[label].is_not_null() & (pl.col("event") != label.value))
        .then(pl.col(_score_alone(label)))
        .alias(_left_by_event(label))
        for label in attributions
    ]
    rivals = (pl.when(pl.col("event") != label.value).then(open_to[label]) for label in attributions)
    # The highest scores are columns, so that they are not computed again for every label that is compared with them.
    return [
        scores,
        candidates,
        [_highest(labels, _open_to) for labels in (established, SECOND_CHOICE)],
        [pl.coalesce(chosen).alias("event")],
        left_by_event,
        [_highest(attributions, _left_by_event)],
        [_best(attributions, _left_by_event, near).alias("runner_up")],
        [
            _of_label("event", _score).alias("score"),
            _of_label("runner_up", _score_alone).alias("runner_up_score"),
            pl.max_horizontal(rivals).fill_null(0.0).alias("rival_score"),  # null: no other label is open to the day
        ],
        [pl.col("event", "runner_up").cast(pl.String)],
    ]


def _highest(labels: Sequence[Label], score: Callable[[str], str]) -> pl.Expr:
    return pl.max_horizontal(score(label) for label in labels).alias(_highest_of(labels, score))


def _best(labels: Sequence[Label], score: Callable[[str], str], at_least: float) -> pl.Expr:
    """The label with the highest score, if that is at least `at_least`; else null. For a frame with `_highest`."""
    highest = pl.col(_highest_of(labels, score))
    named = pl.coalesce(pl.when(pl.col(score(label)) == highest).then(_named(label)) for label in labels)
    return pl.when(highest >= at_least).then(named)


def _highest_of(labels: Sequence[Label], score: Callable[[str], str]) -> str:
    """The column of `_highest`, by the first of the labels."""
    return f"highest.{score(labels[0])}"


def _named(label: Label) -> pl.Expr:
    return pl.lit(label.value, LABEL)


def _score(label: str) -> str:
    return f"score.{label}"


def _score_alone(label: str) -> str:
    return f"score_alone.{label}"


def _open_to(label: str) -> str:
    """The score of a label that the day could have, else null."""
    return f"open_to.{label}"


def _left_by_event(label: str) -> str:
    """The score, without yields, of a label that the day could have and that is not its event; else null."""
    return f"left_by_event.{label}"


def _of_label(column: str, score: Callable[[str], str]) -> pl.Expr:
    """The score of the label that `column` names."""
    return pl.coalesce(pl.when(pl.col(column) == label.value).then(pl.col(score(label))) for label in SCORED)


def _labelled(frame: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    """Confidence, grade, family and the version of the rules; without enough data insufficient_data and no score."""
    enough = pl.col("data_status") != "insufficient"
    family = {label.value: family.value for label, family in FAMILY_OF.items()}
    return frame.with_columns(
        pl.when(enough).then(pl.col("event")).otherwise(pl.lit(Label.INSUFFICIENT_DATA.value)).alias("event"),
        *(pl.when(enough).then(pl.col(name)).alias(name) for name in ("runner_up", "score", "runner_up_score")),
        pl.when(enough).then(_confidence(parameters)).alias("confidence"),
        pl.lit(parameters.rules_version).alias("rules_version"),
        pl.lit(parameters.parameter_hash).alias("parameter_hash"),
    ).with_columns(
        _grade(parameters).alias("grade"),
        pl.col("event").replace_strict(family, return_dtype=pl.String).alias("family"),
    )


def _confidence(parameters: Parameters) -> pl.Expr:
    """How well the day fits its label and how clearly, 0..1, times the share of known inputs.

    A label has strength (its score) and a lead over the next one, weighted; an inflow reduces it on mechanical labels.
    Where nothing was attributed, the score says how large the shock or how quiet the day was, and nothing can lead.
    """
    rule = parameters.confidence
    separation = ((pl.col("score") - pl.col("rival_score")) / rule.clear_lead).clip(0.0, 1.0)
    # Vendors restate flows, so an inflow lowers the confidence of such a day and does not change its label.
    inflow = pl.col(membership_column("abnormal_inflow"))
    contested = pl.when(_mechanical() & inflow.is_not_null()).then(inflow).otherwise(0.0)
    strength = rule.strength_weight * pl.col("score") + rule.separation_weight * separation
    total = rule.strength_weight + rule.separation_weight
    clear = strength / total * (1.0 - rule.spot_pressure_penalty * contested)
    unattributed = pl.col("event").is_in([label.value for label in RESIDUAL])
    certain = pl.when(unattributed).then(rule.unattributed_at_most * pl.col("score")).otherwise(clear)
    return certain * pl.col("known_inputs_share")


def _mechanical() -> pl.Expr:
    return pl.col("event").is_in([label.value for label, of in FAMILY_OF.items() if of is Family.MECHANICAL])


def _grade(parameters: Parameters) -> pl.Expr:
    """A to D by confidence; null without enough data, and not A where an input can never be known."""
    confidence, bounds = pl.col("confidence"), parameters.grades
    return (
        pl.when((confidence >= bounds.a) & pl.col("unknown_inputs").is_null())
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
