"""What holds of `conform` for any payload: nothing is lost, nothing broken stays, and good rows pass unchanged."""

import json
from datetime import UTC, date, datetime

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from ingest.schema import KEPT, conform
from tests.ingest.bars import KEY, OPENED, SCHEMA, frame
from tests.properties import examples

NOW = datetime(2026, 2, 2, 4, tzinfo=UTC)
NUMBERS = st.one_of(
    st.floats(width=32).map(str),
    st.integers(-3, 300).map(str),
    st.sampled_from(["", "1e3", "lots", "NaN", "-inf", "0x10", " 5", "1,5", "٣", None]),
)
MOMENTS = st.one_of(
    st.sampled_from([OPENED, OPENED.replace(hour=1), datetime(2100, 1, 1), datetime(1970, 1, 1), None]),
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 2, 5)),
)
CHANGES = st.fixed_dictionaries(
    {"open_at": MOMENTS},
    optional={
        "symbol": st.sampled_from(["BTCUSDT", "ETHUSDT", None]),
        "day": st.sampled_from([date(2026, 2, 1), date(1, 1, 1), date(9999, 12, 31), None]),
        "high": NUMBERS,
        "low": NUMBERS,
        "trades": NUMBERS,
        "share": NUMBERS,
        "channel": st.sampled_from(["rest", "archive", "", None]),
    },
)
PAYLOADS = st.lists(CHANGES, max_size=8)
MARK = 1_000_000
CHECKED = examples(30)  # Pandera takes some milliseconds for a frame, however small


def marked(changes: list[dict[str, object]]) -> pl.DataFrame:
    """The payload with a count of trades that names each row, so that none is like another."""
    return frame(*({**change, "trades": str(MARK + n)} for n, change in enumerate(changes)))


@CHECKED
@given(PAYLOADS)
def test_every_row_ends_exactly_once_as_a_row_or_in_quarantine(changes):
    done = conform(marked(changes), SCHEMA, KEY, NOW)
    kept = done.rows["trades"].to_list()
    lost = done.quarantined.filter(~pl.col("reason").str.ends_with(KEPT))
    quarantined = [int(json.loads(payload)["trades"]) for payload in lost["payload"]]
    assert sorted([*kept, *quarantined]) == [MARK + n for n in range(len(changes))]
    without_a_cell = done.quarantined.filter(pl.col("reason").str.ends_with(KEPT))
    assert {int(json.loads(payload)["trades"]) for payload in without_a_cell["payload"]} <= set(kept)
    assert without_a_cell["reason"].str.starts_with("share: ").all(), "the only column that may be null"
    assert all(done.quarantined["reason"].to_list())


@CHECKED
@given(PAYLOADS)
def test_what_stays_keeps_its_order_has_one_row_a_key_and_breaks_no_rule(changes):
    rows = conform(marked(changes), SCHEMA, KEY, NOW).rows
    SCHEMA.validate(rows)
    assert not rows.select(pl.struct(KEY).is_duplicated().any()).item()
    assert rows.select((pl.col("high").is_finite() & (pl.col("high") >= pl.col("low"))).all()).item()
    assert rows["trades"].is_sorted()


@CHECKED
@given(PAYLOADS)
def test_good_rows_pass_a_second_time_unchanged(changes):
    rows = conform(frame(*changes), SCHEMA, KEY, NOW).rows
    again = conform(rows, SCHEMA, KEY, NOW)
    assert again.rows.equals(rows)
    assert again.quarantined.is_empty()


@CHECKED
@given(PAYLOADS)
def test_good_rows_that_come_twice_in_a_row_are_kept_once(changes):
    once = frame(*changes)
    doubled = pl.concat([once, once]).with_row_index().sort(pl.col("index") % max(once.height, 1)).drop("index")
    assert conform(doubled, SCHEMA, KEY, NOW).rows.equals(conform(once, SCHEMA, KEY, NOW).rows)
