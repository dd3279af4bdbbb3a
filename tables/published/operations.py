"""Published tables about the warehouse: its feeds, what vendors restate, what a release is."""

from tables.table import Table

FEED_STATUS = Table(
    name="feed_status",
    description="How far each feed reaches, and how its last pull went.",
    key=("feed",),
    columns=(
        "feed", "venue", "series", "first_day", "last_day", "due_day", "present_rows_share", "row_count",
        "quarantined_count", "gap_count", "oldest_gap_at", "pulled_at", "skipped", "notes", "licence",
    ),
    notes={
        "first_day": "Of the oldest row; of a recorded feed, the first recorded day.",
        "last_day": "Of the newest row; of a recorded feed, the last day with a recorded part.",
        "present_rows_share": "Of a recorded feed: days and subscriptions with a recorded part.",
        "pulled_at": "Of a recorded feed when it last landed.",
    },
)  # fmt: skip
RESTATEMENTS = Table(
    name="restatements",
    description="How much vendors restate: share of days whose netflow sign or label a new pull changed.",
    key=("asset", "pulled_at"),
    columns=(
        "asset", "pulled_at", "previous_pull_at", "compared_count", "netflow_changed_count",
        "netflow_sign_changed_count", "netflow_sign_changed_share", "label_changed_count", "label_changed_share",
    ),
)  # fmt: skip
IMPLAUSIBLE_ROWS = Table(
    name="implausible_rows",
    description="Vendors' rows that break an expectation: excluded from their table, or unusual and still counted.",
    key=("table_name", "asset", "venue", "instrument", "feed", "symbol", "day", "finding"),
    columns=(
        "table_name", "asset", "venue", "instrument", "feed", "symbol", "day", "finding", "implausible_value",
        "implausible_count", "is_excluded",
    ),
)  # fmt: skip
ABOUT = Table(
    name="about",
    description="What this file is: market, days, rules, when it was published.",
    key=("name",),
    columns=("name", "setting"),
    notes={"name": "market, simulated, first_day, last_day, published_at, rules_version or licences."},
)
TABLES = (FEED_STATUS, RESTATEMENTS, IMPLAUSIBLE_ROWS, ABOUT)
