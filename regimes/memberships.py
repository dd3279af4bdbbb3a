"""Memberships: how far, from 0 to 1, each predicate holds on a day, and which feature decided it.

The ramps and their reasons are in parameters.toml; classifier.py combines predicates to labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import polars as pl

from regimes.parameters import RULES_KEPT, Parameters, Part, Predicate, Ramp


def membership_column(predicate: str) -> str:
    """Column of the predicate's membership, Float64 in 0..1; null where nothing is known, or a needed part is not."""
    return f"membership.{predicate}"


def decider_column(predicate: str) -> str:
    """Column with the name of the feature that decided the membership, String; null where an unknown one did."""
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
    depths: dict[str, int] = {}
    for predicate in parameters.predicates:
        others = [each.predicate for each in predicate.conditions if not isinstance(each, Ramp)]
        depths[predicate.name] = 1 + max((depths[other] for other in others), default=0)
    # Predicates of one depth do not refer to each other. They are evaluated at once: each step has a fixed cost.
    return [
        [
            column
            for predicate in parameters.predicates
            if depths[predicate.name] == depth
            for column in _evaluated(predicate, parameters.scores.unknown)
        ]
        for depth in range(1, max(depths.values(), default=0) + 1)
    ]


def _evaluated(predicate: Predicate, unknown: float) -> list[pl.Expr]:
    memberships, deciders = [], []
    for condition in predicate.conditions:
        if isinstance(condition, Ramp):
            memberships.append(ramp(condition))
            deciders.append(pl.lit(condition.feature))
        else:
            other = pl.col(membership_column(condition.predicate))
            memberships.append(1.0 - other if condition.negated else other)
            deciders.append(pl.col(decider_column(condition.predicate)))
    if predicate.combination == "any":
        value = pl.max_horizontal(memberships)
    else:
        known = pl.any_horizontal(membership.is_not_null() for membership in memberships)
        needed = [m for m, each in zip(memberships, predicate.conditions, strict=True) if each.needed]
        known = pl.all_horizontal(known, *(membership.is_not_null() for membership in needed))
        memberships = [pl.when(membership.is_null()).then(unknown).otherwise(membership) for membership in memberships]
        value = pl.when(known).then(pl.min_horizontal(memberships))
    decider = pl.coalesce(
        pl.when(membership == value).then(name) for membership, name in zip(memberships, deciders, strict=True)
    )
    return [
        value.alias(membership_column(predicate.name)),
        decider.alias(decider_column(predicate.name)),
    ]


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
