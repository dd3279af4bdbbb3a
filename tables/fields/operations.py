"""How the warehouse works: feeds, pulls, restatements, validation, what a release is."""

from tables.field import count, declare, flag, number, text

FIELDS = (
    declare("due_day", "The last day that the feed should have had at publication; null where none is due, as of a"
            " feed whose contracts have all ended."),
    declare("present_rows_share", "Share of the days of the warehouse, and of the symbols asked for, that have rows. A"
            " contract counts until it ends."),
    count("row_count", "Rows in the raw table, restated and repeated ones included."),
    count("quarantined_count", "Rows that broke the schema."),
    count("gap_count", "Windows of a series for which the venue answered that it has nothing."),
    declare("oldest_gap_at", "When the venue first answered so about a gap that is still open; null without any."),
    text("skipped", "Why the last pull could not fetch the feed; null when it could."),
    text("notes", "Other remarks on the last pull."),
    text("table_name", "Published table that the row belongs to or is missing from."),
    text("finding", "What is implausible about the row."),
    number("implausible_value", "The implausible number; null where it is missing.", "see finding"),
    count("implausible_count", "Rows of the feed concerned."),
    flag("is_excluded", "True when the row is left out, false when it is unusual and still counts."),
    text("licence", "Terms under which the vendor gives the data."),
    declare("previous_pull_at", "When the pull was fetched that this one is compared with."),
    count("compared_count", "Days with a netflow in both pulls."),
    count("netflow_changed_count", "Days whose netflow moved by more than 0.01 %."),
    count("netflow_sign_changed_count", "Days whose netflow changed its sign."),
    declare("netflow_sign_changed_share", "Days whose netflow changed its sign, as a share of the compared days."),
    count("label_changed_count", "Days whose event or regime was revised for restated flows."),
    declare("label_changed_share", "Days whose event or regime was revised, as a share of the compared days."),
    text("section", "agreement, share, persistence, transition, outcome, sensitivity, year_left_out or feed_removed."),
    text("subject", "What is measured: a day, a label, a parameter, a year or a feed."),
    text("measure", "What the value is."),
    number("interval_low", "Lower end of the 90 % interval of the value; null where there is none.", "see unit or"
            " measure"),
    number("interval_high", "Upper end of the 90 % interval of the value; null where there is none.", "see unit or"
            " measure"),
    count("observations", "How many days or spans the value was measured on."),
    text("detail", "Further explanation."),
    text("name", "Name of the entry."),
    text("setting", "Value of the entry, as text."),
    declare("hour_at", "Start of the hour."),
    count("disconnection_count", "Connections that ended."),
    count("refusal_count", "Subscriptions that were refused or not acknowledged."),
    count("silence_count", "Stretches of silence that no quiet spell explains."),
    count("malformed_count", "Messages that match none of the venue's shapes."),
    count("duplicate_count", "Orders that came a second time."),
    count("late_count", "Orders that came more than a minute after they happened."),
)  # fmt: skip
