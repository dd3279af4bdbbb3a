"""Bybit klines: hours and days, the category decides the units, pages from the newest on."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ingest.scripted_venues import ScriptedVenues, conformed, days, fetched, landed, ms
from tests.ingest.venues.bybit.bybit_answers import (
    HOUR,
    KLINES,
    URL,
    answering,
    bar,
    bars_between,
    ok,
    put,
    sample,
)


def test_hours_and_days_are_asked_for_with_the_category_of_the_contract():
    venues = ScriptedVenues(bars_between)
    rows = landed(put(KLINES, venues, symbol="BTCUSD", margin_type="inverse"))
    assert rows["interval"].value_counts(sort=True).rows() == [("1h", 24), ("1d", 1)]
    assert [url for url, _ in venues.asked] == [f"{URL}/kline"] * 2
    assert [params for _, params in venues.asked] == [
        {
            "category": "inverse", "symbol": "BTCUSD", "interval": interval, "limit": 1000,
            "start": ms("2026-01-10"), "end": ms("2026-01-11") - 1,
        }
        for interval in ("60", "D")
    ]  # fmt: skip


@pytest.mark.parametrize(("margin_type", "volumes"), [("linear", (12.5, 1000000.0)), ("inverse", (1000000.0, 12.5))])
def test_volume_is_in_coins_for_linear_and_in_usd_for_inverse_contracts(margin_type, volumes):
    rows = landed(put(KLINES, answering([bar(ms("2026-01-10"))]), margin_type=margin_type))
    assert rows.row(0) == ("BTCUSDT", "1h", datetime(2026, 1, 10), 80000.0, 81000.0, 79000.0, 80500.0, *volumes)


def test_hours_come_in_pages_of_a_thousand_from_the_newest_on():
    venues = ScriptedVenues(bars_between)
    rows = landed(put(KLINES, venues, "2025-12-01", "2026-01-31")).filter(interval="1h")
    assert rows["open_at"].n_unique() == rows.height == 62 * 24
    hours = [params for _, params in venues.asked if params["interval"] == "60"]
    assert [params["end"] for params in hours] == [ms("2026-02-01") - 1, ms("2026-02-01") - 1000 * HOUR - 1]
    assert {params["start"] for params in hours} == {ms("2025-12-01")}


def test_the_bar_that_is_still_forming_is_dropped_and_asked_for_again():
    request = put(KLINES, ScriptedVenues(bars_between), "2026-02-01", "2026-02-02", now="2026-02-02T04:30")
    rows = landed(request)
    assert rows.filter(interval="1d")["open_at"].to_list() == [datetime(2026, 2, 1)]
    assert rows.filter(interval="1h")["open_at"].max() == datetime(2026, 2, 2, 3)
    assert request.held.missing("BTCUSDT/1d", request.window) == [days("2026-02-02", "2026-02-02")]


def test_one_interval_that_is_refused_does_not_cost_the_other():
    def hours_alone(url, params):
        return bars_between(url, params) if params["interval"] == "60" else {"retCode": 10001, "retMsg": "no period"}

    request = put(KLINES, ScriptedVenues(hours_alone))
    batches = list(request.feed.fetch(request))
    assert conformed(request, batches).rows.height == 24
    assert "retCode 10001: no period" in str(request.refused["BTCUSDT/1d"])
    assert list(request.refused) == ["BTCUSDT/1d"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (bar(ms("2026-01-10"), prices=("1", "2", "3", "2")), "high below low"),
        (bar(ms("2026-01-10"), prices=("5", "4", "3", "4")), "open or close outside high and low"),
        (bar(ms("2026-01-10"), prices=("0", "2", "0", "1")), "open: positive"),
        (bar(ms("2026-01-10"), volume="-1"), "volume_coin: not negative"),
        (bar(ms("2026-01-10"), turnover="lots"), "volume_usd: unparsable"),
        (bar(ms("2026-01-10"))[:5], "volume_coin: missing"),
        (bar(ms("2026-01-10") * 1000), "open_at: missing"),
        (bar(ms("2100-01-01")), "open_at: absurd timestamp"),
    ],
)
def test_a_bar_that_cannot_be_is_quarantined(row, reason):
    request = put(KLINES, answering([row]))
    done = conformed(request, fetched(request))
    assert done.rows.is_empty()
    assert all(reason in said for said in done.quarantined["reason"])


STAMPS = st.lists(st.integers(0, 47), min_size=1, max_size=30)


@given(STAMPS, st.randoms(), st.integers(1, 5))
def test_order_duplicates_and_the_size_of_pages_change_no_landed_row(hours, random, size):
    first = ms("2026-01-10")
    shuffled = [bar(first + hour * HOUR, volume=str(hour)) for hour in hours]
    random.shuffle(shuffled)

    def cut(limit):
        def answer(url, params):
            found = [row for row in shuffled if params["start"] <= int(row[0]) <= params["end"]]
            newest = sorted({int(row[0]) for row in found}, reverse=True)[:limit]
            return ok([row for row in found if int(row[0]) in newest] if params["interval"] == "60" else [])

        return landed(put(KLINES, ScriptedVenues(answer), "2026-01-10", "2026-01-11")).unique().sort("open_at")

    rows = cut(size)
    assert rows.equals(cut(1000))
    assert rows["volume_coin"].to_list() == sorted(map(float, set(hours)))


def test_the_recorded_inverse_bars_keep_their_values(api_samples):
    body = sample(api_samples, "kline_inverse.json")
    venues = ScriptedVenues(lambda url, params: body if params["interval"] == "60" else ok([]))
    request = put(KLINES, venues, "2022-12-09", "2022-12-09", symbol="BTCUSD", margin_type="inverse")
    rows = landed(request)
    published = body["result"]["list"]
    assert len(rows) == len(published) > 0
    for row, one in zip(rows.rows(named=True), published, strict=True):
        assert row["open_at"].replace(tzinfo=UTC).timestamp() * 1000 == int(one[0])
        assert [row[c] for c in ("open", "high", "low", "close")] == [float(cell) for cell in one[1:5]]
        assert (row["volume_usd"], row["volume_coin"]) == (float(one[5]), float(one[6]))
        assert row["low"] <= row["volume_usd"] / row["volume_coin"] <= row["high"]
