"""Bybit funding: settlements at their hour, both ends always asked for, the last one at the end of the window."""

from datetime import UTC, datetime

import pytest

from tests.ingest.scripted_venues import ScriptedVenues, conformed, fetched, landed, ms
from tests.ingest.venues.bybit.bybit_answers import (
    FUNDING,
    URL,
    answering,
    put,
    sample,
    settlement,
    settlements_between,
)


def test_a_settlement_is_a_fraction_at_its_hour_and_both_ends_are_always_asked_for():
    venues = answering([settlement(ms("2026-01-10T08:00") + 3, "-0.00025")])
    assert landed(put(FUNDING, venues)).rows() == [("BTCUSDT", datetime(2026, 1, 10, 8), -0.00025)]
    for url, params in venues.asked:
        assert url == f"{URL}/funding/history"
        assert (params["category"], params["limit"]) == ("linear", 200)
        assert params["startTime"] == ms("2026-01-10") < params["endTime"]


def test_settlements_come_in_pages_and_the_one_at_the_end_of_the_last_day_is_among_them():
    venues = ScriptedVenues(settlements_between)
    request = put(FUNDING, venues, "2025-10-01", "2026-01-31")
    rows = landed(request)
    assert rows.height == 123 * 3 + 1
    assert (rows["settled_at"].min(), rows["settled_at"].max()) == (datetime(2025, 10, 1), datetime(2026, 2, 1))
    assert len(venues.asked) == 2
    again = ScriptedVenues(settlements_between)
    assert fetched(put(FUNDING, again, "2025-10-01", "2026-01-31", held=request.held)) == []
    assert again.asked == []


@pytest.mark.parametrize(("rate", "reason"), [("0.2", "within -0.1 to 0.1"), ("free", "unparsable"), ("", "missing")])
def test_a_rate_that_cannot_be_is_quarantined(rate, reason):
    request = put(FUNDING, answering([settlement(ms("2026-01-10"), rate)]))
    done = conformed(request, fetched(request))
    assert done.rows.is_empty()
    assert reason in done.quarantined["reason"].item(0)


def test_the_recorded_settlement_keeps_its_values(api_samples):
    body = sample(api_samples, "funding_history.json")
    (published,) = body["result"]["list"]
    day = datetime.fromtimestamp(int(published["fundingRateTimestamp"]) / 1000, UTC).date()
    venues = ScriptedVenues(lambda url, params: body)
    rows = landed(put(FUNDING, venues, str(day), str(day), symbol=published["symbol"])).unique()
    assert rows.rows() == [
        (published["symbol"], datetime(day.year, day.month, day.day, 8), float(published["fundingRate"]))
    ]
