"""How much a contract counted in a month: the figures that a `top` ranks by, and where each comes from."""

from datetime import date

import pytest

from ingest.errors import RequestRefused
from ingest.venues.binance import ranking
from ingest.windows import Window
from tests.ingest.scripted_venues import VISION, ScriptedVenues, at, ms

JANUARY = Window.of_days(date(2026, 1, 1), date(2026, 1, 31))
SOON, LATER = at("2026-02-02T04:00"), at("2026-03-20T04:00")
METRICS = f"{VISION}/futures/um/daily/metrics/XRPUSDT/XRPUSDT-metrics-2026-01-31.zip"
HEADER = "create_time,symbol,sum_open_interest,sum_open_interest_value,a,b,c,d\n"


def metrics(*rows: tuple[str, str]) -> str:
    return HEADER + "".join(f"{stamp},XRPUSDT,1,{usd},1,1,1,1\n" for stamp, usd in rows)


def test_traded_value_is_the_sum_of_the_days_of_the_month():
    venues = ScriptedVenues(
        lambda url, params: [[0, "1", "1", "1", "1", "9", 0, "2.5"], [0, "1", "1", "1", "1", "9", 0, "4"]]
    )
    assert ranking.size(venues, "XRPUSDT", JANUARY, "traded_value", LATER) == 6.5
    ((_, asked),) = venues.asked
    assert (asked["interval"], asked["startTime"], asked["endTime"]) == ("1d", ms("2026-01-01"), ms("2026-02-01") - 1)


def test_open_interest_is_the_last_snapshot_of_the_month():
    rows = [
        {"timestamp": ms("2026-01-31T23:55"), "sumOpenInterestValue": "7"},
        {"timestamp": ms("2026-02-01"), "sumOpenInterestValue": "8"},
    ]
    venues = ScriptedVenues(lambda url, params: rows)
    assert ranking.size(venues, "XRPUSDT", JANUARY, "open_interest", SOON) == 8
    assert not venues.downloaded


def test_open_interest_that_rest_keeps_no_longer_comes_from_the_archive():
    text = metrics(("2026-02-01 00:00:00", "8"), ("2026-01-31 23:55:00", "7"), ("2026-01-31 00:05:00", "3"))
    venues = ScriptedVenues(archives={METRICS: text})
    assert ranking.size(venues, "XRPUSDT", JANUARY, "open_interest", LATER) == 8
    assert not venues.asked


@pytest.mark.parametrize("now", [SOON, LATER])
def test_a_contract_that_was_not_traded_then_has_no_size(now):
    assert ranking.size(ScriptedVenues(), "XRPUSDT", JANUARY, "open_interest", now) is None
    assert ranking.size(ScriptedVenues(), "XRPUSDT", JANUARY, "traded_value", now) is None


def test_a_damaged_archive_is_an_error_and_no_small_contract():
    with pytest.raises(RequestRefused, match="XRPUSDT-metrics-2026-01-31"):
        ranking.size(
            ScriptedVenues(archives={METRICS: HEADER + "broken\n"}), "XRPUSDT", JANUARY, "open_interest", LATER
        )
