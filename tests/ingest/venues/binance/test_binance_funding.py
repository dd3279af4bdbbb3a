"""Binance funding: settlements floored to their hour, monthly archives first, REST for what they lack."""

import csv
import json
from datetime import UTC, datetime

import pytest

from ingest.errors import RequestRefused
from ingest.feeds import feed_named
from ingest.instrument import Instrument
from tests.ingest.scripted_venues import (
    VISION,
    ScriptedVenues,
    asking,
    at,
    conformed,
    days,
    fetched,
    landed,
    ms,
    parts_of,
)

FEED = "binance_um_funding"
HEADER = "calc_time,funding_interval_hours,last_funding_rate\n"
EIGHT_HOURS = 8 * 3_600_000
JANUARY = f"{VISION}/futures/um/monthly/fundingRate/BTCUSDT/BTCUSDT-fundingRate-2026-01.zip"


def settlement(stamp: int, rate: str = "0.0001", **more: object) -> dict[str, object]:
    return {"symbol": "BTCUSDT", "fundingTime": stamp, "fundingRate": rate, "markPrice": "80000.5", **more}


def settlements_between(url: str, params: dict) -> list[dict[str, object]]:
    """REST as the venue answers: every eight hours, three milliseconds late, both ends included."""
    first = -(-(params["startTime"] - 3) // EIGHT_HOURS) * EIGHT_HOURS
    return [settlement(s + 3) for s in range(first, params["endTime"] - 2, EIGHT_HOURS)][: params["limit"]]


def test_a_settlement_by_rest_is_floored_to_its_hour_and_knows_no_interval():
    venues = ScriptedVenues(lambda url, params: [settlement(ms("2026-01-10T08:00") + 17, "-0.00025")])
    rows = landed(asking(FEED, venues, days("2026-01-10", "2026-01-10")))
    assert rows.rows() == [("BTCUSDT", datetime(2026, 1, 10, 8), None, -0.00025, 80000.5, "rest")]


@pytest.mark.parametrize("blank", [{"markPrice": ""}, {"markPrice": None}])
def test_a_blank_mark_price_is_unknown(blank):
    fields, perpetual = feed_named(FEED).fetch.rest.fields, Instrument("BTCUSDT", "BTC", "perpetual")
    frame = fields.frame([settlement(ms("2026-01-10"), **blank)], perpetual)
    assert frame["mark_price"].to_list() == [None]


def test_a_field_that_is_new_is_no_matter_and_one_that_is_gone_is_quarantined():
    lacking = settlement(ms("2026-01-10T08:00"))
    del lacking["fundingRate"]
    venues = ScriptedVenues(lambda url, params: [settlement(ms("2026-01-10"), rateType="x"), lacking])
    request = asking(FEED, venues, days("2026-01-10", "2026-01-10"))
    done = conformed(request, fetched(request))
    assert done.rows["settled_at"].to_list() == [datetime(2026, 1, 10)]
    assert done.quarantined["reason"].to_list() == ["funding_rate: missing"]


def test_an_archive_tells_the_interval_and_no_mark_price():
    text = f"{HEADER}{ms('2026-01-01') + 1},8,0.00010000\n{ms('2026-01-01T04:00')},4,-0.00002500\n"
    venues = ScriptedVenues(archives={JANUARY: text})
    rows = landed(asking(FEED, venues, days("2026-01-01", "2026-01-30"), now="2026-02-02T04:00"))
    assert rows.rows() == [
        ("BTCUSDT", datetime(2026, 1, 1), 8.0, 0.0001, None, "archive"),
        ("BTCUSDT", datetime(2026, 1, 1, 4), 4.0, -0.000025, None, "archive"),
    ]


def test_the_settlement_at_the_end_of_the_last_day_belongs_to_the_window():
    venues = ScriptedVenues(settlements_between)
    request = asking(FEED, venues, days("2026-02-01", "2026-02-01"))
    assert landed(request)["settled_at"].to_list() == [
        datetime(2026, 2, 1), datetime(2026, 2, 1, 8), datetime(2026, 2, 1, 16), datetime(2026, 2, 2),
    ]  # fmt: skip
    assert request.held.missing("BTCUSDT", days("2026-02-01", "2026-02-01")) == []


def test_while_the_last_settlement_is_out_the_feed_asks_for_it_again():
    def late(url, params):
        return [s for s in settlements_between(url, params) if s["fundingTime"] < ms("2026-02-02")]

    request = asking(FEED, ScriptedVenues(late), days("2026-02-01", "2026-02-01"), now="2026-02-02T00:00:05")
    fetched(request)
    venues = ScriptedVenues(settlements_between)
    again = asking(FEED, venues, request.window, held=request.held)
    assert datetime(2026, 2, 2) in landed(again)["settled_at"].to_list()


def test_settlements_come_in_pages_of_a_thousand():
    venues = ScriptedVenues(settlements_between)
    rows = landed(asking(FEED, venues, days("2025-01-01", "2025-12-31"), now="2025-12-31T23:59"))
    assert rows.height == 365 * 3 + 1
    first, second = (params for _, params in venues.asked)
    assert first["startTime"] == ms("2025-01-01")
    assert second["startTime"] == ms("2025-01-01") + 999 * EIGHT_HOURS + 4
    assert first["endTime"] == second["endTime"] == ms("2026-01-01T01:00") - 1


def test_a_second_fetch_asks_for_nothing_that_is_held():
    request = asking(FEED, ScriptedVenues(settlements_between), days("2025-12-01", "2025-12-31"), now="2026-02-20")
    assert {(p.absent, p.window.start) for p in parts_of(fetched(request)) if p.channel == "archive"} == {
        (True, at("2025-12-01")),
        (True, at("2026-01-01")),
    }
    venues = ScriptedVenues(settlements_between)
    assert fetched(asking(FEED, venues, request.window, held=request.held, now="2026-02-20")) == []
    assert (venues.asked, venues.downloaded) == ([], [])


@pytest.mark.parametrize(("rate", "reason"), [("0.2", "within -0.1 to 0.1"), ("free", "unparsable"), ("nan", "finite")])
def test_a_rate_that_cannot_be_is_quarantined(rate, reason):
    venues = ScriptedVenues(lambda url, params: [settlement(ms("2026-01-10"), rate)])
    request = asking(FEED, venues, days("2026-01-10", "2026-01-10"))
    done = conformed(request, fetched(request))
    assert done.rows.is_empty()
    assert reason in done.quarantined["reason"].item()


def test_a_list_of_lists_is_no_answer():
    with pytest.raises(RequestRefused, match="expected a list of rows"):
        fetched(asking(FEED, ScriptedVenues(lambda url, params: [[1, 2]]), days("2026-01-10", "2026-01-10")))


# --- recorded samples


def test_the_recorded_settlement_keeps_its_values(api_samples):
    records = json.loads((api_samples / "binance/fapi_fundingRate.json").read_text())
    venues = ScriptedVenues(lambda url, params: records)
    (row,) = landed(asking(FEED, venues, days("2026-06-01", "2026-06-01"), now="2026-11-22")).rows(named=True)
    jitter = records[0]["fundingTime"] - row["settled_at"].replace(tzinfo=UTC).timestamp() * 1000
    assert 0 <= jitter < 1000
    assert row["settled_at"].minute == 0
    assert row["funding_rate"] == float(records[0]["fundingRate"])
    assert row["mark_price"] == float(records[0]["markPrice"])


def test_the_recorded_archive_keeps_its_values(api_samples):
    text = (api_samples / "binance/vision_um_fundingRate_monthly.csv").read_text()
    (published,) = csv.DictReader(text.splitlines())
    venues = ScriptedVenues(archives={JANUARY.replace("2026-01", "2026-06"): text})
    (row,) = landed(asking(FEED, venues, days("2026-06-01", "2026-06-29"), now="2026-11-22")).rows(named=True)
    assert row["settled_at"] == datetime(2026, 6, 1)
    assert row["interval_hours"] == float(published["funding_interval_hours"])
    assert row["funding_rate"] == float(published["last_funding_rate"])
