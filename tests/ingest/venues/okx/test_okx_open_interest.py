"""OKX open interest: contracts, coins and USD at the end of a UTC day, as far back as the venue goes."""

from datetime import UTC, datetime

import pytest

from ingest.windows import milliseconds
from tests.ingest.scripted_venues import ScriptedVenues, conformed, days, fetched, landed, ms
from tests.ingest.venues.okx.okx_answers import (
    OPEN_INTEREST,
    SYMBOL,
    URL,
    answering,
    contract,
    days_before,
    held_open,
    ok,
    put,
    read,
    sample,
)


def test_a_day_has_contracts_coins_and_usd_and_no_start_is_asked_for():
    venues = ScriptedVenues(days_before(held_open))
    rows = landed(put(OPEN_INTEREST, venues))
    assert rows.row(0) == (SYMBOL, datetime(2026, 1, 10), 2800000.5, 28000.005, 2240000400.0)
    path = "rubik/stat/contracts/open-interest-history"
    assert venues.asked == [
        (f"{URL}/{path}", {"instId": SYMBOL, "period": "1Dutc", "end": ms("2026-01-11"), "limit": 100})
    ]


def test_the_running_day_has_no_open_interest_yet():
    venues = answering(held_open(ms("2026-02-02")), held_open(ms("2026-02-01")))
    request = put(OPEN_INTEREST, venues, "2026-02-01", "2026-02-02")
    assert landed(request)["period_start_at"].to_list() == [datetime(2026, 2, 1)]
    assert request.held.missing(SYMBOL, request.window) == [days("2026-02-02", "2026-02-02")]


def test_what_is_older_than_the_venue_goes_back_is_asked_for_until_its_absence_is_confirmed():
    def last_hundred(url, params):
        rows = days_before(held_open)(url, params)["data"]
        return ok([row for row in rows if int(row[0]) >= ms("2025-10-25")])

    request = put(OPEN_INTEREST, ScriptedVenues(last_hundred), "2025-01-01", "2026-01-10")
    assert landed(request)["period_start_at"].min() == datetime(2025, 10, 25)
    for now, questions in (("2026-02-03T04:00", 1), ("2026-02-04T03:00", 0), ("2026-02-04T04:00", 1)):
        again = ScriptedVenues(last_hundred)
        fetched(put(OPEN_INTEREST, again, "2025-01-01", "2026-01-10", held=request.held, now=now))
        assert len(again.asked) == questions, now


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (held_open(ms("2026-01-09T16:00")), "not a UTC day"),
        (held_open(ms("2026-01-10"), "0"), "open_interest_contracts: positive"),
        (held_open(ms("2026-01-10"))[:3], "open_interest_usd: missing"),
    ],
)
def test_an_open_interest_that_cannot_be_is_quarantined(row, reason):
    request = put(OPEN_INTEREST, answering(row))
    done = conformed(request, fetched(request))
    assert done.rows.is_empty()
    assert reason in done.quarantined["reason"].item()


def test_the_recorded_open_interest_is_contracts_then_coins_then_usd(api_samples):
    (published,) = sample(api_samples, "rubik_open_interest_history.json")
    (row,) = read(OPEN_INTEREST, [published]).rows(named=True)
    assert milliseconds(row["period_start_at"].replace(tzinfo=UTC)) == int(published[0])
    contracts, coin, usd = (float(row[f"open_interest_{unit}"]) for unit in ("contracts", "coin", "usd"))
    assert (contracts, coin, usd) == tuple(map(float, published[1:]))
    assert contracts * contract(SYMBOL) == pytest.approx(coin, rel=0.001)
    assert 50_000 < usd / coin < 150_000
