"""Evidence of positioning: what supports the label of a day or its runner-up, and counts in no score.

It is made after the label, from features that the label was made without.
"""

from __future__ import annotations

import polars as pl

from regimes.memberships import FEATURE, decider_column, membership_column, ramp
from regimes.parameters import Parameters, PositioningPredicate

SUPPORTS_ONLY = "supports_only"


def supporting(label: str, parameters: Parameters) -> list[PositioningPredicate]:
    """The predicates of positioning that support the label, in the order of the rules."""
    by_name = {predicate.name: predicate for predicate in parameters.positioning.predicates}
    names = next((each.predicates for each in parameters.positioning.labels if each.label == label), ())
    return [by_name[name] for name in names]


def judged_as(predicate: PositioningPredicate) -> str:
    """The name of its membership and its decider as columns, which no predicate of a score has."""
    return f"positioning.{predicate.name}"


def judged_columns(parameters: Parameters) -> list[pl.Expr]:
    """Membership and decider of every predicate of positioning, for a frame with the features of positioning.

    The weakest condition decides, and the first of equal ones. Both are null on a day on which one is unknown.
    """
    columns = []
    for predicate in parameters.positioning.predicates:
        memberships = [(each.feature, ramp(each)) for each in predicate.ramps]
        known = pl.all_horizontal(membership.is_not_null() for _, membership in memberships)
        weakest = pl.when(known).then(pl.min_horizontal(membership for _, membership in memberships))
        decider = pl.coalesce(
            pl.when(membership == weakest).then(pl.lit(feature, FEATURE)) for feature, membership in memberships
        )
        name = judged_as(predicate)
        columns += [weakest.alias(membership_column(name)), decider.alias(decider_column(name))]
    return columns
