"""The tables that the regimes publish: columns, keys, descriptions. The features' columns stand in feature_schema.py.

The one place for them: the warehouse makes comments of them, and a frame is checked before it leaves.
"""

from __future__ import annotations

import polars as pl

from regimes.columns import KEY_COLUMNS, Column, count, day, flag, moment, number, text
from regimes.feature_schema import FEATURE_COLUMNS

EVENT_COLUMNS = (
    text("event", "Label of what happened on the day."),
    text("regime", "State of the market: a shock and its aftermath, or what has lasted for two days."),
    text("family", "Family of the event: mechanical, spot_down, squeeze, build, spot_up, quiet or none."),
    text("phase", "onset or aftermath of a shock; null in a lasting state."),
    text("previous_regime", "Regime of the span before the one that the day belongs to."),
    text("last_valid_regime", "The regime, or on a day without enough data the last one before it."),
    count("days_in_regime", "days", "Days of the span so far, this one included."),
    flag("changed", "True when the regime differs from that of the day before; null on the first day."),
    text("flags", "Comma-separated: reset_complete, spot_pressure, fresh_shorts; null when none is raised."),
    number("confidence", "0..1", "", "Strength of the event, its lead and coverage in one figure; not a probability."),
    text("grade", "Confidence in four steps, A to D; null without enough data."),
    text("runner_up", "Label with the second highest score; null without enough data."),
    number("score", "0..1", "", "How well the day fits its event; for mixed, how far it is from every label."),
    number("runner_up_score", "0..1", "", "How well the day fits the runner-up."),
    text("explanation", "One sentence that says why, from the evidence."),
)
SUPPORT_COLUMNS = (
    number("support_usd", "USD", "", "Level in force: lowest close of the 20 days before, or what a flush froze."),
    number("support_band_usd", "USD", "", "How far below the level a close has to be to break it."),
    flag("support_is_frozen", "True while a flush or capitulation keeps the level."),
    text("support_status", "held, tested, reclaimed or broken: what the day did to the level."),
    number("resistance_usd", "USD", "", "Frozen high of the five days up to the flush; null without a scenario."),
    text("scenario", "Event that opened the scenario in force at the end of the day or until it; null without one."),
    day("scenario_opened_on", "Day of that event."),
    text("triggers", "What would resolve the scenario, as conditions; null without one."),
    text("resolution", "How the scenario resolved on this day; null on every other."),
)  # fmt: skip
QUALITY_COLUMNS = (
    text("data_status", "complete, provisional (flows may still come or change) or insufficient."),
    number("known_inputs_share", "share 0..1", "", "Share of the inputs, required and optional alike, that are known."),
    text("missing_inputs", "Required inputs that are missing, stale, partial or absurd, comma-separated; else null."),
    text("missing_optional_inputs", "Optional inputs that are missing, comma-separated; null when none is."),
    text("feed_set", "Feeds behind the liquidations."),
    text("venues", "Venues behind the open interest."),
    flag("is_final", "False while inputs of the day may still arrive."),
    text("rules_version", "Version of the rules."),
    text("parameter_hash", "SHA-256 over the values of the parameters."),
)
_STATED = {column.name for column in (*KEY_COLUMNS, *EVENT_COLUMNS, *SUPPORT_COLUMNS, *QUALITY_COLUMNS)}
DAY_COLUMNS = (
    *KEY_COLUMNS,
    *EVENT_COLUMNS,
    *(column for column in FEATURE_COLUMNS if column.name not in _STATED),
    *SUPPORT_COLUMNS,
    *QUALITY_COLUMNS,
)
PROVENANCE_COLUMNS = (
    count("revision", "count", "1 for the first label that was published of the day, then one more for each change."),
    moment("available_at", "When the revision was published: nobody could know it before."),
    moment("computed_at", "Present of the run that computed it."),
    text("restatement_reason", "Why it differs from the revision before; null for the first."),
    flag("is_backfill", "True when it was computed more than two days after the day: counts in no claim of skill."),
)
KINDS = text("kinds", "Comma-separated: regime_change, support_broken, support_reclaimed, scenario_resolved,"
             " degraded_data, restatement; null when nobody needs to be told.")  # fmt: skip

# Beside the label, what it was made from, for a later run to compare and say why a label changed.
COMPARED: dict[str, tuple[str, ...]] = {
    "prices": ("close_usd", "low_usd", "high_usd", "worst_return_24h_pct", "best_return_24h_pct"),
    "liquidations": ("long_liquidations_usd", "short_liquidations_usd", "liquidation_multiple"),
    "open_interest": (
        "open_interest_change_1d_pct", "open_interest_change_3d_pct", "open_interest_change_7d_pct",
        "open_interest_fall_24h_pct",
    ),
    "funding": ("funding_8h_bp", "funding_percentile"),
    "flows": ("netflow_coin", "netflow_z", "netflow_3d_z", "gross_inflow_z"),
    "fund_flows": ("fund_netflow_usd", "fund_netflow_z"),
    "activity": ("address_ratio",),
    "leverage": ("leverage_percentile",),
}  # fmt: skip
_REVISED = (
    "asset", "day", "event", "regime", "family", "phase", "previous_regime", "changed", "flags", "confidence", "grade",
    "runner_up", "explanation", "support_usd", "support_status", "scenario", "resolution", "data_status",
    "known_inputs_share", "missing_inputs", "is_final", "rules_version", "parameter_hash",
    *(name for names in COMPARED.values() for name in names),
)  # fmt: skip
REVISION_COLUMNS = (
    *(next(column for column in DAY_COLUMNS if column.name == name) for name in _REVISED),
    *PROVENANCE_COLUMNS,
    KINDS,
)
LATEST = flag("is_latest", "True for the newest revision of its day.")

EVIDENCE_COLUMNS = (
    *KEY_COLUMNS,
    text("label", "Label that the predicate speaks for: the two labels with the highest scores."),
    count("label_rank", "", "1 for the label with the highest score, 2 for the next."),
    text("predicate", "What has to hold, by name."),
    text("role", "core (must be shown), guard (must not be violated) or supporting."),
    text("feature", "Feature that decided the predicate."),
    number("value", "see unit", "", "Value of the feature on the day; null when unknown."),
    text("unit", "Unit of the value."),
    number("membership", "0..1", "", "How far the predicate holds; null when its features are unknown."),
    number("weight", "ratio", "", "Weight of the predicate; core and guards sum to 1, the supporting ones, too."),
    text("baseline", "What the value is held against, in words; null when it is judged on its own."),
    text("mart", "Mart that the feature was made from."),
)
LABEL_COLUMNS = (
    text("label", "Label as published in event and regime."),
    text("family", "Group of related labels."),
    count("label_order", "", "Position in legends and tables."),
    text("colour", "Colour in charts, as #rrggbb."),
    text("meaning", "What the label says about a day."),
    text("not_to_confuse_with", "What the label is easily mistaken for; null when nothing is."),
)
SPAN_COLUMNS = (
    text("asset", "Base asset, for example BTC."),
    day("first_day", "First day of the span."),
    day("last_day", "Last day of the span so far."),
    text("regime", "Regime of every day of it."),
    count("day_count", "days", "Length of the span."),
    flag("is_open", "True for the span that the last day belongs to."),
)
_EARLIER = (
    count("earlier_count", "days", "Earlier days of the asset with this status and a known week after them."),
    number("earlier_held_share", "share 0..1", "", "Share of them whose next three closes kept the level."),
    number("earlier_median_return_7d_pct", "%", "", "Median return over the seven days after them."),
)  # fmt: skip
DAILY_SUPPORT_COLUMNS = (
    *KEY_COLUMNS,
    number("close_usd", "USD", "prices_daily", "Last price of the day."),
    number("low_usd", "USD", "prices_daily", "Lowest price of the day."),
    number("floor_usd", "USD", "prices_daily", "Lowest close of the 20 days before, whatever is frozen."),
    number("atr_usd", "USD", "prices_daily", "Mean true range of the 14 days that end with the day."),
    *(column for column in SUPPORT_COLUMNS if column.name != "triggers"),
    *_EARLIER,
)
SCENARIO_COLUMNS = (
    text("asset", "Base asset, for example BTC."),
    day("opened_on", "Day of the flush or capitulation."),
    text("outcome", "One of the ways in which the scenario can resolve."),
    text("event", "Label of that day."),
    number("support_usd", "USD", "", "Level that has to hold."),
    number("support_band_usd", "USD", "", "How far below it a close has to be to break it."),
    number("resistance_usd", "USD", "", "Level above which the fall is undone."),
    text("condition", "What has to happen for the outcome."),
    text("status", "open, resolved (this outcome came) or not_met (another did)."),
    day("resolved_on", "Day on which the scenario resolved, whichever way; null while it is open."),
    count("earlier_count", "scenarios", "Scenarios of the asset that had resolved, a week earlier or more, by then."),
    number("earlier_share", "share 0..1", "", "Share of them that resolved this way: a measurement, not a forecast."),
    number("earlier_median_return_7d_pct", "%", "", "Median return over the seven days after those."),
)
CHANGE_COLUMNS = (
    text("event_id", "asset, day and revision, joined by slashes: the same for ever."),
    *KEY_COLUMNS,
    count("revision", "count", "Revision of the day that the change belongs to."),
    KINDS,
    text("event", "Label of what happened on the day."),
    text("regime", "State of the market."),
    text("previous_regime", "Regime before; for a restatement, the one that was published before."),
    number("confidence", "0..1", "", "Confidence of the revision."),
    text("grade", "Grade of the revision."),
    text("support_status", "What the day did to the support."),
    text("resolution", "How the scenario resolved on the day."),
    text("restatement_reason", "Why a published label changed."),
    text("explanation", "One sentence that says why."),
    moment("available_at", "When it was published."),
    flag("is_backfill", "True for what was computed long after the day; nobody is told of it."),
)  # fmt: skip

TABLES: dict[str, tuple[Column, ...]] = {
    "leverage_features_daily": FEATURE_COLUMNS,
    "regimes_daily": (*DAY_COLUMNS, *PROVENANCE_COLUMNS, LATEST),
    "regime_evidence": EVIDENCE_COLUMNS,
    "regime_labels": LABEL_COLUMNS,
    "regime_spans": SPAN_COLUMNS,
    "support_daily": DAILY_SUPPORT_COLUMNS,
    "scenarios": SCENARIO_COLUMNS,
    "regime_revisions": (*REVISION_COLUMNS, LATEST),
    "regime_changes": CHANGE_COLUMNS,
}
TABLE_KEYS: dict[str, tuple[str, ...]] = {
    "leverage_features_daily": ("asset", "day"),
    "regimes_daily": ("asset", "day"),
    "regime_evidence": ("asset", "day", "label", "predicate"),
    "regime_labels": ("label",),
    "regime_spans": ("asset", "first_day"),
    "support_daily": ("asset", "day"),
    "scenarios": ("asset", "opened_on", "outcome"),
    "regime_revisions": ("asset", "day", "revision"),
    "regime_changes": ("asset", "day", "revision"),
}
TABLE_DESCRIPTIONS: dict[str, str] = {
    "leverage_features_daily": "Every feature the classifier reads. Baselines end the day before.",
    "regimes_daily": "The current label of each day with its state, confidence, flags, features, support and revision.",
    "regime_evidence": "What the two best labels of a day rest on: predicate, value, membership, baseline.",
    "regime_labels": "Dictionary of the labels.",
    "regime_spans": "Runs of days with the same regime.",
    "support_daily": "The support in force on each day, what the day did to it, and how that went on before.",
    "scenarios": "What can follow each flush, as conditions, with how often each came before.",
    "regime_revisions": "Every label ever published, append-only; regimes_as_of(ts) picks what was known at ts.",
    "regime_changes": "What a reader of the labels wants to be told of: revisions that changed something.",
}


class SchemaMismatchError(ValueError):
    """A frame does not have the columns that it is published with."""


def conform(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    """The frame with exactly the published columns of `table`; raises as `selected` does."""
    return selected(frame, TABLES[table], table)


def selected(frame: pl.DataFrame, columns: tuple[Column, ...], name: str) -> pl.DataFrame:
    """The frame with exactly these columns in this order and type.

    Raises SchemaMismatchError, naming the frame, for a column that is absent or has another type; nothing is cast.
    """
    found = frame.schema
    absent = [column.name for column in columns if column.name not in found]
    if absent:
        raise SchemaMismatchError(f"{name} lacks {', '.join(absent)}")
    other = [
        f"{column.name} is {found[column.name]}, not {column.dtype}"
        for column in columns
        if found[column.name] != column.dtype
    ]
    if other:
        raise SchemaMismatchError(f"{name}: {'; '.join(other)}")
    return frame.select(column.name for column in columns)
