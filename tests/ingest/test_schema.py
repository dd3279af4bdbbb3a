"""From a parser's text to typed rows and quarantined ones, each with its reason and what was published."""

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from ingest.errors import SchemaBroken
from ingest.schema import column_of, conform, forming, since_1970
from tests.ingest.bars import GOOD, KEY, OPENED, SCHEMA, frame

NOW = datetime(2026, 2, 2, 4, tzinfo=UTC)
TOMORROW = datetime(2026, 2, 3, 4)


def conformed(*changes):
    return conform(frame(*changes), SCHEMA, KEY, NOW)


def test_good_text_becomes_typed_rows_in_the_schemas_order():
    done = conform(frame({}).select(reversed(list(GOOD))), SCHEMA, KEY, NOW)
    assert done.rows.columns == list(SCHEMA.columns)
    assert done.rows.rows() == [("BTCUSDT", OPENED.replace(hour=0), date(2026, 2, 1), 101.5, 99.5, 7, 0.25, "rest")]
    assert done.quarantined.is_empty()
    assert done.quarantined.columns == ["symbol", "reason", "payload"]


@pytest.mark.parametrize(
    "moment", ["2026-02-01 12:00:00", "2026-02-01T12:00:00Z", "2026-02-01T12:00:00.000000", "2026-02-01T12:00:00.0Z"]
)
def test_days_and_moments_may_come_as_text(moment):
    as_text = frame({}).with_columns(day=pl.lit("2026-02-01"), open_at=pl.lit(moment))
    done = conform(as_text, SCHEMA, KEY, NOW)
    assert done.rows.select("open_at", "day").rows() == [(OPENED, date(2026, 2, 1))]


@pytest.mark.parametrize("wrong", ["01.02.2026", "2026-02-30", "2026-02-01T12:00:00+02:00", "", "soon"])
def test_text_that_is_no_day_or_moment_is_quarantined_as_it_was_published(wrong):
    as_text = frame({}).with_columns(day=pl.lit(wrong), open_at=pl.lit(wrong))
    done = conform(as_text, SCHEMA, KEY, NOW)
    assert done.rows.is_empty()
    assert {"day: unparsable", "open_at: unparsable"} <= set(done.quarantined["reason"].item().split("; "))
    assert json.loads(done.quarantined["payload"].item())["day"] == wrong


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"high": "-1", "low": "-2"}, "high: positive; low: positive"),
        ({"high": "0"}, "high: positive"),
        ({"high": "99.4"}, "high below low"),
        ({"high": "lots"}, "high: unparsable"),
        ({"high": ""}, "high: unparsable"),
        ({"high": None}, "high: missing"),
        ({"high": "nan"}, "high: finite"),
        ({"high": "inf"}, "high: finite"),
        ({"low": "-inf"}, "low: finite"),
        ({"trades": "7.5"}, "trades: unparsable"),
        ({"trades": "-7"}, "trades: not negative"),
        ({"trades": None}, "trades: missing"),
        ({"channel": "pigeon"}, "channel: none of archive, rest"),
        ({"symbol": None}, "symbol: missing"),
        ({"open_at": None}, "open_at: missing"),
        ({"open_at": datetime(2100, 1, 1)}, "open_at: absurd timestamp"),
        ({"open_at": TOMORROW + timedelta(microseconds=1)}, "open_at: absurd timestamp"),
        ({"open_at": datetime(2009, 1, 2)}, "open_at: absurd timestamp"),
        ({"day": date(2100, 1, 1)}, "day: absurd timestamp"),
        ({"day": None}, "day: missing"),
    ],
)
def test_a_row_that_breaks_a_rule_is_quarantined_with_the_rule_and_the_others_stay(change, reason):
    done = conformed({}, change, {})
    assert done.rows["open_at"].to_list() == [OPENED.replace(hour=0), OPENED.replace(hour=2)]
    (found,) = done.quarantined["reason"].to_list()
    assert set(reason.split("; ")) <= set(found.split("; "))


@pytest.mark.parametrize(
    ("share", "reason"),
    [("much", "share: unparsable"), ("1.01", "share: within 0 to 1"), ("inf", "share: finite; share: within 0 to 1")],
)
def test_a_bad_cell_that_may_be_null_costs_the_cell_and_is_quarantined_with_what_was_there(share, reason):
    done = conformed({}, {"share": share}, {})
    assert done.rows["open_at"].to_list() == [OPENED.replace(hour=hour) for hour in range(3)]
    assert done.rows["share"].to_list() == [done.rows["share"][0], None, done.rows["share"][0]]
    ((found, payload),) = done.quarantined.select("reason", "payload").rows()
    assert found == f"{reason}; the row is kept without it"
    assert json.loads(payload)["share"] == share


@pytest.mark.parametrize("blank", ["NaN", "nan", None])
def test_no_number_in_a_cell_that_may_be_null_is_a_blank(blank):
    done = conformed({"share": blank})
    assert (done.rows["share"].to_list(), done.quarantined.height) == ([None], 0)


def test_a_row_that_is_lost_anyway_names_its_bad_optional_cell_too():
    done = conformed({"share": "much", "high": "-1"})
    assert done.rows.is_empty()
    (reason,) = done.quarantined["reason"]
    assert "share: unparsable" in reason
    assert "high" in reason
    assert "kept" not in reason


@pytest.mark.parametrize("change", [{"share": None}, {"share": "0"}, {"open_at": TOMORROW}, {"trades": "0"}])
def test_what_a_rule_allows_stays(change):
    done = conformed(change)
    assert done.rows.height == 1
    assert done.quarantined.is_empty()


def test_the_payload_keeps_every_field_as_published():
    done = conformed({"high": "lots", "low": "099.50", "share": None})
    assert done.quarantined["symbol"].to_list() == ["BTCUSDT"]
    payload = json.loads(done.quarantined["payload"].item())
    assert payload == {
        **GOOD,
        "open_at": "2026-02-01 00:00:00",
        "day": "2026-02-01",
        "high": "lots",
        "low": "099.50",
        "share": None,
    }


def test_one_row_with_several_faults_is_quarantined_once_with_all_reasons():
    done = conformed({"high": "-1", "channel": "pigeon", "trades": "many"})
    (reason,) = done.quarantined["reason"].to_list()
    assert {"high: positive", "trades: unparsable", "high below low"} <= set(reason.split("; "))


def test_a_row_that_comes_twice_is_kept_once():
    same = {"open_at": OPENED}
    done = conformed(same, {**same, "high": "101.500"}, same)
    assert done.rows.height == 1
    assert done.quarantined.is_empty()


def test_of_two_rows_with_one_key_the_later_stays_and_the_earlier_is_quarantined():
    done = conformed({"open_at": OPENED, "high": "200"}, {"open_at": OPENED, "high": "300"})
    assert done.rows["high"].to_list() == [300.0]
    assert done.quarantined["reason"].to_list() == ["superseded by a later row of the same payload"]
    assert json.loads(done.quarantined["payload"].item())["high"] == "200"


def test_a_broken_row_supersedes_nothing():
    done = conformed({"open_at": OPENED}, {"open_at": OPENED, "high": "-1"})
    assert done.rows["high"].to_list() == [101.5]
    assert done.quarantined.height == 1
    assert "superseded" not in done.quarantined["reason"].item()


def test_rows_without_a_key_do_not_supersede_each_other():
    done = conformed({"open_at": None, "high": "102"}, {"open_at": None, "high": "103"})
    assert done.quarantined["reason"].to_list() == ["open_at: missing"] * 2


def test_no_rows_are_no_rows():
    done = conform(frame(), SCHEMA, KEY, NOW)
    assert done.rows.is_empty()
    assert done.rows.columns == list(SCHEMA.columns)


@pytest.mark.parametrize("differ", ["drop", "add"])
def test_columns_that_the_schema_does_not_know_are_a_fault_of_the_code(differ):
    wrong = frame({}).drop("share") if differ == "drop" else frame({}).with_columns(pl.lit(1).alias("mood"))
    with pytest.raises(SchemaBroken, match=r"bars disagree on columns \['(share|mood)'\]"):
        conform(wrong, SCHEMA, KEY, NOW)


def test_columns_tell_their_unit():
    units = {name: column_of(column).field.unit for name, column in SCHEMA.columns.items()}
    assert units["high"] == "quote currency"
    assert units["open_at"] == "UTC"
    assert units["symbol"] == ""


# --- time


@pytest.mark.parametrize(
    ("opened", "is_forming"),
    [
        ("2026-02-02T03:00", False),
        ("2026-02-02T03:01", True),
        ("2026-02-02T04:00", True),
        ("2026-02-03T04:00", True),
        ("2026-02-03T04:01", False),
        ("2100-01-01T00:00", False),
    ],
)
def test_a_bar_forms_until_its_end_and_one_far_ahead_is_a_wrong_stamp(opened, is_forming):
    bars = pl.DataFrame({"open_at": [datetime.fromisoformat(opened)]})
    assert bars.select(forming("open_at", timedelta(hours=1), NOW)).item() is is_forming


def test_a_bar_without_a_stamp_is_not_forming():
    bars = pl.DataFrame({"open_at": [None]}, schema={"open_at": pl.Datetime("us")})
    assert bars.select(forming("open_at", timedelta(hours=1), NOW)).item() is False


@pytest.mark.parametrize(
    ("ticks", "microseconds", "moment"),
    [
        (1769904000, 1_000_000, datetime(2026, 2, 1)),
        (1769904000123, 1_000, datetime(2026, 2, 1, 0, 0, 0, 123000)),
        (1769904000123456, 1, datetime(2026, 2, 1, 0, 0, 0, 123456)),
        (253402300799999, 1_000, datetime(9999, 12, 31, 23, 59, 59, 999000)),
        (253402300800000, 1_000, None),
        (2**63 - 1, 1_000_000, None),
        (-1, 1_000, None),
        (None, 1_000, None),
    ],
)
def test_ticks_since_1970_that_no_calendar_holds_are_no_moment(ticks, microseconds, moment):
    found = pl.DataFrame({"t": [ticks]}, schema={"t": pl.Int64}).select(since_1970(pl.col("t"), microseconds))
    assert found.item() == moment


@pytest.mark.parametrize("setting", ["PANDERA_VALIDATION_ENABLED=False", "PANDERA_VALIDATION_DEPTH=SCHEMA_ONLY"])
def test_no_variable_of_the_shell_switches_the_checks_off(setting):
    program = (
        "import polars as pl\n"
        "from datetime import UTC, datetime\n"
        "from ingest.feeds import feed_named\n"
        "from ingest.schema import conform\n"
        "feed = feed_named('coinbase_spot_klines')\n"
        "bar = {name: ['-1'] for name in ('open', 'high', 'low', 'close', 'volume')}\n"
        "frame = pl.DataFrame({'symbol': ['BTC-USD'], 'open_at': [datetime(2026, 1, 1)], **bar})\n"
        "print(conform(frame, feed.schema, feed.key, datetime(2026, 1, 3, tzinfo=UTC)).quarantined.height)\n"
    )
    name, _, value = setting.partition("=")
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, name: value}, capture_output=True, text=True, check=True
    )
    assert done.stdout == "1\n"
