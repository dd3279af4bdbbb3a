"""Gate's funding: settlements on their hours, at most 30 days a request."""

import json
from datetime import datetime, timedelta

from ingest.windows import Window
from tests.ingest.scripted_venues import ScriptedVenues, at, fetched, landed
from tests.ingest.venues.gate.gate_answers import BTC, FUNDING, Gate, put, seconds


def test_a_settlement_is_floored_to_its_hour_and_the_one_at_midnight_belongs_to_the_day_before():
    rows = [{"t": seconds("2026-02-01T16:00") + 1, "r": "-0.00002"}, {"t": seconds("2026-02-02") + 1, "r": "0.0001"}]
    request = put(FUNDING, Gate(*rows, stamp="t"))
    assert landed(request).sort("settled_at").rows() == [
        (BTC, datetime(2026, 2, 1, 16), -0.00002), (BTC, datetime(2026, 2, 2), 0.0001),
    ]  # fmt: skip
    assert request.held.of(BTC, "rest") == [Window(at("2026-02-01T16:00"), at("2026-02-02T01:00"))]


def test_an_answer_that_is_cut_off_at_fewer_rows_than_were_asked_for_is_continued():
    hours = [{"t": seconds("2026-01-02") + 3600 * n, "r": "0.0001"} for n in range(27 * 24 + 1)]

    class Capped(Gate):
        def get_json(self, url, params=None, **more):
            return super().get_json(url, {**(params or {}), "limit": 90}, **more)

    request = put(FUNDING, Capped(*hours, stamp="t"), "2026-01-02", "2026-01-28")
    assert landed(request)["settled_at"].n_unique() == len(hours)
    assert request.held.missing(BTC, request.wanted) == []


def test_funding_is_asked_for_with_both_ends_at_most_30_days_apart():
    venues = Gate(stamp="t")
    fetched(put(FUNDING, venues, "2025-12-01"))
    asked = [(params["from"], params["to"]) for _, params in venues.asked]
    assert asked[0][0] == seconds("2025-12-01")
    assert asked[-1][1] == seconds("2026-02-02T01:00") - 1
    assert all(end - start < 30 * 86400 for start, end in asked)
    assert [end + 1 for _, end in asked[:-1]] == [start for start, _ in asked[1:]]


def test_the_recorded_settlement_lies_on_its_hour(api_samples):
    published = json.loads((api_samples / "gate/funding_rate.json").read_text())
    request = put(FUNDING, ScriptedVenues(lambda url, params: published), "2026-07-31", "2026-07-31", now="2026-08-02")
    ((_, settled_at, rate),) = landed(request).rows()
    assert published[0]["t"] % 3600 == 1
    assert settled_at == datetime(1970, 1, 1) + timedelta(seconds=published[0]["t"] - 1)
    assert rate == float(published[0]["r"])
