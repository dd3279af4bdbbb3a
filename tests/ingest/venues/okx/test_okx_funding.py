"""OKX funding: the rate that was paid, of the last three months."""

from datetime import datetime

import pytest

from ingest.errors import RequestRefused
from tests.ingest.scripted_venues import ScriptedVenues, conformed, fetched, landed, ms
from tests.ingest.venues.okx.okx_answers import (
    FUNDING,
    SYMBOL,
    answering,
    put,
    read,
    sample,
    settlement,
    settlements_before,
)


def test_the_rate_is_the_one_that_was_paid_not_the_one_predicted():
    rows = landed(put(FUNDING, answering(settlement(ms("2026-01-10T08:00") + 12, "-0.0003", "0.0007"))))
    assert rows.rows() == [(SYMBOL, datetime(2026, 1, 10, 8), -0.0003, 0.0007)]


def test_settlements_are_asked_for_only_as_far_back_as_the_venue_keeps_them():
    venues = ScriptedVenues(settlements_before)
    request = put(FUNDING, venues, "2025-01-01", "2026-02-01")
    rows = landed(request)
    assert rows["settled_at"].max() == datetime(2026, 2, 2)
    assert len(venues.asked) == 3  # 92 days of three settlements, a hundred at a time
    again = ScriptedVenues(settlements_before)
    assert fetched(put(FUNDING, again, "2025-01-01", "2026-02-01", held=request.held)) == []
    assert again.asked == []


def test_a_window_that_the_venue_has_forgotten_is_not_asked_for():
    venues = ScriptedVenues(settlements_before)
    assert fetched(put(FUNDING, venues, "2025-01-01", "2025-03-01")) == []
    assert venues.asked == []


@pytest.mark.parametrize(
    ("realized", "reason"), [("", "funding_rate: missing"), ("free", "unparsable"), ("0.2", "within -0.1 to 0.1")]
)
def test_a_rate_that_cannot_be_is_quarantined(realized, reason):
    request = put(FUNDING, answering(settlement(ms("2026-01-10"), realized)))
    done = conformed(request, fetched(request))
    assert done.rows.is_empty()
    assert reason in done.quarantined["reason"].item()


def test_the_settlements_of_another_instrument_are_refused():
    with pytest.raises(RequestRefused, match="asked for BTC-USDT-SWAP, got ETH-USDT-SWAP"):
        fetched(put(FUNDING, answering(settlement(ms("2026-01-10"), symbol="ETH-USDT-SWAP"))))


def test_the_recorded_settlements_keep_the_rates_that_were_paid(api_samples):
    published = sample(api_samples, "funding_rate_history.json")
    frame = read(FUNDING, published)
    assert frame["settled_at"].to_list() == [datetime(2024, 1, 1), datetime(2023, 12, 31, 16)]
    assert frame["funding_rate"].to_list() == [one["realizedRate"] for one in published]
    assert frame["predicted_rate"].to_list() == [one["fundingRate"] for one in published]
