"""Coinbase Exchange: low and high come first, 300 days a request, and a day without a trade stays without a bar."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug import Response

from ingest.errors import RequestRefused
from ingest.feed import Batch
from ingest.landing import Landing
from ingest.pull import pull
from ingest.venues.coinbase.api import API
from tests.ingest.scripted_venues import ScriptedVenues, asking, at, conformed, days, fetched, landed
from tests.properties import examples

FEED, BTC = "coinbase_spot_klines", "BTC-USD"
DAY = 86400


def put(venues: ScriptedVenues, first="2026-01-30", last="2026-02-01", **more):
    return asking(FEED, venues, days(first, last), **{"symbols": (BTC,), **more})


def bar(day: str | datetime, low=1.0, high=4.0, opened=2.0, close=3.0, volume=5.5) -> list:
    moment = at(day) if isinstance(day, str) else day
    return [int(moment.timestamp()), low, high, opened, close, volume]


class Coinbase(ScriptedVenues):
    """Answers as the venue does: both ends included, newest first, and too wide a window refused."""

    def __init__(self, *bars: list) -> None:
        def answer(url: str, params: dict) -> object:
            first, last = (int(at(params[end][:-1]).timestamp()) for end in ("start", "end"))
            if (last - first) // DAY + 1 > 300:
                return RequestRefused("granularity too small for the requested time range", host=API.host)
            return sorted((b for b in bars if first <= b[0] <= last), reverse=True)

        super().__init__(answer)


def test_columns_are_told_apart_by_their_place():
    rows = landed(put(Coinbase(bar("2026-01-31", low=1, high=4.5, opened=2, close=3))))
    assert rows.rows(named=True) == [
        {"symbol": BTC, "open_at": datetime(2026, 1, 31), "open": 2.0, "high": 4.5, "low": 1.0, "close": 3.0,
         "volume": 5.5}
    ]  # fmt: skip


def test_400_days_are_two_requests_that_meet_and_overlap_nowhere():
    first = at("2024-12-29")
    venues = Coinbase(*(bar(first + timedelta(days=n)) for n in range(400)))
    request = put(venues, "2024-12-29")
    assert landed(request)["open_at"].n_unique() == 400
    assert [(url, params["start"], params["end"]) for url, params in venues.asked] == [
        ("https://api.exchange.coinbase.com/products/BTC-USD/candles", "2024-12-29T00:00:00Z", "2025-10-24T00:00:00Z"),
        ("https://api.exchange.coinbase.com/products/BTC-USD/candles", "2025-10-25T00:00:00Z", "2026-02-01T00:00:00Z"),
    ]
    assert request.held.missing(BTC, request.window) == []


def test_a_day_without_a_trade_has_no_bar_and_is_not_filled():
    rows = landed(put(Coinbase(bar("2026-01-30"), bar("2026-02-01"))))
    assert sorted(rows["open_at"].dt.day()) == [1, 30]


def test_the_running_day_is_dropped_and_asked_for_again():
    request = put(Coinbase(bar("2026-02-01"), bar("2026-02-02")), first="2026-02-01", last="2026-02-02")
    assert landed(request)["open_at"].to_list() == [datetime(2026, 2, 1)]
    assert request.held.missing(BTC, request.window) == [days("2026-02-02", "2026-02-02")]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (bar("2026-01-31", low=5), "high below low"),
        (bar("2026-01-31", opened=4.5), "open or close outside high and low"),
        (bar("2026-01-31", close=0), "close: positive"),
        (bar("2026-01-31", volume=-1), "volume: not negative"),
        (["noon", 1, 4, 2, 3, 5], "open_at: missing"),
    ],
)
def test_a_bar_that_cannot_be_is_quarantined(row, reason):
    request = put(ScriptedVenues(lambda url, params: [row]))
    done = conformed(request, fetched(request))
    assert done.rows.is_empty()
    assert reason in done.quarantined["reason"][0]


@pytest.mark.parametrize("body", [{"message": "no"}, [[1, 2, 3]], ["bar"], None])
def test_an_answer_of_another_shape_is_refused_with_what_came(body):
    with pytest.raises(RequestRefused, match=r"expected bars, got .*\(api.exchange.coinbase.com/products/BTC-USD/"):
        fetched(put(ScriptedVenues(lambda url, params: body)))


def test_a_product_that_is_not_listed_costs_that_product_alone(relay, tmp_path):
    relay.answers(API.url("products/NONE-USD/candles"), Response('{"message":"NotFound"}', status=404))
    relay.answers(API.url(f"products/{BTC}/candles"), json.dumps([bar("2026-01-31")]))
    pulled = pull(put(relay.session, symbols=("NONE-USD", BTC)), Landing(tmp_path))
    assert (pulled.rows, pulled.skipped) == (1, None)
    assert 'NONE-USD: HTTP 404: {"message":"NotFound"}' in pulled.notes[0]


@examples(30)
@given(st.sets(st.integers(0, 11), min_size=1), st.randoms(use_true_random=False), st.integers(1, 12))
def test_order_repetition_and_page_size_change_no_bar(numbers, random, size):
    bars = [bar(at("2026-01-21") + timedelta(days=n), volume=n) for n in numbers]
    mixed = [*bars, *random.choices(bars, k=3)]
    random.shuffle(mixed)
    whole = landed(put(Coinbase(*bars), "2026-01-21"))
    request = put(Coinbase(*mixed), "2026-01-21")
    fetch = replace(request.feed.fetch, longest=timedelta(days=size))
    rows = landed(replace(request, feed=replace(request.feed, fetch=fetch)))
    assert rows.sort(pl.all()).equals(whole.sort(pl.all()))


def test_recorded_bars_keep_their_values_in_the_venues_column_order(api_samples):
    published = json.loads((api_samples / "coinbase_exchange/candles.json").read_text())
    request = put(Coinbase())
    read = request.feed.fetch.fields.frame(published, *request.instruments)
    typed = conformed(request, [Batch(read, ())]).rows
    assert typed.height == len(published) > 0
    for row, (time, low, high, opened, close, volume) in zip(typed.iter_rows(named=True), published, strict=True):
        assert row["open_at"].replace(tzinfo=UTC).timestamp() == time
        assert [row[name] for name in ("open", "high", "low", "close", "volume")] == [opened, high, low, close, volume]
