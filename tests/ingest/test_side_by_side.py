"""Feeds side by side: hosts do not wait for each other, feeds of one host stay in order, and what is said keeps its
feed."""

import threading
import time
from datetime import UTC, datetime
from itertools import pairwise
from urllib.parse import urlsplit

import pytest

from ingest.catalogue import load_catalogue
from ingest.coverage import Coverage
from ingest.feed import Request
from ingest.feeds import FEEDS, feed_named
from ingest.http import MarketSession
from ingest.landing import Landing
from ingest.market import Market
from ingest.side_by_side import SideBySide, lanes
from tests.ingest.scripted_venues import days
from tests.ingest.venue_answers import AnsweringAdapter

NOW = datetime(2026, 2, 2, 4, tzinfo=UTC)
BUSY, QUICK = "api.bybit.com", "www.okx.com"
BUSY_FEEDS, QUICK_FEEDS = ("bybit_funding", "bybit_open_interest"), ("okx_funding", "okx_open_interest")
PATIENCE = 20.0  # seconds until a test that would hang fails


class Venues:
    """Venues that answer at once unless `spoil` says otherwise, and the pulls of `feeds` from them."""

    def __init__(self, folder, spoil=lambda asked, host: None, pause=None):
        self.asked: list[str] = []
        self._spoil = spoil
        adapter = AnsweringAdapter(self._answer)
        self.session = MarketSession(Market.parse("sample"), {}, simulation=adapter, pause=pause)
        self.landing = Landing(folder)
        self.pulls = SideBySide(self.landing)

    def _answer(self, number, request, good):
        address = urlsplit(request.url)
        self.asked.append(address.netloc + address.path)
        return self._spoil(self.asked, address.netloc)

    def begin(self, *feeds):
        catalogue, keys = load_catalogue(), {"COINALYZE_API_KEY": "any"}
        self.pulls.begin(
            [
                Request(
                    feed=feed_named(name),
                    instruments=catalogue.instruments[name][:1],
                    window=days("2026-01-30", "2026-02-01"),
                    now=NOW,
                    session=self.session,
                    held=Coverage(),
                    keys=keys,
                )
                for name in feeds
            ]
        )

    def take(self, feed):
        return self.pulls.take(feed_named(feed))


def busy_once(asked, host):
    """429 with a minute of quiet for the first question to the busy host."""
    if host == BUSY and sum(one.startswith(BUSY) for one in asked) == 1:
        return 429, {"Retry-After": "60"}, b"{}"
    return None


def test_a_host_that_asks_for_quiet_slows_no_other_host(tmp_path):
    quick_landed, paused = threading.Event(), []

    def pause(seconds):
        paused.append((round(seconds), quick_landed.wait(PATIENCE)))

    venues = Venues(tmp_path, busy_once, pause)
    venues.begin(*BUSY_FEEDS, *QUICK_FEEDS)
    quick = [venues.take(feed) for feed in QUICK_FEEDS]
    quick_landed.set()
    busy = [venues.take(feed) for feed in BUSY_FEEDS]
    assert paused == [(60, True)], "the other host had answered for all its feeds within the minute"
    assert [pulled.skipped for pulled in (*quick, *busy)] == [None] * 4
    assert all(pulled.rows for pulled in (*quick, busy[1]))


def test_the_feeds_of_a_host_are_asked_in_order(tmp_path):
    venues = Venues(tmp_path)
    venues.begin(*BUSY_FEEDS, *QUICK_FEEDS)
    for feed in reversed((*BUSY_FEEDS, *QUICK_FEEDS)):
        venues.take(feed)
    for host, first, second in (
        (BUSY, "/v5/market/funding/history", "/v5/market/open-interest"),
        (QUICK, "/api/v5/public/funding-rate-history", "/api/v5/rubik/stat/contracts/open-interest-history"),
    ):
        paths = [one.removeprefix(host) for one in venues.asked if one.startswith(host)]
        assert list(dict.fromkeys(paths)) == [first, second]
        assert paths == sorted(paths, key=[first, second].index)


def test_requests_retries_and_reasons_are_those_of_the_feed(tmp_path):
    def blocked(asked, host):
        return (451, {}, b"{}") if host == QUICK else busy_once(asked, host)

    venues = Venues(tmp_path, blocked, pause=lambda seconds: None)
    venues.begin(*BUSY_FEEDS, *QUICK_FEEDS)
    pulled = {feed: venues.take(feed) for feed in (*BUSY_FEEDS, *QUICK_FEEDS)}
    said = f"not available from this country (HTTP 451) ({QUICK})"
    assert [pulled[feed].skipped.partition(";")[0] for feed in QUICK_FEEDS] == [said] * 2
    assert [pulled[feed].skipped for feed in BUSY_FEEDS] == [None, None]
    assert [pulled[feed].traffic.retries for feed in (*BUSY_FEEDS, *QUICK_FEEDS)] == [1, 0, 0, 0]
    assert sum(one.traffic.requests for one in pulled.values()) == len(venues.asked)
    assert pulled[QUICK_FEEDS[1]].traffic.requests == 0, "nothing more is asked of a host that refuses the country"


def test_an_error_that_ends_the_run_is_raised_where_its_feed_is_taken(tmp_path, monkeypatch):
    written = Landing._write

    def full(landing, feed, *rest):
        if feed == QUICK_FEEDS[0]:
            raise OSError(28, "No space left on device")
        return written(landing, feed, *rest)

    monkeypatch.setattr(Landing, "_write", full)
    venues = Venues(tmp_path)
    venues.begin(*BUSY_FEEDS, *QUICK_FEEDS)
    for feed in (*BUSY_FEEDS, QUICK_FEEDS[1]):
        assert venues.take(feed).rows
    with pytest.raises(OSError, match="No space left"):
        venues.take(QUICK_FEEDS[0])


def test_archives_are_downloaded_for_one_feed_at_a_time_while_interfaces_are_asked_by_all(tmp_path):
    def slow(asked, host):
        time.sleep(0.01 if host.startswith("data.") else 0)

    venues = Venues(tmp_path, slow)
    feeds = ("binance_spot_klines", "binance_um_klines", "binance_cm_klines")
    venues.begin(*feeds)
    assert all(venues.take(feed).rows for feed in feeds)
    archives = [one.split("/klines/")[0] for one in venues.asked if "data.binance.vision/" in one and ".zip" in one]
    changes = sum(one != following for one, following in pairwise(archives))
    assert len(set(archives)) > 1
    assert changes < 2 * len(set(archives)), "days and months of a feed, and not a feed between two files of another"


def test_a_feed_that_has_begun_is_not_lacking_and_is_taken_once(tmp_path):
    venues = Venues(tmp_path)
    venues.begin("okx_funding")
    assert venues.take("okx_funding").rows
    assert venues.take("okx_funding") is None
    assert venues.pulls.lacking([feed_named("okx_funding"), feed_named("bybit_funding")]) == [
        feed_named("bybit_funding")
    ]


def test_a_run_that_is_stopped_does_not_wait_for_a_host_that_asked_for_quiet(tmp_path):
    venues = Venues(tmp_path, busy_once)
    venues.begin(*BUSY_FEEDS)
    while not venues.asked:
        time.sleep(0.01)
    started = time.monotonic()
    venues.session.close()
    venues.pulls.close()
    assert time.monotonic() - started < 3
    assert len(venues.asked) == 1, "neither the feed that waited nor the next one asks again"


def test_a_host_belongs_to_one_lane_and_the_host_of_archives_joins_none():
    found = lanes(FEEDS)
    assert sorted(feed.name for lane in found for feed in lane) == sorted(feed.name for feed in FEEDS)
    order = {feed.name: place for place, feed in enumerate(FEEDS)}
    lane_of = {}
    for number, lane in enumerate(found):
        assert [feed.name for feed in lane] == sorted((feed.name for feed in lane), key=order.get)
        for feed in lane:
            for host in {host.partition("/")[0] for host in feed.hosts} - {feed.archive_host}:
                assert lane_of.setdefault(host, number) == number
    assert lane_of["fapi.binance.com"] != lane_of["dapi.binance.com"] != lane_of["data-api.binance.vision"]
