"""Published tables of the running day: a reading of the last 24 hours for each full hour, and what they announce."""

from tables.published.regimes import MART_OF
from tables.table import Table

WINDOW = ("asset", "window_ended_at")
# What a reading says of its window, beside the features. States of days and scenarios are no part of it.
SAID = (
    "event", "family", "confidence", "grade", "runner_up", "score", "runner_up_score", "flags", "explanation",
)  # fmt: skip
LEVELS = ("support_usd", "support_band_usd", "support_is_frozen", "support_status", "resistance_usd")
QUALITY = (
    "data_status", "known_inputs_share", "missing_inputs", "missing_optional_inputs", "unknown_inputs", "feed_set",
    "liquidation_venues", "venues", "rules_version", "parameter_hash",
)  # fmt: skip
READING = (*WINDOW, "revision", *SAID, *MART_OF, *LEVELS, *QUALITY, "evidence", "input_hash", "computed_at")
READINGS_HOURLY = Table(
    name="readings_hourly",
    description="What the 24 hours up to each full hour would be called as a day, append-only; now_as_of(ts) picks what"
    " was known at ts.",
    key=(*WINDOW, "revision"),
    columns=(*READING, "available_at"),
    notes={
        "event": "Here of the 24 hours that end at window_ended_at, as are all figures.",
        "grade": "B at most, because exchange flows are not known within the day.",
        "revision": "A later one differs because rows of its window came later.",
    },
)
EVENT = ("event_id", "asset", "kind", "happened_at", "sentence", "figures", "computed_at")
EVENTS_HOURLY = Table(
    name="events_hourly",
    description="What the hourly readings announce, once each, append-only.",
    key=("event_id",),
    columns=(*EVENT, "available_at"),
    notes={
        "event_id": "Asset, kind and happened_at, joined by slashes.",
        "kind": "flush_begins, squeeze_begins, level_broken, level_reclaimed, reset_complete or data_lost.",
    },
)
TABLES = (READINGS_HOURLY, EVENTS_HOURLY)
