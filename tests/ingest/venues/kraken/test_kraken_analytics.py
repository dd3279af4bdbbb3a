"""Kraken's analytics: seconds or milliseconds, one value or four, pages from either end, errors under HTTP 200."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug import Response

from ingest.errors import RequestRefused, VenueFailing
from ingest.venues.kraken.api import API
from ingest.windows import Window
from tests.ingest.scripted_venues import ScriptedVenues, asking, at, conformed, days, fetched, landed, ms, parts_of
from tests.properties import examples

OPEN_INTEREST, LIQUIDATIONS, SYMBOL = "kraken_open_interest", "kraken_liquidations", "PF_XBTUSD"
HOURLY_OPEN_INTEREST = "kraken_hourly_open_interest"
BASE = "https://futures.kraken.com/api/charts/v1/analytics/PF_XBTUSD"
DAY = 86_400


def seconds(text: str) -> int:
    return ms(text) // 1000


def buckets(*rows: tuple[int, object], more: object = False) -> dict:
    stamps, data = [stamp for stamp, _ in rows], [value for _, value in rows]
    return {"result": {"timestamp": stamps, "data": data, "more": more}, "errors": []}


def bar(close: float) -> list[str]:
    return ["1500.5", str(max(close, 1500.5) + 10), "1400", str(close)]


def put(feed: str, answer, first="2026-01-10", last="2026-01-12", **more):
    venues = answer if isinstance(answer, ScriptedVenues) else ScriptedVenues(answer)
    return asking(feed, venues, days(first, last), **{"symbols": (SYMBOL,), **more})


# --- how it asks


@pytest.mark.parametrize(("feed", "path"), [(OPEN_INTEREST, "open-interest"), (LIQUIDATIONS, "liquidation-volume")])
def test_days_are_asked_for_in_seconds(feed, path):
    venues = ScriptedVenues(lambda url, params: buckets())
    fetched(put(feed, venues))
    ((url, params),) = venues.asked
    assert url == f"{BASE}/{path}"
    assert params == {"since": seconds("2026-01-10"), "to": seconds("2026-01-13") - 1, "interval": DAY}


def test_hours_are_asked_for_nine_days_back_up_to_the_last_full_one():
    start, answered = seconds("2026-01-24"), 9 * 24 + 7
    venues = ScriptedVenues(lambda url, params: buckets(*((start + 3600 * n, bar(1500)) for n in range(answered))))
    request = put(HOURLY_OPEN_INTEREST, venues, "2025-12-01", "2026-02-02", now="2026-02-02T06:20")
    rows = landed(request)
    assert (rows["open_at"].min(), rows["open_at"].max()) == (datetime(2026, 1, 24), datetime(2026, 2, 2, 5))
    ((url, params),) = venues.asked
    assert url == f"{BASE}/open-interest"
    assert params == {"since": start, "to": seconds("2026-02-02T06:00") - 1, "interval": 3600}


class Paged:
    """The venue: a bucket a day in pages of at most `size`, from the oldest or from the newest on."""

    def __init__(self, size: int, *, newest_first: bool, days: range) -> None:
        self.size, self.newest_first, self.days = size, newest_first, days
        self.requests = 0

    def __call__(self, url: str, params: dict) -> dict:
        self.requests += 1
        assert self.requests < 100, "the paging does not end"
        wanted = [d * DAY for d in self.days if params["since"] <= d * DAY <= params["to"]]
        page = wanted[-self.size :] if self.newest_first else wanted[: self.size]
        return buckets(*((stamp, bar(1000 + stamp // DAY % 100)) for stamp in page), more=len(wanted) > len(page))


@examples(30)
@given(st.integers(1, 9), st.booleans(), st.integers(0, 12), st.permutations(range(12)))
def test_pages_from_either_end_give_the_same_days(size, newest_first, listed, order):
    first = seconds("2026-01-01") // DAY
    venue = Paged(size, newest_first=newest_first, days=range(first + listed, first + 12))

    def shuffled(url, params):
        result = venue(url, params)["result"]
        pairs = list(zip(result["timestamp"], result["data"], strict=True)) * 2
        pairs.sort(key=lambda pair: order[pair[0] // DAY % 12])
        return buckets(*pairs, more=result["more"])

    request = put(OPEN_INTEREST, shuffled, "2026-01-01", "2026-01-12")
    rows = landed(request)
    assert sorted(at.day for at in rows["open_at"]) == list(range(1 + listed, 13))
    before_listing = [days("2026-01-01", f"2026-01-{listed:02d}")] if listed else []
    assert request.held.missing(SYMBOL, request.window) == before_listing


def test_a_page_that_is_repeated_is_refused():
    old = buckets((seconds("2025-01-01"), bar(1500)), more=True)
    with pytest.raises(RequestRefused, match="a page outside of the window asked for"):
        fetched(put(OPEN_INTEREST, lambda url, params: old))


@pytest.mark.parametrize("stamp", ["noon", None, float("inf"), 10**30])
def test_an_unreadable_stamp_does_not_end_the_paging(stamp):
    venue = Paged(1, newest_first=False, days=range(seconds("2026-01-10") // DAY, seconds("2026-01-13") // DAY))

    def with_a_bad_stamp(url, params):
        result = venue(url, params)["result"]
        return buckets(*zip(result["timestamp"], result["data"], strict=True), (stamp, bar(1)), more=result["more"])

    request = put(OPEN_INTEREST, with_a_bad_stamp)
    assert conformed(request, fetched(request)).rows["open_at"].dt.day().to_list() == [10, 11, 12]
    assert venue.requests == 3


def test_a_page_without_rows_ends_the_paging_whatever_it_says_of_more():
    request = put(OPEN_INTEREST, lambda url, params: buckets(more=True))
    assert landed(request).is_empty()
    assert request.held.missing(SYMBOL, request.window) == [request.window]


# --- rows


def test_a_bar_of_open_interest_becomes_a_typed_row():
    rows = landed(put(OPEN_INTEREST, lambda url, params: buckets((seconds("2026-01-10"), bar(1490.25)))))
    assert rows.rows() == [(SYMBOL, datetime(2026, 1, 10), 1500.5, 1510.5, 1400.0, 1490.25)]


def test_a_single_value_is_the_days_last():
    rows = landed(put(OPEN_INTEREST, lambda url, params: buckets((seconds("2026-01-10"), "1490.25"))))
    assert rows.rows() == [(SYMBOL, datetime(2026, 1, 10), None, None, None, 1490.25)]


@pytest.mark.parametrize("value", ["12.5", 12.5, ["1", "20", "0.5", "12.5"]])
def test_liquidated_volume_has_no_sides_and_may_come_as_a_bar(value):
    rows = landed(put(LIQUIDATIONS, lambda url, params: buckets((seconds("2026-01-10"), value))))
    assert rows.rows() == [(SYMBOL, datetime(2026, 1, 10), 12.5)]


def test_a_zero_of_the_venue_is_a_zero_and_a_day_without_a_bucket_has_no_row():
    rows = landed(put(LIQUIDATIONS, lambda url, params: buckets((seconds("2026-01-10"), "0"))))
    assert rows["volume_coin"].to_list() == [0.0]


@pytest.mark.parametrize("stamp", [seconds("2026-01-10"), ms("2026-01-10"), str(seconds("2026-01-10"))])
def test_stamps_are_told_apart_by_their_size(stamp):
    rows = landed(put(LIQUIDATIONS, lambda url, params: buckets((stamp, "1"))))
    assert rows["open_at"].to_list() == [datetime(2026, 1, 10)]


def test_the_running_day_is_dropped_and_asked_for_again():
    answer = buckets((seconds("2026-02-01"), "1"), (seconds("2026-02-02"), "1"))
    request = put(LIQUIDATIONS, lambda url, params: answer, "2026-02-01", "2026-02-02")
    assert landed(request)["open_at"].to_list() == [datetime(2026, 2, 1)]
    assert request.held.missing(SYMBOL, request.window) == [Window(at("2026-02-02"), at("2026-02-03"))]


@pytest.mark.parametrize(
    ("feed", "row", "reason"),
    [
        (LIQUIDATIONS, (seconds("2026-01-10"), "-1"), "volume_coin: not negative"),
        (LIQUIDATIONS, (seconds("2026-01-10"), None), "volume_coin: missing"),
        (LIQUIDATIONS, (seconds("2026-01-10"), [1, 2]), "volume_coin: unparsable"),
        (LIQUIDATIONS, ("noon", "1"), "open_at: missing"),
        (LIQUIDATIONS, (10**30, "1"), "open_at: missing"),
        (LIQUIDATIONS, (float("inf"), "1"), "open_at: missing"),
        (OPEN_INTEREST, (seconds("2026-01-10"), ["5", "3", "4", "5"]), "high below low"),
        (OPEN_INTEREST, (seconds("2026-01-10"), "0"), "close: positive"),
    ],
)
def test_a_bucket_that_cannot_be_is_quarantined(feed, row, reason):
    request = put(feed, lambda url, params: buckets(row))
    done = conformed(request, fetched(request))
    assert done.rows.is_empty()
    assert reason in done.quarantined["reason"].item()


# --- refusals


@pytest.mark.parametrize(
    "body",
    [
        {"result": None, "errors": []},
        {"result": {"timestamp": None, "data": []}, "errors": []},
        {"result": {"timestamp": [1, 2], "data": ["1"]}, "errors": []},
        {"result": {"timestamp": [1], "data": {"rate": ["1"]}}, "errors": []},
        [],
        None,
    ],
)
def test_an_answer_of_another_shape_is_refused(body):
    with pytest.raises(RequestRefused, match=r"expected .*futures.kraken.com/api/charts/v1/analytics"):
        fetched(put(OPEN_INTEREST, lambda url, params: body))


@pytest.mark.parametrize(
    ("body", "words", "asked"),
    [
        ({"result": {"timestamp": [], "data": []}, "errors": [{"message": "no such symbol"}]}, "no such symbol", 1),
        ({"result": "error", "errors": [{"code": 11}, "and more"]}, "{'code': 11}; and more", 12),
        ({"result": "error", "error": "invalidArgument: symbol"}, "invalidArgument: symbol", 1),
        ({"result": "error"}, "no reason given", 12),
    ],
)
def test_errors_under_http_200_are_refusals_of_one_symbol(relay, body, words, asked):
    relay.answers(f"{BASE}/open-interest", json.dumps(body))
    with pytest.raises(RequestRefused) as raised:
        relay.session.get_json(f"{BASE}/open-interest", judge=API.judge)
    assert words in str(raised.value)
    assert len(relay.asked) == asked

    def answer(url, params):
        return buckets((seconds("2026-01-10"), "1")) if SYMBOL in url else body

    request = put(LIQUIDATIONS, answer, symbols=("PF_GONE", SYMBOL))
    assert {p.series for p in parts_of(list(request.feed.fetch(request)))} == {SYMBOL}
    assert list(request.refused) == ["PF_GONE"]


def test_a_limit_that_is_reached_is_tried_again(relay):
    busy = '{"result": "error", "error": "apiLimitExceeded"}'
    relay.answers(f"{BASE}/cvd", Response(busy, status=200), Response("busy", status=429), json.dumps(buckets()))
    assert relay.session.get_json(f"{BASE}/cvd", judge=API.judge) == buckets()
    relay.answers(f"{BASE}/funding", busy)
    with pytest.raises(VenueFailing, match="apiLimitExceeded, 12 times"):
        relay.session.get_json(f"{BASE}/funding", judge=API.judge)


# --- recorded samples: hours there, so that they conform without being days


def recorded(api_samples, file: str) -> dict:
    return json.loads((api_samples / f"kraken_futures/{file}").read_text())


@pytest.mark.parametrize(
    ("feed", "file", "last_values"),
    [
        (OPEN_INTEREST, "analytics_open_interest.json", [1517.91, 1493.2]),
        (HOURLY_OPEN_INTEREST, "analytics_open_interest.json", [1517.91, 1493.2]),
        (LIQUIDATIONS, "analytics_liquidation_volume.json", [0.42, 0.0, 3.1834]),
    ],
)
def test_recorded_buckets_keep_their_values_in_coins(api_samples, feed, file, last_values):
    body = recorded(api_samples, file)
    day = datetime.fromtimestamp(body["result"]["timestamp"][0], UTC).date().isoformat()
    rows = landed(put(feed, lambda url, params: body, day, day, now="2026-10-10"))
    assert rows.to_series(-1).to_list() == last_values
    assert [stamp.replace(tzinfo=UTC).timestamp() for stamp in rows["open_at"]] == body["result"]["timestamp"]
