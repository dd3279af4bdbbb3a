"""What was published about each day and why it changed: new revisions, the current row of each day, the change feed.

A revision never replaces an earlier one. A new one is made only if event, regime, a flag, the grade or the resolution
of a scenario differs. The warehouse stores the revisions.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import polars as pl

from regimes.data_quality import naive_utc
from regimes.parameters import Parameters
from regimes.schema import KEY, conform, dtypes, selected
from tables.published.regimes import COMPARED, DAY, PROVENANCE, REVISION

# A resolution is announced like a change of the regime, so it has to be revoked like one.
SAID = ("event", "regime", "flags", "grade", "resolution")
# Relative difference from which a number counts as restated: sums of doubles differ in the last digits.
RESTATED = 1e-9


def no_revisions() -> pl.DataFrame:
    """An empty frame with the columns of a revision."""
    return pl.DataFrame(schema=dtypes(REVISION))


def newest(revisions: pl.DataFrame) -> pl.DataFrame:
    """The newest revision of each day, sorted by asset and day."""
    return revisions.sort(*KEY, "revision").group_by(KEY, maintain_order=True).last()


def new_revisions(days: pl.DataFrame, known: pl.DataFrame, parameters: Parameters, now: datetime) -> pl.DataFrame:
    """Revisions of the days that differ from what was published about them, or that were never published.

    `days` has the columns of Classification.days, `known` those of a revision; `now` is the time of the run (UTC).
    `available_at` is null; the warehouse sets it when it stores them.
    """
    before = newest(known).rename({name: f"{name}_before" for name in known.columns if name not in KEY})
    joined = days.sort(KEY).with_columns(_kinds_of_day()).join(before, on=KEY, how="left", maintain_order="left")
    first = pl.col("revision_before").is_null()
    changed = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_before")) for name in SAID)
    late = pl.col("day").cast(pl.Datetime("us")) + pl.duration(
        days=1, hours=parameters.revisions.backfill_after_hours
    ) < pl.lit(naive_utc(now))
    made = joined.filter(first | changed).with_columns(
        (pl.col("revision_before").fill_null(0) + 1).alias("revision"),
        pl.lit(None, pl.Datetime("us")).alias("available_at"),
        pl.lit(naive_utc(now), pl.Datetime("us")).alias("computed_at"),
        pl.when(~first).then(_reason()).alias("restatement_reason"),
        late.alias("is_backfill"),
        pl.when(first).then(_listed(pl.col(name) for name in _KINDS)).otherwise(_kinds_restated()).alias("kinds"),
    )
    return selected(made, REVISION, "the new revisions")


def _reason() -> pl.Expr:
    """Codes of what differs from the revision before; earlier_days if nothing about the day itself differs."""
    rules = pl.any_horizontal(pl.col(name) != pl.col(f"{name}_before") for name in ("rules_version", "parameter_hash"))
    # Values that no label requires are in no list of missing inputs, but may arrive after the label and change it. With
    # other rules they may also be new.
    optional = [name for names in COMPARED.values() for name in names]
    now_known, was_known = (
        pl.any_horizontal(
            pl.col(f"{name}{here}").is_not_null() & pl.col(f"{name}{there}").is_null() for name in optional
        )
        & ~rules
        for here, there in (("", "_before"), ("_before", ""))
    )
    missing, was_missing = _identifiers("missing_inputs"), _identifiers("missing_inputs_before")
    codes = {
        "rules": rules,
        "final": pl.col("is_final") & ~pl.col("is_final_before"),
        "inputs_arrived": (was_missing.list.set_difference(missing).list.len() > 0) | now_known,
        "inputs_lost": (missing.list.set_difference(was_missing).list.len() > 0) | was_known,
        **{f"{group}_restated": _restated(columns) for group, columns in COMPARED.items()},
    }
    named = _listed(pl.when(holds).then(pl.lit(code)) for code, holds in codes.items())
    return named.fill_null("earlier_days")


def _identifiers(column: str) -> pl.Expr:
    """The identifiers in a list of missing inputs; empty for null."""
    return pl.when(pl.col(column).is_not_null()).then(pl.col(column).str.split(",")).otherwise([])


def _restated(columns: tuple[str, ...]) -> pl.Expr:
    """True where a number that was known before has changed."""
    return pl.any_horizontal(
        (pl.col(name) - pl.col(f"{name}_before")).abs() > RESTATED * pl.col(f"{name}_before").abs() for name in columns
    )


_KINDS = (
    "kind.regime_change",
    "kind.support_broken",
    "kind.support_reclaimed",
    "kind.scenario_resolved",
    "kind.degraded_data",
)


def _kinds_of_day() -> list[pl.Expr]:
    """What is news about a day when it is first published; a level that was broken yesterday is not."""
    yesterday = pl.col("support_status").shift(1).over("asset")
    insufficient = pl.col("data_status") == "insufficient"
    lost = insufficient & ~insufficient.shift(1).over("asset").fill_null(value=True)
    conditions = (
        pl.col("changed"),
        (pl.col("support_status") == "broken") & yesterday.ne_missing(pl.lit("broken")),
        pl.col("support_status") == "reclaimed",
        pl.col("resolution").is_not_null(),
        lost,
    )
    return [
        pl.when(condition).then(pl.lit(kind.removeprefix("kind."))).alias(kind)
        for kind, condition in zip(_KINDS, conditions, strict=True)
    ]


def _kinds_restated() -> pl.Expr:
    lost = (pl.col("data_status") == "insufficient") & (pl.col("data_status_before") != "insufficient")
    return _listed(
        (
            pl.when(pl.col("regime") != pl.col("regime_before")).then(pl.lit("regime_change")),
            pl.when(
                pl.col("resolution").is_not_null() & pl.col("resolution").ne_missing(pl.col("resolution_before"))
            ).then(pl.lit("scenario_resolved")),
            pl.when(lost).then(pl.lit("degraded_data")),
            pl.lit("restatement"),
        )
    )


def _listed(parts: Iterable[pl.Expr]) -> pl.Expr:
    joined = pl.concat_str(list(parts), separator=",", ignore_nulls=True)
    return pl.when(joined != "").then(joined)


def regimes_daily(days: pl.DataFrame, revisions: pl.DataFrame) -> pl.DataFrame:
    """The table regimes_daily: the days as computed now, with the revision that published what they say."""
    provenance = newest(revisions).select(*KEY, *PROVENANCE)
    joined = days.select(*DAY).join(provenance, on=KEY, how="left")
    return conform(joined.with_columns(pl.lit(value=True).alias("is_latest")).sort(KEY), "regimes_daily")


def regime_revisions(revisions: pl.DataFrame) -> pl.DataFrame:
    """The table regime_revisions: every revision, with whether it is the newest of its day."""
    latest = pl.col("revision") == pl.col("revision").max().over(KEY)
    return conform(revisions.with_columns(latest.alias("is_latest")).sort(*KEY, "revision"), "regime_revisions")


def regime_changes(revisions: pl.DataFrame) -> pl.DataFrame:
    """The table regime_changes: the revisions that are news for a reader, each with a stable id."""
    published = pl.col("regime").shift(1).over(KEY)
    ordered = revisions.sort(*KEY, "revision").with_columns(
        pl.concat_str("asset", pl.col("day").cast(pl.String), pl.col("revision").cast(pl.String), separator="/").alias(
            "event_id"
        ),
        pl.when(pl.col("revision") > 1).then(published).otherwise("previous_regime").alias("previous_regime"),
    )
    return conform(ordered.filter(pl.col("kinds").is_not_null()), "regime_changes")
