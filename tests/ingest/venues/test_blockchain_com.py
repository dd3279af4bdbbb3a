"""blockchain.com: the days that are wanted out of a chart that is always whole."""

import json
from datetime import date

import pytest

from ingest.coverage import Coverage, Part
from ingest.errors import RequestRefused
from tests.ingest.scripted_venues import ScriptedVenues, asking, at, conformed, days, fetched, landed, ms

FEED, CHART = "blockchain_com_addresses", "n-unique-addresses"


def point(day: str, count: object = 700_000) -> dict[str, object]:
    return {"x": ms(day) // 1000, "y": count}


def charting(*points: object) -> ScriptedVenues:
    return ScriptedVenues(lambda url, params: {"status": "ok", "unit": "Addresses", "values": list(points)})


def ask(venues: ScriptedVenues, first="2026-01-10", last="2026-01-12", **more):
    return asking(FEED, venues, days(first, last), symbols=(CHART,), **more)


def test_days_of_the_window_are_taken_out_of_a_chart_that_is_wider():
    venues = charting(point("2026-01-09"), point("2026-01-10", 650_001), point("2026-01-12"), point("2026-01-13"))
    request = ask(venues)
    assert landed(request).rows() == [(CHART, date(2026, 1, 10), 650_001.0), (CHART, date(2026, 1, 12), 700_000.0)]
    assert request.held.missing(CHART, request.window) == [days("2026-01-11", "2026-01-11")]


def test_the_chart_is_asked_for_unthinned_and_once_however_many_stretches_are_missing():
    held = Coverage([Part(CHART, "rest", days("2026-01-11", "2026-01-11"), 1)])
    venues = charting(point("2026-01-10"), point("2026-01-11"), point("2026-01-12"))
    request = ask(venues, held=held)
    assert landed(request)["day"].to_list() == [date(2026, 1, 10), date(2026, 1, 12)]
    ((url, params),) = venues.asked
    assert url == "https://api.blockchain.info/charts/n-unique-addresses"
    assert params == {"timespan": "all", "format": "json", "sampled": "false"}
    assert fetched(ask(venues, held=request.held)) == []
    assert len(venues.asked) == 1


def test_the_running_day_is_dropped_and_a_day_that_is_late_is_asked_for_again():
    venues = charting(point("2026-01-31"), point("2026-02-02", 3))
    request = ask(venues, "2026-01-31", "2026-02-01")
    assert landed(request)["day"].to_list() == [date(2026, 1, 31)]
    assert request.held.missing(CHART, request.window)[0].start == at("2026-02-01")


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (point("2026-01-11", "many"), "unique_addresses: unparsable"),
        (point("2026-01-11", 0), "unique_addresses: positive"),
        ({"x": ms("2026-01-11") // 1000}, "unique_addresses: missing"),
        ({"x": ms("2100-01-01") // 1000, "y": 5}, "day: absurd timestamp"),
        ({"x": ms("2026-01-11"), "y": 5}, "day: missing"),
        ({"x": "Sunday", "y": 5}, "day: missing"),
    ],
)
def test_a_point_that_cannot_be_is_quarantined(broken, reason):
    request = ask(charting(point("2026-01-10"), broken))
    done = conformed(request, fetched(request))
    assert done.rows["day"].to_list() == [date(2026, 1, 10)]
    assert reason in done.quarantined["reason"].item()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"status": "not-found", "error": "no chart"}, "not-found: no chart"),
        ({"status": "ok", "values": None}, "expected values"),
        ({"values": [[1, 2]]}, "expected values"),
        ([], "expected values"),
    ],
)
def test_an_answer_without_points_is_refused_with_what_came(body, words):
    with pytest.raises(RequestRefused, match=words):
        fetched(ask(ScriptedVenues(lambda url, params: body)))


def test_the_recorded_point_keeps_its_values(api_samples):
    chart = json.loads((api_samples / "blockchain_com/n_unique_addresses.json").read_text())
    venues = ScriptedVenues(lambda url, params: chart)
    ((_, day, count),) = landed(ask(venues, "2015-09-01", "2015-09-30", now="2026-11-22")).rows()
    assert ms(day.isoformat()) // 1000 == chart["values"][0]["x"]
    assert count == chart["values"][0]["y"]
