"""Bitfinex: fields by position, the last minute of each hour, and a few pages a run that leave no hole unnoticed."""

import json
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug import Response

from ingest.catalogue import load_catalogue
from ingest.coverage import Coverage, Part
from ingest.errors import RequestRefused, VenueFailing
from ingest.feed import Batch
from ingest.http import MarketSession
from ingest.instrument import Instrument
from ingest.market import Market
from ingest.venues.bitfinex import api, feeds, liquidations
from ingest.windows import Window
from tests.ingest.scripted_venues import ScriptedVenues, asking, at, conformed, days, fetched, landed, ms, parts_of
from tests.properties import examples

STATUS, LIQUIDATIONS = "bitfinex_status", "bitfinex_liquidations"
BTC, ETH = "tBTCF0:USTF0", "tETHF0:USTF0"
HOUR_MS = 3_600_000
MINUTE = 60_000
LAST_DAY = days("2026-02-01", "2026-02-01")  # now is 2026-02-02T04:00


def put(feed: str, venues: ScriptedVenues, first="2026-02-01", last="2026-02-01", **more):
    return asking(feed, venues, days(first, last), **{"symbols": (BTC,), **more})


def minute(stamp: int, open_interest: float | None = 900.5, funding: float | None = 0.0001) -> list:
    period = 8 * 3600 * 1000
    row: list = [None] * 23
    row[0], row[2], row[3], row[14], row[17] = stamp, 70001, 70002.5, 70003, open_interest
    row[7], row[8], row[9], row[11] = stamp - stamp % period + period, 0.5, 7, funding
    return row


def event(time: int, position: int = 1, amount: float = -2.5, *, match: int = 0, price=None, symbol: str = BTC) -> list:
    return [["pos", position, time, None, symbol, amount, 69000.5, None, match, 1, None, price]]


class Bitfinex(ScriptedVenues):
    """Answers as the venue does: both ends included, at most `most` rows, oldest or newest first as asked."""

    def __init__(self, rows: list, stamp, most: int = 10**6) -> None:
        def answer(url: str, params: dict) -> list:
            held = [row for row in rows if params["start"] <= stamp(row) <= params["end"]]
            return sorted(held, key=lambda row: params["sort"] * stamp(row))[: min(params["limit"], most)]

        super().__init__(answer)


def minutely(*rows: list, most: int = 10**6) -> Bitfinex:
    return Bitfinex(list(rows), lambda row: row[0], most)


def tape(*rows: list) -> Bitfinex:
    return Bitfinex(list(rows), lambda row: row[0][2])


# --- status


def test_fields_stand_where_the_history_has_them():
    row = landed(put(STATUS, minutely(minute(ms("2026-02-01T11:59") + 1000)))).row(0, named=True)
    assert row == {
        "symbol": BTC, "snapshot_at": datetime(2026, 2, 1, 11, 59, 1), "next_funding_at": datetime(2026, 2, 1, 16),
        "open_interest_coin": 900.5, "funding_rate": 0.0001, "contract_price": 70001.0, "spot_price": 70002.5,
        "mark_price": 70003.0,
    }  # fmt: skip


def test_the_last_minute_of_every_hour_is_kept_and_midnight_ends_its_day():
    start = ms("2026-02-01")
    venues = minutely(*(minute(start + n * MINUTE, float(n + 1)) for n in range(24 * 60 + 1)))
    rows = landed(put(STATUS, venues)).sort("snapshot_at")
    assert rows["snapshot_at"].to_list() == [datetime(2026, 2, 1) + timedelta(hours=n + 1) for n in range(24)]
    assert rows["open_interest_coin"][-1] == 24 * 60 + 1


def test_the_hour_after_the_last_day_is_asked_for_because_it_names_the_rate_of_midnight():
    venues = minutely(minute(ms("2026-02-02T00:30")))
    rows = landed(put(STATUS, venues))
    assert rows["next_funding_at"].to_list() == [datetime(2026, 2, 2, 8)]
    assert max(params["end"] for _, params in venues.asked) == ms("2026-02-02T01:00")


def test_an_hour_that_is_not_over_is_left_for_later():
    venues = minutely(minute(ms("2026-02-02T03:30")), minute(ms("2026-02-02T04:10")))
    request = put(STATUS, venues, last="2026-02-02", now="2026-02-02T04:20")
    assert landed(request)["snapshot_at"].to_list() == [datetime(2026, 2, 2, 3, 30)]


@pytest.mark.parametrize("most", [5000, 250, 7])
def test_pages_of_any_size_bring_the_last_minute_of_every_hour(most):
    start = ms("2026-02-01T00:01")
    venues = minutely(*(minute(start + n * MINUTE) for n in range(25 * 60)), most=most)
    stamps = landed(put(STATUS, venues))["snapshot_at"]
    assert sorted(stamps) == [datetime(2026, 2, 1) + timedelta(hours=n + 1) for n in range(25)]


def test_a_venue_that_sends_the_same_page_again_is_not_asked_for_ever():
    page = [minute(ms("2026-02-01T03:00")), minute(ms("2026-02-01T02:00"))]
    venues = ScriptedVenues(lambda url, params: page)
    assert landed(put(STATUS, venues)).height == 2
    assert len(venues.asked) == 2


def test_a_run_takes_40_stretches_newest_first_and_the_next_one_goes_on():
    def answer(url, params):
        first = -(-params["start"] // HOUR_MS) * HOUR_MS
        return [minute(stamp) for stamp in range(first, params["end"] + 1, HOUR_MS)]

    venues = ScriptedVenues(answer)
    held = Coverage([Part(BTC, "rest", days("2026-01-10", "2026-01-10"), 24)])
    request = put(STATUS, venues, "2025-01-01", "2026-01-25", held=held)
    fetched(request)
    ends = [params["end"] for _, params in venues.asked]
    assert ends == sorted(ends, reverse=True)
    assert len(ends) == 40
    reached = at("2026-01-10") - timedelta(days=34 * 3)  # the other six stretches lie after the day that was held
    assert held.missing(BTC, request.window) == [Window(request.window.start, reached)]
    assert request.notes == [f"{BTC}: 2025-01-01 to {reached:%Y-%m-%d} is for later runs, 40 requests each"]
    fetched(put(STATUS, venues, "2025-01-01", "2026-01-25", held=held))
    assert venues.asked[40][1]["end"] == int(reached.timestamp()) * 1000


def test_no_open_interest_is_unknown_and_quarantined_but_no_rate_is_a_row():
    rows = [minute(ms("2026-02-01T01:00"), None), minute(ms("2026-02-01T02:00"), funding=None)]
    request = put(STATUS, minutely(*rows))
    done = conformed(request, fetched(request))
    assert done.rows["funding_rate"].to_list() == [None]
    assert done.quarantined["reason"].to_list() == ["open_interest_coin: missing"]


def test_a_row_without_a_readable_stamp_is_quarantined_and_not_lost():
    broken = ["soon", *minute(0)[1:]]
    request = put(STATUS, ScriptedVenues(lambda url, params: [broken[1:], minute(ms("2026-02-01T01:00"))]))
    assert "snapshot_at: missing" in conformed(request, fetched(request)).quarantined["reason"][0]


# --- liquidations


def test_a_position_below_zero_is_a_short_and_base_price_is_no_price_of_the_liquidation():
    rows = landed(put(LIQUIDATIONS, tape(event(ms("2026-02-01T10:00") + 7, 42, -8, match=1, price=70500))))
    assert rows.row(0, named=True) == {
        "symbol": BTC, "position_id": 42, "happened_at": datetime(2026, 2, 1, 10, 0, 0, 7000), "amount_coin": -8.0,
        "base_price": 69000.5, "is_match": 1, "is_market_sold": 1, "acquired_price": 70500.0,
    }  # fmt: skip


def test_only_the_contracts_of_the_catalogue_are_kept_but_all_tell_how_far_the_answer_reaches():
    rows = [event(ms("2026-02-01T10:00")), event(ms("2026-02-01T23:00"), symbol="tXRPF0:USTF0")]
    request = put(LIQUIDATIONS, tape(*rows), symbols=(BTC, ETH))
    batches = fetched(request)
    assert conformed(request, batches).rows["symbol"].to_list() == [BTC]
    assert [(part.series, part.rows) for part in parts_of(batches)] == [(BTC, 1), (ETH, 0), (BTC, 0), (ETH, 0)]
    for symbol in (BTC, ETH):
        assert request.held.missing(symbol, LAST_DAY) == [Window(at("2026-02-01T23:00"), LAST_DAY.end)]


def test_a_run_takes_some_pages_newest_first_and_later_runs_bring_the_rest_without_a_hole(monkeypatch):
    monkeypatch.setattr(liquidations, "PAGE", 10)
    start, end = ms("2026-01-20"), ms("2026-01-26")
    events = dict(enumerate(range(start, end, (end - start) // 173)))
    held, found, runs = None, set(), 0
    while set(events) - found:
        venues = tape(*(event(time, n) for n, time in events.items()))
        request = put(LIQUIDATIONS, venues, "2026-01-20", "2026-01-25", held=held)
        found |= set(landed(request)["position_id"])
        held, runs = request.held, runs + 1
        assert max(events) in found
        assert len(venues.asked) <= liquidations.PAGES
        missing = [(w.start.timestamp() * 1000, w.end.timestamp() * 1000) for w in held.missing(BTC, request.window)]
        assert all(n in found for n, time in events.items() if not any(a <= time < b for a, b in missing))
        assert bool(missing) == any("is for later runs: 3 requests a minute" in note for note in request.notes)
    assert runs == 4  # nine new rows a page, as the millisecond at its end is asked for again


def test_rows_of_the_millisecond_at_which_a_full_page_ends_are_asked_for_again(monkeypatch):
    monkeypatch.setattr(liquidations, "PAGE", 3)
    moment = ms("2026-01-20T12:00")
    events = [event(moment + 5, 1), event(moment + 5, 2), *(event(moment, n) for n in (3, 4))]
    rows = landed(put(LIQUIDATIONS, tape(*events), "2026-01-20", "2026-01-20"))
    assert set(rows["position_id"]) == {1, 2, 3, 4}


def test_more_in_one_millisecond_than_a_page_holds_is_said(monkeypatch):
    monkeypatch.setattr(liquidations, "PAGE", 2)
    moment = ms("2026-01-20T23:59:59") + 999
    request = put(LIQUIDATIONS, tape(*(event(moment, n) for n in range(3))), "2026-01-20", "2026-01-20")
    with pytest.raises(VenueFailing, match="2 liquidations in one millisecond"):
        fetched(request)
    assert request.held.missing(BTC, request.window) == [request.window]


def test_a_full_page_of_another_time_is_refused_and_covers_nothing(monkeypatch):
    monkeypatch.setattr(liquidations, "PAGE", 1)
    request = put(LIQUIDATIONS, ScriptedVenues(lambda url, params: [event(ms("2020-01-01"))]))
    with pytest.raises(RequestRefused, match="a full page outside of the window asked for"):
        fetched(request)
    assert request.held.missing(BTC, request.window) == [request.window]


@examples(30)
@given(st.lists(st.integers(0, 86_399_000), min_size=1, max_size=30, unique=True), st.randoms(use_true_random=False),
       st.integers(8, 40))  # fmt: skip
def test_order_repetition_and_page_size_change_no_liquidation(times, random, limit):
    start = ms("2026-01-20")
    events = [event(start + time, n, n + 1.5) for n, time in enumerate(times)]
    mixed = [*events, *random.choices(events, k=5)]
    random.shuffle(mixed)
    put_to = {"first": "2026-01-20", "last": "2026-01-20"}
    whole = landed(put(LIQUIDATIONS, tape(*events), **put_to))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(liquidations, "PAGE", limit)
        patched.setattr(liquidations, "PAGES", 100)
        rows = landed(put(LIQUIDATIONS, tape(*mixed), **put_to))
    assert rows.unique().sort(pl.all()).equals(whole.sort(pl.all()))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({5: 0}, "amount_coin: not zero"),
        ({5: "some"}, "amount_coin: unparsable"),
        ({1: None}, "position_id: missing"),
        ({2: "noon"}, "happened_at: missing"),
        ({4: None}, "symbol: missing"),
        ({8: 2}, "is_match: within 0 to 1"),
        ({4: None, 11: -1}, "acquired_price: positive"),
    ],
)
def test_an_event_that_cannot_be_is_quarantined(changed, reason):
    ((whole),) = event(ms("2026-02-01T10:00"))
    broken = [changed.get(at_position, cell) for at_position, cell in enumerate(whole)]
    request = put(LIQUIDATIONS, ScriptedVenues(lambda url, params: [[broken]]))
    done = conformed(request, fetched(request))
    assert done.rows.is_empty()
    assert reason in done.quarantined["reason"][0]


# --- refusals


@pytest.mark.parametrize("feed", [STATUS, LIQUIDATIONS])
@pytest.mark.parametrize("body", [{"rows": []}, ["row"], "rows", None])
def test_an_answer_of_another_shape_is_refused_with_what_came(feed, body):
    with pytest.raises(RequestRefused, match=r"expected a list of rows, got .*\(api-pub.bitfinex.com/v2/"):
        fetched(put(feed, ScriptedVenues(lambda url, params: body)))


def test_events_that_are_no_arrays_are_refused():
    with pytest.raises(RequestRefused, match="expected lists of events"):
        fetched(put(LIQUIDATIONS, ScriptedVenues(lambda url, params: [["pos", 1, 2]])))


def test_an_error_of_the_venue_is_no_row():
    with pytest.raises(RequestRefused, match="code 10020: symbol: invalid"):
        fetched(put(STATUS, ScriptedVenues(lambda url, params: ["error", 10020, "symbol: invalid"])))


@pytest.mark.parametrize("status", [200, 429, 500])
def test_being_asked_too_often_is_waited_out_for_a_minute_whatever_the_http_status(relay, api_samples, status):
    body = (api_samples / "bitfinex/error_ratelimit.json").read_text()
    relay.answers(liquidations.URL, Response(body, status=status), "[]")
    assert api.API.page(relay.session, liquidations.URL, {}, row=list).rows == []
    (pause,) = relay.pauses
    assert pause >= 60


def test_a_symbol_refused_with_http_500_costs_no_other(relay):
    relay.answers(liquidations.URL, Response('["error", 10020, "symbol: invalid"]', status=500))
    with pytest.raises(RequestRefused, match="code 10020: symbol: invalid"):
        api.API.page(relay.session, liquidations.URL, {}, row=list)


def test_liquidations_have_their_own_limit_beside_that_of_the_host(httpserver):
    """Three a minute for the path, which must not slow down the rest of the host."""
    hosts = load_catalogue().hosts
    assert (hosts[liquidations.LIMITED].per_minute, hosts[api.API.host].per_minute) == (3, 60)
    session = MarketSession(Market.parse(httpserver.url_for("/")), hosts)
    limiter = session._session.get_adapter(liquidations.URL).limiter
    other = session._session.get_adapter(feeds.STATUS.endpoint.url.format(symbol=BTC)).limiter
    session.close()
    assert limiter is not other


# --- recorded samples


def test_the_history_and_the_present_have_the_same_fields_one_place_apart(api_samples):
    (past,), (now,) = (
        json.loads((api_samples / f"bitfinex/status_deriv_{which}.json").read_text()) for which in ("hist", "current")
    )
    for published, shift in ((past, 0), (now, 1)):
        typed = landed(put(STATUS, ScriptedVenues(lambda url, params, sent=published: [sent]))).row(0, named=True)
        assert typed["snapshot_at"].replace(tzinfo=UTC).timestamp() * 1000 == published[shift]
        assert typed["open_interest_coin"] == published[17 + shift] > 1000
        assert typed["funding_rate"] == published[11 + shift]
        assert typed["mark_price"] == published[14 + shift]
        assert timedelta(0) < typed["next_funding_at"] - typed["snapshot_at"] <= timedelta(hours=8)


def test_the_recorded_execution_keeps_its_side_and_its_price(api_samples):
    body = json.loads((api_samples / "bitfinex/liquidations_hist.json").read_text())
    ((published,),) = body
    frame = liquidations.FIELDS.frame(liquidations.events(body), Instrument(BTC, "BTC", "perpetual"))
    batch = Batch(frame, ())
    typed = conformed(put(LIQUIDATIONS, tape()), [batch]).rows.row(0, named=True)
    assert (typed["symbol"], typed["position_id"]) == (published[4], published[1])
    assert (typed["amount_coin"], typed["acquired_price"]) == (-8.0, published[11])
    assert typed["base_price"] == published[6] != typed["acquired_price"]
    assert (typed["is_match"], typed["is_market_sold"]) == (1, 1)
