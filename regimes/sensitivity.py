"""How much the labels depend on single numbers, years and feeds: numbers moved, a year left out, inputs removed.

It counts agreement with the documented days and days whose event changes. Nothing here chooses parameters.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from regimes.classifier import judged
from regimes.features import daily_features
from regimes.marts import BY_VENUE, DailyMarts
from regimes.parameters import Parameters, Predicate, Ramp
from regimes.schema import KEY

SHIFT = 0.25  # share of a ramp's width, in both directions; for the numbers of the scores, share of the value
# The marts that are empty without each feed.
FEEDS: dict[str, tuple[str, ...]] = {
    "rolling 24 hours": ("rolling_24h_daily",),
    "active addresses": ("network_activity_daily",),
    "exchange flows": ("exchange_flows_daily",),
    "fund flows": ("fund_flows_daily",),
    "liquidations": ("liquidations_daily", "liquidations_by_venue_daily"),
    "funding": ("funding_daily", "funding_by_venue_daily"),
    "open interest": ("open_interest_daily", "open_interest_by_venue_daily"),
    "prices": ("prices_daily",),
}


@dataclass(frozen=True)
class Variant:
    """Parameters with one number moved, and the name of the change."""

    name: str
    parameters: Parameters


def variants(parameters: Parameters) -> Iterator[Variant]:
    """Every ramp moved by a quarter of its width either way, and the numbers of the scores by a quarter."""
    for index, predicate in enumerate(parameters.predicates):
        for position, condition in enumerate(predicate.conditions):
            if not isinstance(condition, Ramp):
                continue
            for sign in (-1.0, 1.0):
                moved = _moved(predicate, position, sign * SHIFT * abs(condition.one - condition.zero))
                predicates = (*parameters.predicates[:index], moved, *parameters.predicates[index + 1 :])
                name = f"{predicate.name}: {condition.feature} from {condition.zero:g} {'+' if sign > 0 else '-'}25 %"
                yield Variant(name, parameters.model_copy(update={"predicates": predicates}))
    for number in ("floor", "supporting_share", "unknown"):
        for factor in (1.0 - SHIFT, 1.0 + SHIFT):
            scores = parameters.scores.model_copy(update={number: factor * getattr(parameters.scores, number)})
            name = f"scores: {number} {'+' if factor > 1 else '-'}25 %"
            yield Variant(name, parameters.model_copy(update={"scores": scores}))


def _moved(predicate: Predicate, position: int, by: float) -> Predicate:
    conditions = list(predicate.conditions)
    ramp = conditions[position]
    assert isinstance(ramp, Ramp)  # noqa: S101 - the caller picked a ramp
    conditions[position] = ramp.model_copy(update={"zero": ramp.zero + by, "one": ramp.one + by})
    return predicate.model_copy(update={"conditions": tuple(conditions)})


def grid(features: pl.DataFrame, parameters: Parameters, documented: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """Every variant by year: variant, year, changed_count, exact_count, documented_count.

    `changed_count` is of days whose event differs from that of the shipped parameters. `documented` has asset, day and
    label; a day agrees when its event is the label.
    """
    base = _labels(features, parameters, now)
    parts = [_counted("as shipped", base, base, documented)]
    parts.extend(
        _counted(variant.name, _labels(features, variant.parameters, now), base, documented)
        for variant in variants(parameters)
    )
    return pl.concat(parts)


def _labels(features: pl.DataFrame, parameters: Parameters, now: datetime) -> pl.DataFrame:
    return judged(features, parameters, now).days.select(*KEY, "event", "regime", "runner_up")


def _counted(name: str, labels: pl.DataFrame, base: pl.DataFrame, documented: pl.DataFrame) -> pl.DataFrame:
    agrees = pl.col("event") == pl.col("label")
    return (
        labels.join(base, on=KEY, suffix="_base")
        .join(documented.select(*KEY, "label"), on=KEY, how="left")
        .group_by(pl.col("day").dt.year().alias("year"))
        .agg(
            (pl.col("event") != pl.col("event_base")).sum().cast(pl.Int64).alias("changed_count"),
            agrees.fill_null(value=False).sum().cast(pl.Int64).alias("exact_count"),
            pl.col("label").count().cast(pl.Int64).alias("documented_count"),
        )
        .sort("year")
        .select(pl.lit(name).alias("variant"), pl.all())
    )


def left_out(counted: pl.DataFrame) -> Iterator[tuple[int, str, int, int, int]]:
    """For every documented year: year, the variant that fits the other years best, its agreement in the year, the
    agreement of the shipped parameters, documented days. Among equal variants the shipped one wins, else the first."""
    counted = counted.with_columns((pl.col("variant") != "as shipped").alias("is_other"))
    for (year,) in counted.filter(pl.col("documented_count") > 0).select("year").unique().sort("year").iter_rows():
        others = counted.filter(pl.col("year") != year).group_by("variant", "is_other", maintain_order=True)
        chosen = others.agg(pl.col("exact_count").sum()).sort(
            "exact_count", "is_other", descending=[True, False], maintain_order=True
        )["variant"][0]
        held = counted.filter(pl.col("year") == year)
        exact = {row["variant"]: row["exact_count"] for row in held.iter_rows(named=True)}
        yield year, chosen, exact[chosen], exact["as shipped"], held["documented_count"][0]


def removed(marts: DailyMarts, parameters: Parameters, now: datetime) -> Iterator[tuple[str, pl.DataFrame]]:
    """The labels without each feed in turn: name, asset, day, event, regime."""
    for name, gone in FEEDS.items():
        without = {mart: emptied(mart, getattr(marts, mart)) for mart in gone}
        yield name, _labels(daily_features(replace(marts, **without), parameters), parameters, now)


def emptied(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The mart as it is without the feed: no row by venue, and null measures on every calendar day."""
    if name in BY_VENUE:
        return frame.clear()
    return frame.with_columns(pl.lit(None, frame.schema[column]).alias(column) for column in frame.columns[2:])
