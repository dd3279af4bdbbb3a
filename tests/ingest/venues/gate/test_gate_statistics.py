"""Gate's statistics: both shapes of a row, 180 days of days, and nine days of hours."""

import json
from datetime import datetime, timedelta

from ingest.feed import Batch
from ingest.windows import Window
from tests.ingest.scripted_venues import ScriptedVenues, at, conformed, days, fetched, landed
from tests.ingest.venues.gate.gate_answers import (
    BTC,
    HOURLY_STATS,
    PERPETUAL,
    STATS,
    STATS_FIELDS,
    Gate,
    day,
    old_shape,
    put,
    seconds,
)


def test_a_day_has_open_interest_and_both_sides_in_three_units():
    row = landed(put(STATS, Gate(day("2026-01-31")))).row(0, named=True)
    assert row == {
        "symbol": BTC, "open_at": datetime(2026, 1, 31), "open_interest_contracts": 5000.0,
        "open_interest_usd": 35000.5, "mark_price": 70001.0, "long_contracts": 30.0, "short_contracts": 0.0,
        "long_coin": 0.003, "short_coin": 0.0, "long_usd": 209.5, "short_usd": 0.0, "long_at_mark_usd": 210.0,
        "short_at_mark_usd": 0.0, "account_ratio": 1.5, "taker_ratio": 0.9, "top_trader_account_ratio": 1.1,
        "top_trader_position_ratio": 1.2, "long_holder_count": 40, "short_holder_count": 50,
    }  # fmt: skip


def test_the_older_shape_is_the_same_row_without_what_it_does_not_have():
    new, old = (landed(put(STATS, Gate(row))) for row in (day("2026-01-31"), old_shape(day("2026-01-31"))))
    later = ["long_at_mark_usd", "short_at_mark_usd", "long_holder_count", "short_holder_count"]
    assert old.drop(later).equals(new.drop(later))
    assert old.select(later).row(0) == (None,) * 4


def test_stamps_in_milliseconds_are_the_same_days():
    rows = [day("2026-01-30"), day("2026-01-31")]
    late = [{**row, "time": row["time"] * 1000} for row in rows]
    found = [landed(put(STATS, ScriptedVenues(lambda url, params, sent=sent: sent))) for sent in (rows, late)]
    assert found[0]["open_at"].to_list() == [datetime(2026, 1, 30), datetime(2026, 1, 31)]
    assert found[1].equals(found[0])


def test_no_more_than_the_venue_keeps_is_asked_for():
    venues = Gate(day("2025-09-01"))
    landed(put(STATS, venues, "2025-01-01"))
    ((url, params),) = venues.asked
    assert url == "https://api.gateio.ws/api/v4/futures/usdt/contract_stats"
    assert params == {"contract": BTC, "interval": "1d", "limit": 1000, "from": seconds("2025-08-07T04:00")}
    venues = Gate()
    assert fetched(put(STATS, venues, "2025-01-01", "2025-03-01")) == []
    assert venues.asked == []


def test_days_outside_of_what_was_asked_for_are_left_out():
    venues = Gate(*(day(f"2026-01-{n}") for n in (30, 31)), day("2026-02-01"), day("2026-02-02"))
    request = put(STATS, venues, "2026-01-30", "2026-01-30")
    assert landed(request)["open_at"].to_list() == [datetime(2026, 1, 30)]


def test_the_running_day_is_dropped_and_asked_for_again():
    rows = day("2026-01-31"), day("2026-02-01"), day("2026-02-02")
    request = put(STATS, Gate(*rows), "2026-01-31", "2026-02-02")
    assert landed(request)["open_at"].max() == datetime(2026, 2, 1)
    assert request.held.missing(BTC, request.window) == [days("2026-02-02", "2026-02-02")]


def hours(first: str, count: int) -> list[dict]:
    return [{**day(first), "time": seconds(first) + 3600 * n} for n in range(count)]


def test_an_hour_has_what_a_day_has():
    (row,) = landed(put(HOURLY_STATS, Gate(day("2026-01-31T10:00")))).rows(named=True)
    (whole,) = landed(put(STATS, Gate(day("2026-01-31")))).rows(named=True)
    assert row == {**whole, "open_at": datetime(2026, 1, 31, 10)}


def test_the_hours_of_the_last_nine_days_are_one_request_and_the_running_hour_is_dropped():
    venues = Gate(*hours("2026-01-23", 247))
    request = put(HOURLY_STATS, venues, "2025-12-01", "2026-02-02", now="2026-02-02T06:20")
    rows = landed(request)
    assert (rows["open_at"].min(), rows["open_at"].max()) == (datetime(2026, 1, 24), datetime(2026, 2, 2, 5))
    ((url, params),) = venues.asked
    assert url == "https://api.gateio.ws/api/v4/futures/usdt/contract_stats"
    assert params == {"contract": BTC, "interval": "1h", "limit": 1000, "from": seconds("2026-01-24")}
    later = put(HOURLY_STATS, venues, "2026-01-31", "2026-02-02", now="2026-02-02T07:02", held=request.held)
    fetched(later)
    assert [params["from"] for _, params in venues.asked[1:]] == [seconds("2026-02-02T06:00")]


def test_hours_that_are_cut_off_at_fewer_than_were_asked_for_are_continued():
    rows = hours("2026-01-30", 76)

    def answer(url: str, params: dict) -> list[dict]:
        return [row for row in rows if row["time"] >= params["from"]][:30]

    request = put(HOURLY_STATS, ScriptedVenues(answer), last="2026-02-01")
    assert landed(request)["open_at"].to_list() == [datetime(2026, 1, 30) + timedelta(hours=n) for n in range(72)]
    assert request.held.missing(BTC, request.window) == []


def test_an_hour_that_the_venue_lacks_is_asked_for_again():
    rows = [row for row in hours("2026-02-01", 24) if row["time"] != seconds("2026-02-01T20:00")]
    request = put(HOURLY_STATS, Gate(*rows), "2026-02-01")
    assert landed(request).height == 23
    missing = Window(at("2026-02-01T20:00"), at("2026-02-01T21:00"))
    assert request.held.missing(BTC, request.window) == [missing]


def test_the_recorded_row_of_an_earlier_year_keeps_its_values(api_samples):
    (published,) = json.loads((api_samples / "gate/contract_stats.json").read_text())
    frame = STATS_FIELDS.frame([published], PERPETUAL)
    typed = conformed(put(STATS, Gate()), [Batch(frame, ())]).rows.row(0, named=True)
    assert typed["open_at"] == datetime(1970, 1, 1) + timedelta(seconds=int(published["time"]))
    for name, column in STATS_FIELDS.names.items():
        assert typed[column] == (float(published[name]) if name in published else None), name


def test_the_shape_of_2026_keeps_its_values_and_its_sides(api_samples):
    (published,) = json.loads((api_samples / "gate/contract_stats_2026_union_shape.json").read_text())
    frame = STATS_FIELDS.frame([published], PERPETUAL)
    typed = conformed(put(STATS, Gate()), [Batch(frame, ())]).rows.row(0, named=True)
    for name, column in STATS_FIELDS.names.items():
        assert typed[column] == float(published[name]), name
    assert typed["long_contracts"] > typed["short_contracts"] > 0
