"""OKX bars: UTC days, confirmed ones, walked back a hundred at a time."""

from datetime import UTC, datetime

import pytest

from ingest.windows import milliseconds
from tests.ingest.scripted_venues import ScriptedVenues, conformed, days, fetched, landed, ms
from tests.ingest.venues.okx.okx_answers import (
    DAY,
    KLINES,
    SYMBOL,
    URL,
    answering,
    bar,
    contract,
    days_before,
    put,
    read,
    sample,
)


def test_days_are_utc_days_and_are_walked_back_in_pages_of_a_hundred():
    venues = ScriptedVenues(days_before(bar))
    rows = landed(put(KLINES, venues, "2025-08-01", "2025-12-31"))
    kept = rows.filter(rows["open_at"].is_between(datetime(2025, 8, 1), datetime(2025, 12, 31)))
    assert kept["open_at"].n_unique() == kept.height == 153
    assert venues.asked == [
        (f"{URL}/market/history-candles", {"instId": SYMBOL, "bar": "1Dutc", "after": after, "limit": 100})
        for after in (ms("2026-01-01"), ms("2026-01-01") - 100 * DAY)
    ]


def test_a_bar_has_its_volume_in_contracts_coins_and_usd():
    assert landed(put(KLINES, answering(bar(ms("2026-01-10"))))).rows() == [
        (SYMBOL, datetime(2026, 1, 10), 80000.0, 81000.0, 79000.0, 80500.0, 1200.0, 12.0, 966000.0)
    ]


@pytest.mark.parametrize("confirm", ["0", "1", None])
def test_the_day_that_is_still_running_is_dropped_however_it_is_marked(confirm):
    venues = answering(bar(ms("2026-02-02"), confirm), bar(ms("2026-02-01")))
    request = put(KLINES, venues, "2026-02-01", "2026-02-02")
    assert landed(request)["open_at"].to_list() == [datetime(2026, 2, 1)]
    assert request.held.missing(SYMBOL, request.window) == [days("2026-02-02", "2026-02-02")]


def test_a_day_that_is_over_but_not_confirmed_is_asked_for_again():
    request = put(KLINES, answering(bar(ms("2026-02-01"), "0"), bar(ms("2026-01-31"))), "2026-01-31", "2026-02-01")
    assert landed(request)["open_at"].to_list() == [datetime(2026, 1, 31)]
    assert request.held.missing(SYMBOL, request.window) == [days("2026-02-01", "2026-02-01")]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (bar(ms("2026-01-09T16:00")), "not a UTC day"),
        (bar(ms("2026-01-10"), prices=("1", "2", "3", "2")), "high below low"),
        (bar(ms("2026-01-10"), prices=("5", "4", "3", "4")), "open or close outside high and low"),
        (bar(ms("2026-01-10"), prices=("0", "2", "0", "1")), "open: positive"),
        (bar(ms("2026-01-10"))[:6], "volume_coin: missing"),
        (["noon", *bar(0)[1:]], "open_at: missing"),
    ],
)
def test_a_bar_that_cannot_be_is_quarantined(row, reason):
    request = put(KLINES, answering(row))
    done = conformed(request, fetched(request))
    assert done.rows.is_empty()
    assert reason in done.quarantined["reason"].item()


def test_the_recorded_bars_keep_their_values_and_are_no_utc_days(api_samples):
    published = sample(api_samples, "history_candles.json")
    rows = read(KLINES, published).rows(named=True)
    assert len(rows) == len(published) > 0
    for row, one in zip(rows, published, strict=True):
        assert milliseconds(row["open_at"].replace(tzinfo=UTC)) == int(one[0])
        assert [row[c] for c in ("open", "high", "low", "close")] == one[1:5]
        assert [row[c] for c in ("volume_contracts", "volume_coin", "volume_usd")] == one[5:8]
        assert float(row["volume_contracts"]) * contract(SYMBOL) == pytest.approx(float(row["volume_coin"]))
    request = put(KLINES, answering(*published), "2025-05-12", "2025-05-12")
    assert set(conformed(request, fetched(request)).quarantined["reason"]) == {"not a UTC day"}
