"""Hyperliquid: asked by POST, funding in pages with its holes told, snapshots found by name, refusals in plain text."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug import Response

from ingest.coverage import Coverage
from ingest.errors import FeedUnavailable, RequestRefused, VenueFailing
from ingest.landing import Landing
from ingest.pull import pull
from ingest.venues.hyperliquid.api import URL
from ingest.windows import Window
from tests.ingest.scripted_venues import ScriptedVenues, asking, at, conformed, days, fetched, landed, ms, parts_of
from tests.properties import examples

FUNDING, OPEN_INTEREST, KLINES = (f"hyperliquid_{series}" for series in ("funding", "open_interest", "klines"))
HOUR = 3_600_000


def settlement(stamp: int, rate: object = "0.000011", **more: object) -> dict:
    return {"coin": "BTC", "fundingRate": rate, "premium": "0.0004", "time": stamp + 31, **more}


def state(open_interest: object = "27000.5", **more: object) -> dict:
    return {"openInterest": open_interest, "markPx": "78000.0", "funding": "0.00001", **more}


def candle(day: str, **more: object) -> dict:
    return {"t": ms(day), "T": ms(day) + 86_399_999, "s": "BTC", "i": "1d", "o": "80000.0", "h": "81000.0",
            "l": "79000.0", "c": "80500.0", "v": "12345.6", "n": 98765, **more}  # fmt: skip


class History:
    """The venue: settlements of a span from the oldest on, as many as a page holds; nothing for an unknown coin."""

    def __init__(self, *stamps: int, page: int = 500) -> None:
        self.stamps, self.page = sorted(stamps), page

    def __call__(self, url: str, question: dict) -> object:
        found = [settlement(s) for s in self.stamps if question["startTime"] <= s + 31 <= question["endTime"]]
        return found[: self.page] if question["coin"] == "BTC" else None


def hourly(first: str, last: str) -> range:
    return range(ms(first), ms(last) + 1, HOUR)


def put(feed: str, answer, first="2026-01-10", last="2026-01-12", **more):
    venues = answer if isinstance(answer, ScriptedVenues) else ScriptedVenues(answer)
    return asking(feed, venues, days(first, last), **{"symbols": ("BTC",), **more})


# --- funding


def test_a_settlement_is_floored_to_its_hour_and_may_lack_its_premium():
    late = settlement(ms("2026-01-10T08:00") + 110_000, "-0.0000021")
    bare = settlement(ms("2026-01-10T09:00"))
    del bare["premium"]
    rows = landed(put(FUNDING, lambda url, question: [late, bare] if question["startTime"] < bare["time"] else []))
    assert rows.rows() == [
        ("BTC", datetime(2026, 1, 10, 8), -2.1e-06, 0.0004),
        ("BTC", datetime(2026, 1, 10, 9), 1.1e-05, None),
    ]


def test_settlements_come_in_pages_and_the_window_is_covered():
    venues = ScriptedVenues(History(*hourly("2025-12-01", "2026-02-02T03:00")))
    request = put(FUNDING, venues, "2025-12-01", "2026-01-31")
    assert landed(request).height == 62 * 24 + 1
    assert [q["startTime"] for _, q in venues.asked] == [
        ms("2025-12-01"), ms("2025-12-01") + 499 * HOUR + 32, ms("2025-12-01") + 999 * HOUR + 32,
    ]  # fmt: skip
    assert {url for url, _ in venues.asked} == {"https://api.hyperliquid.xyz/info"}
    assert {(q["type"], q["coin"], q["endTime"]) for _, q in venues.asked} == {
        ("fundingHistory", "BTC", ms("2026-02-01T01:00") - 1)
    }
    assert request.held.missing("BTC", request.window) == []
    assert request.notes == []


def test_the_settlement_at_the_end_of_the_last_day_comes_even_on_a_page_of_its_own():
    request = put(FUNDING, History(*hourly("2026-01-10", "2026-01-11"), page=24), "2026-01-10", "2026-01-10")
    assert landed(request)["settled_at"].max() == datetime(2026, 1, 11)


def test_a_hole_is_told_and_kept_as_a_known_gap_and_not_filled():
    stamps = [s for s in hourly("2026-01-01", "2026-01-13") if not ms("2026-01-04") < s < ms("2026-01-09")]
    request = put(FUNDING, History(*stamps), "2026-01-01", "2026-01-12")
    batches = fetched(request)
    (gap,) = [part for part in parts_of(batches) if part.absent]
    assert (gap.window, gap.rows) == (Window(at("2026-01-04T01:00"), at("2026-01-09")), 0)
    assert request.notes == ["BTC: the venue lacks 119 hours of funding between 2026-01-04 and 2026-01-09 (holes: 1)"]
    assert conformed(request, batches).rows.height == len(stamps)
    assert request.held.missing("BTC", request.window) == [gap.window], "until the venue has said so twice"


def test_a_hole_of_the_last_days_may_still_be_filled_and_is_no_known_gap():
    stamps = [s for s in hourly("2026-01-28", "2026-02-02") if s != ms("2026-02-01T12:00")]
    request = put(FUNDING, History(*stamps), "2026-01-28", "2026-02-01")
    assert [part.absent for part in parts_of(fetched(request))] == [False, False]
    assert request.notes == []


def test_hours_that_are_not_out_yet_are_asked_for_again():
    request = put(FUNDING, History(*hourly("2026-02-01", "2026-02-01T20:00")), "2026-02-01", "2026-02-01",
                  now="2026-02-02T00:10")  # fmt: skip
    fetched(request)
    assert request.held.missing("BTC", request.window) == [Window(at("2026-02-01T21:00"), at("2026-02-02"))]


def test_a_page_that_is_repeated_is_refused():
    with pytest.raises(RequestRefused, match="a page outside of the window asked for"):
        fetched(put(FUNDING, lambda url, question: [settlement(ms("2026-01-10"))]))


@examples(20)
@given(st.sets(st.integers(0, 72), min_size=1), st.integers(1, 30), st.randoms())
def test_pages_order_and_duplicates_change_no_row(present, page, chance):
    stamps = [ms("2026-01-10") + n * HOUR for n in present]
    venue = History(*stamps, page=page)

    def restless(url, question):
        doubled = venue(url, question) * 2
        chance.shuffle(doubled)
        return doubled

    requests = [put(FUNDING, answer) for answer in (restless, History(*stamps))]
    paged, whole = (landed(request).sort("settled_at") for request in requests)
    assert paged.equals(whole)
    assert paged.height == len(present)
    assert requests[0].notes == requests[1].notes


# --- open interest


def test_coins_are_found_by_name_whatever_their_place():
    answer = [{"universe": [{"name": "XYZ"}, {"name": "ETH"}, {"name": "BTC"}]}, [state("1"), state("2"), state("3.5")]]
    venues = ScriptedVenues(lambda url, question: answer)
    rows = landed(put(OPEN_INTEREST, venues, symbols=("BTC", "ETH")))
    now = datetime(2026, 2, 2, 4)
    assert rows.rows() == [("BTC", now, 3.5, 78_000.0), ("ETH", now, 2.0, 78_000.0)]
    assert [q for _, q in venues.asked] == [{"type": "metaAndAssetCtxs"}]


def test_every_run_adds_an_observation_and_covers_no_day(tmp_path):
    landing, held = Landing(tmp_path), Coverage()
    venues = ScriptedVenues(lambda url, question: [{"universe": [{"name": "BTC"}]}, [state()]])
    for now in ("2026-02-02T00:30", "2026-02-02T05:30"):
        assert pull(put(OPEN_INTEREST, venues, now=now, held=held), landing).rows == 1
    assert len(landing.segments([OPEN_INTEREST])) == 2
    assert held.missing("BTC", days("2026-02-02", "2026-02-02")) == [days("2026-02-02", "2026-02-02")]


def test_a_coin_that_is_not_listed_costs_that_one_alone():
    answer = [{"universe": [{"name": "BTC"}]}, [state()]]
    request = put(OPEN_INTEREST, lambda url, question: answer, symbols=("GONE", "BTC"))
    assert [p.series for p in parts_of(list(request.feed.fetch(request)))] == ["BTC"]
    assert "the venue lists no GONE" in str(request.refused["GONE"])


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        [{"universe": [{"name": "BTC"}]}, []],
        [{"universe": None}, []],
        [{"universe": [1]}, [{}]],
        [[], []],
    ],
)
def test_two_lists_that_do_not_go_together_are_no_answer(body):
    with pytest.raises(FeedUnavailable, match="expected coins and their state"):
        fetched(put(OPEN_INTEREST, lambda url, question: body))


def test_open_interest_that_cannot_be_is_quarantined():
    answer = [{"universe": [{"name": "BTC"}]}, [state("0.0")]]
    request = put(OPEN_INTEREST, lambda url, question: answer)
    assert "open_interest_coin: positive" in conformed(request, fetched(request)).quarantined["reason"].item()


# --- bars


def test_a_candle_becomes_a_typed_row_and_the_running_day_none():
    venues = ScriptedVenues(lambda url, question: [candle("2026-02-01"), candle("2026-02-02")])
    rows = landed(put(KLINES, venues, "2026-02-01", "2026-02-02"))
    assert rows.rows() == [
        ("BTC", datetime(2026, 2, 1), 80_000.0, 81_000.0, 79_000.0, 80_500.0, 12_345.6, 98_765)
    ]  # fmt: skip
    ((_, question),) = venues.asked
    span = {"startTime": ms("2026-02-01"), "endTime": ms("2026-02-03") - 1}
    assert question == {"type": "candleSnapshot", "req": {"coin": "BTC", "interval": "1d", **span}}


@pytest.mark.parametrize(
    ("feed", "row", "reason"),
    [
        (KLINES, candle("2026-01-10", h="79000"), "open or close outside high and low"),
        (KLINES, candle("2026-01-10T01:00"), "opens at midnight"),
        (KLINES, candle("2026-01-10", n=-1), "trade_count: not negative"),
        (FUNDING, settlement(ms("2026-01-13"), "0.2"), "funding_rate: within -0.1 to 0.1"),
        (FUNDING, settlement(ms("2026-01-13"), None), "funding_rate: missing"),
    ],
)
def test_a_row_that_cannot_be_is_quarantined(feed, row, reason):
    request = put(feed, lambda url, question: [row])
    done = conformed(request, fetched(request))
    assert done.rows.is_empty()
    assert reason in done.quarantined["reason"].item()


# --- refusals


@pytest.mark.parametrize("feed", [FUNDING, KLINES])
@pytest.mark.parametrize("body", [None, {}, [1], "x"])
def test_an_answer_of_another_shape_is_refused(feed, body):
    with pytest.raises(RequestRefused, match="expected a list of rows"):
        fetched(put(feed, lambda url, question: body))


def test_a_coin_that_the_venue_answers_with_null_costs_that_one_alone():
    request = put(FUNDING, History(*hourly("2026-01-10", "2026-01-13")), symbols=("GONE", "BTC"))
    assert {p.series for p in parts_of(list(request.feed.fetch(request)))} == {"BTC"}
    assert "fundingHistory: expected a list of rows, got None" in str(request.refused["GONE"])


def test_questions_are_posted_and_one_that_cannot_be_read_is_not_repeated(relay):
    refusal = "Failed to deserialize the JSON body into the target type"
    relay.answers(URL, Response(refusal, status=422, mimetype="text/plain"))
    with pytest.raises(RequestRefused, match=rf"HTTP 422: {refusal} \(api.hyperliquid.xyz/info\)"):
        fetched(asking(KLINES, relay.session, days("2026-01-10", "2026-01-10"), symbols=("BTC",)))
    (asked,) = relay.asked
    assert (asked.method, asked.get_json()["type"]) == ("POST", "candleSnapshot")


def test_too_many_requests_are_tried_again(relay):
    busy = Response("null", status=429)
    relay.answers(URL, busy, busy, json.dumps([candle("2026-01-10")]))
    request = asking(KLINES, relay.session, days("2026-01-10", "2026-01-10"), symbols=("BTC",))
    assert landed(request).height == 1
    assert len(relay.pauses) == 2
    relay.server.clear()
    relay.answers(URL, busy)
    with pytest.raises(VenueFailing, match="HTTP 429, 12 times"):
        fetched(asking(KLINES, relay.session, days("2026-01-10", "2026-01-10"), symbols=("BTC",)))


# --- recorded samples


def test_the_recorded_settlement_keeps_its_value(api_samples):
    published = json.loads((api_samples / "hyperliquid/fundingHistory.json").read_text())

    def answer(url, question):
        return [row for row in published if row["time"] >= question["startTime"]]

    (row,) = landed(put(FUNDING, answer, "2024-01-03", "2024-01-03", symbols=("ETH",))).rows()
    assert row == ("ETH", datetime(2024, 1, 3, 14), 1.25e-05, 0.00057962)


def test_the_recorded_open_interest_is_in_coins(api_samples):
    context = json.loads((api_samples / "hyperliquid/asset_ctx_btc.json").read_text())
    answer = [{"universe": [{"name": "OTHER"}, {"name": "BTC"}]}, [state(), context]]
    (row,) = landed(put(OPEN_INTEREST, lambda url, question: answer)).rows(named=True)
    assert row["open_interest_coin"] == 27_353.17682
    assert row["mark_price"] == 77_562.0
