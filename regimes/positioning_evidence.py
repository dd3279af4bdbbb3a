"""Evidence of positioning: rows that support the label of a day or its runner-up, and count in no score.

They are made after the label, from features that the label was made without.
"""

from __future__ import annotations

import polars as pl

from regimes.memberships import ramp
from regimes.parameters import LabelRule, Parameters, PositioningPredicate
from regimes.schema import KEY

SUPPORTS_ONLY = "supports_only"


def supporting_rows(
    days: pl.LazyFrame, rule: LabelRule, parameters: Parameters, baselines: dict[str, pl.Expr]
) -> list[pl.LazyFrame]:
    """The days of the label, once per positioning predicate that supports it, with the columns of the scored rows.

    `days` has the features of positioning and `label_rank`; `baselines` are texts by feature. A day on which a
    predicate is unknown has no row of it: what does not count cannot be missed.
    """
    by_name = {predicate.name: predicate for predicate in parameters.positioning.predicates}
    names = next((each.predicates for each in parameters.positioning.labels if each.label == rule.label), ())
    first = len(rule.required) + len(rule.supporting)
    return [_rows(days, rule.label, by_name[name], first + at, baselines) for at, name in enumerate(names)]


def _rows(
    days: pl.LazyFrame, label: str, predicate: PositioningPredicate, position: int, baselines: dict[str, pl.Expr]
) -> pl.LazyFrame:
    memberships = [(each.feature, ramp(each)) for each in predicate.ramps]
    features = dict.fromkeys(feature for feature, _ in memberships)
    known = pl.all_horizontal(membership.is_not_null() for _, membership in memberships)
    weakest = pl.min_horizontal(membership for _, membership in memberships)
    decider = pl.coalesce(pl.when(membership == weakest).then(pl.lit(feature)) for feature, membership in memberships)
    return (
        days.filter(known)
        .with_columns(decider.alias("feature"), weakest.alias("membership"))
        .select(
            *KEY,
            pl.lit(label).alias("label"),
            "label_rank",
            pl.lit(position).alias("position"),
            pl.lit(predicate.name).alias("predicate"),
            pl.lit(SUPPORTS_ONLY).alias("role"),
            "feature",
            _decided({feature: pl.col(feature) for feature in features}).alias("value"),
            "membership",
            pl.lit(0.0).alias("weight"),
            _decided({feature: baselines[feature] for feature in features}).alias("baseline"),
        )
    )


def _decided(choices: dict[str, pl.Expr]) -> pl.Expr:
    """Of the choices by feature, the one for the feature that the column `feature` names."""
    return pl.coalesce(pl.when(pl.col("feature") == name).then(choice) for name, choice in choices.items())
