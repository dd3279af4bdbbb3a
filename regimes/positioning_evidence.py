"""Evidence of positioning: what supports the label of a day or its runner-up, and counts in no score.

It is made after the label, from features that the label was made without.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from regimes.memberships import ramp
from regimes.parameters import Parameters, PositioningPredicate
from regimes.words.baselines import baseline_column

SUPPORTS_ONLY = "supports_only"


def supporting(label: str, parameters: Parameters) -> list[PositioningPredicate]:
    """The predicates of positioning that support the label, in the order of the rules."""
    by_name = {predicate.name: predicate for predicate in parameters.positioning.predicates}
    names = next((each.predicates for each in parameters.positioning.labels if each.label == label), ())
    return [by_name[name] for name in names]


def of_the_day(predicate: PositioningPredicate) -> Sequence[pl.Expr]:
    """Feature, value, membership and baseline, for a frame with the features of positioning and their baselines.

    The weakest condition decides, and the first of equal ones. All four are null on a day on which one is unknown.
    """
    memberships = [(each.feature, ramp(each)) for each in predicate.ramps]
    known = pl.all_horizontal(membership.is_not_null() for _, membership in memberships)
    weakest = pl.when(known).then(pl.min_horizontal(membership for _, membership in memberships))
    feature, value, baseline = (
        pl.coalesce(pl.when(membership == weakest).then(choice(name)) for name, membership in memberships)
        for choice in (pl.lit, pl.col, lambda name: pl.col(baseline_column(name)))
    )
    return feature, value, weakest, baseline
