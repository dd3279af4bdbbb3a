"""Validation: agreement with documented days, distribution and persistence of the labels, and what followed them.

The result is one tidy table, `regime_validation`; validation_page.py renders it. Nothing here changes a label.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from datetime import datetime
from importlib.resources import files
from itertools import combinations
from typing import Any

import polars as pl

from regimes.classifier import Classification, classify, judged
from regimes.coherence import coherence, survival
from regimes.features import daily_features
from regimes.feeds_alone import labels_by_feed
from regimes.labels import FAMILY_OF, Label
from regimes.marts import DailyMarts
from regimes.memberships import decider_column, membership_column
from regimes.midnight_readings import midnight_agreement
from regimes.outcomes import outcomes_by, with_outcomes
from regimes.parameters import Parameters, Part
from regimes.schema import KEY, conform, dtypes
from regimes.sensitivity import grid, left_out, removed
from tables.published.regimes import REGIME_VALIDATION

# A condition that holds to less than one half opposes the label; the rolling 24 hours may show otherwise.
WEAK = 0.5
ROLLING = ("worst_return_24h_pct", "best_return_24h_pct", "open_interest_fall_24h_pct")
AGREEMENTS = ("exact", "with_runner_up", "by_family")
Row = tuple[str, str, str, float, float | None, float | None, int, str | None]


def documented_days() -> pl.DataFrame:
    """The documented days: asset, day, label, note. No rule reads them."""
    document = tomllib.loads(files("regimes").joinpath("documented_days.toml").read_text(encoding="utf-8"))
    frame = pl.DataFrame(
        document["day"], schema={"asset": pl.String, "day": pl.Date, "label": pl.String, "note": pl.String}
    )
    unknown = set(frame["label"]) - {label.value for label in Label}
    if unknown:
        raise ValueError(f"documented_days.toml names unknown labels: {', '.join(sorted(unknown))}")
    return frame


def regime_validation(
    marts: DailyMarts,
    parameters: Parameters,
    now: datetime,
    revisions: pl.DataFrame | None = None,
    sources: pl.DataFrame | None = None,
    readings: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The table regime_validation over the days of `marts` as of `now` (UTC). Takes seconds, not milliseconds: every
    parameter is moved and every feed removed in turn.

    `revisions`, with the columns of regime_revisions, are what was published; without them nothing was. `sources`,
    with the columns of liquidation_sources_daily, are the liquidations feed by feed. `readings` has the columns of
    readings_hourly."""
    features = daily_features(marts, parameters)
    classified = classify(features, parameters, now)
    documented = documented_days().join(classified.days.select("asset", "day"), on=["asset", "day"], how="semi")
    rows = [
        *_agreement(judged(features, parameters, now).days, documented, parameters),
        *_published(revisions, documented_days()),
        *_coherence(classified.days),
        *_survival(features, parameters, now),
        *_shares(classified.days),
        *_shares_by_asset(classified.days),
        *_persistence(classified),
        *_transitions(classified.days),
        *_outcomes(classified.days),
    ]
    if readings is not None:
        rows += [
            ("reading", each.compared_with, "same as the reading at 24:00, % of days", 100.0 * each.same / each.days,
             None, None, each.days, each.differing)
            for each in midnight_agreement(readings, classified.days, marts, parameters, now, revisions)
        ]  # fmt: skip
    counted = grid(features, parameters, documented, now)
    rows += _sensitivity(counted)
    rows += [
        ("year_left_out", str(year), "agreeing days of the variant that the other years choose", float(chosen), None,
         None, total, f"{name}; as shipped {shipped}")
        for year, name, chosen, shipped, total in left_out(counted)
    ]  # fmt: skip
    if sources is not None:
        rows += _feeds_alone(classified.days, labels_by_feed(marts, sources, parameters, now))
    rows += _removed(classified.days, marts, parameters, documented, now)
    frame = pl.DataFrame(rows, schema=dtypes(REGIME_VALIDATION.columns), orient="row")
    return conform(frame, REGIME_VALIDATION.name)


def agreement(days: pl.DataFrame, documented: pl.DataFrame) -> pl.DataFrame:
    """The documented days with `exact` (the event is the label), `with_runner_up` (the event or the runner-up is) and
    `by_family` (the event is of its family)."""
    family = {label.value: of.value for label, of in FAMILY_OF.items()}
    event, label = (pl.col(name).replace_strict(family, return_dtype=pl.String) for name in ("event", "label"))
    exact = pl.col("event") == pl.col("label")
    return documented.join(days, on=["asset", "day"], how="inner", maintain_order="left").with_columns(
        exact.alias("exact"),
        (exact | (pl.col("runner_up") == pl.col("label")).fill_null(value=False)).alias("with_runner_up"),
        (event == label).alias("by_family"),
    )


def first_published(revisions: pl.DataFrame) -> pl.DataFrame:
    """The first label that was published of each day, with `is_backfill`: whether it was computed after the fact."""
    return revisions.sort(*KEY, "revision").group_by(KEY, maintain_order=True).first()


def _complete(days: pl.DataFrame) -> pl.DataFrame:
    return days.filter(pl.col("data_status") != "insufficient")


def _agreement(days: pl.DataFrame, documented: pl.DataFrame, parameters: Parameters) -> Iterator[Row]:
    documented_rows = agreement(days, documented)
    for name in AGREEMENTS:
        yield (
            "agreement",
            "all documented days",
            name,
            float(documented_rows[name].sum()),
            None,
            None,
            documented_rows.height,
            None,
        )
    for row in documented_rows.iter_rows(named=True):
        detail = (
            f"documented {row['label']}, event {row['event']}, runner-up {row['runner_up'] or 'none'}"
            f"{_conditions(row, parameters)}"
        )
        yield "agreement", f"{row['asset']} {row['day']}", "exact", float(row["exact"]), None, None, 1, detail


def _conditions(row: dict[str, Any], parameters: Parameters) -> str:
    """How far the conditions of the documented label hold, with the figure behind each weak one; the rolling view; the
    two best labels."""
    rule = next((rule for rule in parameters.labels if rule.label == row["label"]), None)
    if rule is None or row["data_status"] == "insufficient":
        return ""
    held = ", ".join(_condition(row, part) for part in rule.required)
    rolling = ", ".join(_figure(row, name) for name in ROLLING)
    return (
        f"; {rule.label} scores {row[f'score.{rule.label}']:.2f}: {held}; the 24 hours that end in the day: {rolling}; "
        f"the event {row['event']} scores {row['score']:.2f}"
    )


def _condition(row: dict[str, Any], part: Part) -> str:
    value, feature = row[membership_column(part.predicate)], row[decider_column(part.predicate)]
    if value is None:
        return f"{part.name} unknown"
    value = 1.0 - value if part.negated else value
    return f"{part.name} {value:.2f}" + (f" ({_figure(row, feature)})" if value < WEAK else "")


def _figure(row: dict[str, Any], feature: str) -> str:
    return f"{feature} unknown" if row[feature] is None else f"{feature} {row[feature]:.1f}"


def _published(revisions: pl.DataFrame | None, documented: pl.DataFrame) -> Iterator[Row]:
    """What was published at the time and what was computed later, kept apart: only the first measures anything."""
    if revisions is None:
        return
    first = first_published(revisions.filter(pl.col("event") != Label.INSUFFICIENT_DATA.value))
    for subject, is_backfill in (("at the time", False), ("backfill", True)):
        days = first.filter(pl.col("is_backfill") == is_backfill)
        yield "published", subject, "days with a label", float(days.height), None, None, days.height, None
        agreed = agreement(days, documented)
        for name in AGREEMENTS:
            yield "published", subject, name, float(agreed[name].sum()), None, None, agreed.height, None


def _coherence(days: pl.DataFrame) -> Iterator[Row]:
    for subject, measure, agreeing, found in coherence(days):
        yield "coherence", subject, f"{measure}, % of days", 100.0 * agreeing / found, None, None, found, None


def _survival(features: pl.DataFrame, parameters: Parameters, now: datetime) -> Iterator[Row]:
    for subject, kept, found in survival(features, parameters, now):
        if found:
            yield "survival", subject, "same event, % of complete days", 100.0 * kept / found, None, None, found, None


def _shares_by_asset(days: pl.DataFrame) -> Iterator[Row]:
    """The share of each label among the complete days of each asset."""
    counted = (
        _complete(days).group_by("asset", "event").len().with_columns(pl.col("len").sum().over("asset").alias("all"))
    )
    for asset, event, found, total in counted.sort("asset", "event").iter_rows():
        yield "asset_share", asset, f"{event}, % of complete days", 100.0 * found / total, None, None, found, None


def _shares(days: pl.DataFrame) -> Iterator[Row]:
    complete = _complete(days)
    for column in ("event", "regime"):
        for label, found in complete.group_by(column).len().sort("len", column, descending=True).iter_rows():
            yield (
                "share",
                label,
                f"{column}, % of complete days",
                100.0 * found / complete.height,
                None,
                None,
                found,
                None,
            )
    missing = days.height - complete.height
    if days.height:
        share = 100.0 * missing / days.height
        yield "share", Label.INSUFFICIENT_DATA.value, "% of all days", share, None, None, missing, None


def _persistence(classified: Classification) -> Iterator[Row]:
    spans = classified.spans.filter(pl.col("regime") != Label.INSUFFICIENT_DATA.value)
    lasted = spans.group_by("regime").agg(
        pl.len(), pl.col("day_count").mean().alias("mean"), pl.col("day_count").max().cast(pl.Float64).alias("longest")
    )
    for label, found, mean, longest in lasted.sort("regime").iter_rows():
        yield "persistence", label, "mean length of a span, days", mean, None, None, found, None
        yield "persistence", label, "longest span, days", longest, None, None, found, None


def _transitions(days: pl.DataFrame) -> Iterator[Row]:
    """From the regime of each day to the regime of the next day, where both have data."""
    pairs = (
        days.with_columns(pl.col("regime").shift(-1).over("asset").alias("next"))
        .filter(pl.col("next").is_not_null())
        .filter(~pl.any_horizontal(pl.col("regime", "next") == Label.INSUFFICIENT_DATA.value))
    )
    counted = pairs.group_by("regime", "next").len().with_columns(pl.col("len").sum().over("regime").alias("all"))
    for label, following, found, total in counted.sort("regime", "next").iter_rows():
        yield "transition", label, f"to {following}, % of days", 100.0 * found / total, None, None, found, None


def _outcomes(days: pl.DataFrame) -> Iterator[Row]:
    complete = _complete(with_outcomes(days))
    baseline = complete.with_columns(pl.lit("any day").alias("any"))
    for column in ("any", "event"):
        for label, measure, value, low, high, found in outcomes_by(baseline, column):
            yield "outcome", label, f"median {measure}, %", value, low, high, found, None


def _sensitivity(counted: pl.DataFrame) -> Iterator[Row]:
    totals = counted.group_by("variant", maintain_order=True).agg(
        pl.col("changed_count", "exact_count", "documented_count").sum()
    )
    for name, changed, exact, documented in totals.iter_rows():
        detail = f"{exact} of {documented} documented days agree"
        yield "sensitivity", name, "days whose event changes", float(changed), None, None, documented, detail


def _feeds_alone(days: pl.DataFrame, by_feed: Iterable[tuple[str, pl.DataFrame]]) -> Iterator[Row]:
    """How often the liquidations of a feed alone give the label of all feeds of the day, and of each other feed."""
    found = [("all feeds of the day", _complete(days).select(*KEY, "event")), *by_feed]
    for (name, labels), (other, others) in combinations(found, 2):
        both = labels.join(others, on=KEY, suffix="_other")
        if both.height:
            same = both.filter(pl.col("event") == pl.col("event_other")).height
            measure = f"same event as {name}, % of days with both"
            yield "feed_alone", other, measure, 100.0 * same / both.height, None, None, both.height, None


def _removed(
    days: pl.DataFrame, marts: DailyMarts, parameters: Parameters, documented: pl.DataFrame, now: datetime
) -> Iterator[Row]:
    complete = _complete(days).select("asset", "day", pl.col("event").alias("before"))
    for name, labels in removed(marts, parameters, now):
        both = complete.join(labels, on=["asset", "day"])
        lost = both.filter(pl.col("event") == Label.INSUFFICIENT_DATA.value).height
        other = both.filter(pl.col("event") != pl.col("before")).height - lost
        exact = int(agreement(labels, documented)["exact"].sum())
        for measure, found in (("insufficient_data", lost), ("another event", other)):
            share = 100.0 * found / complete.height if complete.height else 0.0
            detail = f"{exact} of {documented.height} documented days agree"
            yield "feed_removed", name, f"{measure}, % of complete days", share, None, None, found, detail
