"""Any feature in words, made from its name, unit and description: for features that have no words of their own."""

from __future__ import annotations

import re

import polars as pl

from regimes.words.numbers import basis_points, number, ordinal, signed_coins, signed_percent, signed_usd, text
from tables import Field
from tables.published.regimes import LEVERAGE_FEATURES_DAILY, SUPPORTING

# Features with numbers that a label can be made from.
NUMERIC = {
    one.name: one
    for one in LEVERAGE_FEATURES_DAILY.fields
    if one.kind in ("number", "count") and one.name not in SUPPORTING
}
# What the end of a name says is said by the unit.
_ENDINGS = re.compile(r"_(pct|usd|coin|bp|8h_bp|z|sigma|share|ratio|percentile|count)$")


def subject(feature: str) -> str:
    """The feature's name without its unit, as words: netflow_3d_z is netflow 3d."""
    return _ENDINGS.sub("", feature).replace("median_", "usual_").replace("_", " ")


def value(column: Field) -> pl.Expr:
    """The feature's value with its unit."""
    known = pl.col(column.name)
    if column.unit == "%":
        return signed_percent(known)
    if column.unit == "USD":
        return signed_usd(known)
    if column.unit.startswith("coin"):
        return signed_coins(known)
    if column.unit.startswith("bp"):
        return basis_points(known)
    if column.unit.startswith("share"):
        return text(number(100.0 * known, 0), " %")
    if column.unit.startswith("percentile"):
        return text(ordinal(known), " percentile")
    if "deviation" in column.unit:
        return text(number(known, 1), " x its usual deviation")
    if column.unit.startswith("ratio"):
        return number(known, 2)
    return text(number(known, 0), f" {column.unit}")


def clause(feature: str) -> pl.Expr:
    """The feature as a clause, such as: leverage was 0.24."""
    return text(f"{subject(feature)} was ", value(NUMERIC[feature]))


def meaning(feature: str, numbers: dict[str, object]) -> str:
    """What the feature measures: its sentence up to the first semicolon, without capital and full stop."""
    said = NUMERIC[feature].sentence(numbers).split(";")[0].removesuffix(".")
    return said[0].lower() + said[1:]
