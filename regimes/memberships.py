"""Memberships: how far, from 0 to 1, each predicate holds on a day, and which feature decided it.

The ramps and their reasons are in parameters.toml; classifier.py combines predicates to labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import polars as pl

from regimes.parameters import RULES_KEPT, Parameters, Part, Predicate, Ramp, Reference
from tables.published.regimes import LEVERAGE_FEATURES_DAILY

# The type of a decider. As text, the names took longer to choose than the memberships to compute.
FEATURE = pl.Enum([feature.name for feature in LEVERAGE_FEATURES_DAILY.fields])


def membership_column(predicate: str) -> str:
    """Column of the predicate's membership, Float64 in 0..1; null where nothing is known, or a needed part is not."""
    return f"membership.{predicate}"


def decider_column(predicate: str) -> str:
    """Column with the name of the feature that decided the membership, FEATURE; null where an unknown one did."""
    return f"decider.{predicate}"


def part_membership(part: Part) -> pl.Expr:
    """How far the part of a label holds, 0..1: the predicate's membership, or 1 minus it."""
    membership = pl.col(membership_column(part.predicate))
    return 1.0 - membership if part.negated else membership


def ramp(condition: Ramp) -> pl.Expr:
    """0 at `zero`, 1 at `one`, linear in between and flat outside; null where the feature is null."""
    return ((pl.col(condition.feature) - condition.zero) / (condition.one - condition.zero)).clip(0.0, 1.0)


def with_memberships(features: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    """The frame with the two columns of every predicate; a predicate can refer only to predicates defined before it."""
    judged = features.lazy()
    for step in _steps(parameters):
        judged = judged.with_columns(step)
    return judged.collect()  # as one query: Polars then finds what several predicates have in common


@lru_cache(maxsize=RULES_KEPT)
def _steps(parameters: Parameters) -> Sequence[Sequence[pl.Expr]]:
    """The columns of all predicates, in steps that refer to earlier ones only."""
    unknown = parameters.scores.unknown
    depths: dict[str, int] = {}
    for predicate in parameters.predicates:
        others = [each.predicate for each in predicate.conditions if not isinstance(each, Ramp)]
        depths[predicate.name] = 1 + max((depths[other] for other in others), default=0)
    # Predicates of one depth do not refer to each other. They are evaluated at once: each step has a fixed cost. What
    # decided is in the step after, which has the membership as a column and does not compute it for every condition.
    last = max(depths.values(), default=0)
    return [
        [
            *(_membership(each, unknown) for each in parameters.predicates if depths[each.name] == depth),
            *(_decider(each, unknown) for each in parameters.predicates if depths[each.name] == depth - 1),
        ]
        for depth in range(1, last + 2)
    ]


def _membership(predicate: Predicate, unknown: float) -> pl.Expr:
    memberships = [_of_condition(condition) for condition in predicate.conditions]
    if predicate.combination == "any":
        value = pl.max_horizontal(memberships)
    else:
        known = pl.any_horizontal(membership.is_not_null() for membership in memberships)
        needed = [m for m, each in zip(memberships, predicate.conditions, strict=True) if each.needed]
        known = pl.all_horizontal(known, *(membership.is_not_null() for membership in needed))
        value = pl.when(known).then(pl.min_horizontal(_filled(each, unknown) for each in memberships))
    return value.alias(membership_column(predicate.name))


def _decider(predicate: Predicate, unknown: float) -> pl.Expr:
    """The feature of the first condition that has the membership of the predicate. The frame has that membership."""
    value = pl.col(membership_column(predicate.name))
    decided = []
    for condition in predicate.conditions:
        membership = _of_condition(condition)
        if predicate.combination == "all":
            membership = _filled(membership, unknown)
        decides = value.is_not_null() if len(predicate.conditions) == 1 else membership == value
        decided.append(pl.when(decides).then(_decider_of(condition)))
    return pl.coalesce(decided).alias(decider_column(predicate.name))


def _of_condition(condition: Ramp | Reference) -> pl.Expr:
    if isinstance(condition, Ramp):
        return ramp(condition)
    other = pl.col(membership_column(condition.predicate))
    return 1.0 - other if condition.negated else other


def _decider_of(condition: Ramp | Reference) -> pl.Expr:
    if isinstance(condition, Ramp):
        return pl.lit(condition.feature, FEATURE)
    return pl.col(decider_column(condition.predicate))


def _filled(membership: pl.Expr, unknown: float) -> pl.Expr:
    return pl.when(membership.is_null()).then(unknown).otherwise(membership)


def membership_above(predicate: str, parameters: Parameters) -> pl.Expr:
    """True where the predicate holds far enough for a flag."""
    return pl.col(membership_column(predicate)) >= parameters.flags.membership


def deciding_features(parameters: Parameters) -> dict[str, list[str]]:
    """For every predicate the features that can decide it, including those of the predicates that it refers to."""
    features: dict[str, list[str]] = {}
    for predicate in parameters.predicates:
        found: dict[str, None] = {}
        for condition in predicate.conditions:
            names = [condition.feature] if isinstance(condition, Ramp) else features[condition.predicate]
            found.update(dict.fromkeys(names))
        features[predicate.name] = list(found)
    return features
