"""Gate: both shapes of its statistics, 180 days, an hour of liquidations a request, and nothing cut off in silence."""

import json
from datetime import datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug import Response

from ingest.catalogue import load_catalogue
from ingest.coverage import Coverage, Part
from ingest.errors import RequestRefused, VenueFailing
from ingest.feed import Batch
from ingest.feeds import feed_named
from ingest.fetch.questions import Question
from ingest.instrument import Instrument
from ingest.landing import Landing
from ingest.pull import pull
from ingest.venues.gate import api, liquidations
from ingest.windows import Window
from tests.ingest.scripted_venues import ScriptedVenues, asking, at, conformed, days, fetched, landed
from tests.properties import examples

STATS, LIQUIDATIONS, FUNDING = "gate_contract_stats", "gate_liquidations", "gate_funding"
HOURLY_STATS = "gate_hourly_contract_stats"
BTC = "BTC_USDT"
PERPETUAL = Instrument(BTC, "BTC", "perpetual")
STATS_FIELDS = feed_named(STATS).fetch.fields
LAST_DAY = days("2026-02-01", "2026-02-01")  # now is 2026-02-02T04:00


def seconds(text: str) -> int:
    return int(at(text).timestamp())


def put(feed: str, venues: ScriptedVenues, first="2026-01-30", last="2026-02-01", **more):
    return asking(feed, venues, days(first, last), **{"symbols": (BTC,), **more})


def day(text: str, **changed: object) -> dict:
    """A row of 2026: sizes as text, amounts in USD as numbers."""
    return {
        "time": seconds(text), "open_interest": "5000", "open_interest_usd": 35000.5, "mark_price": 70001,
        "long_liq_size": "30", "long_liq_amount": 0.003, "long_liq_usd": 209.5, "long_liq_usd_new": 210,
        "short_liq_size": "0", "short_liq_amount": 0, "short_liq_usd": 0, "short_liq_usd_new": 0.0,
        "lsr_account": 1.5, "lsr_taker": 0.9, "top_lsr_account": 1.1, "top_lsr_size": "1.2",
        "long_users": 40, "short_users": 50, **changed,
    }  # fmt: skip


def old_shape(row: dict) -> dict:
    """The same row as earlier years sent it: text throughout, and the fields of 2026 not there."""
    later = {"long_liq_usd_new", "short_liq_usd_new", "long_users", "short_users"}
    return {name: str(value) for name, value in row.items() if name not in later}


def liquidation(time: int, size: int = 5, contract: str = BTC, **changed: object) -> dict:
    return {"contract": contract, "time": time, "size": size, "order_price": "70100", "fill_price": "70000", "left": 0,
            **changed}  # fmt: skip


class Gate(ScriptedVenues):
    """Answers as the venue does: `from` and `to` included, at most `limit` rows, newest first."""

    def __init__(self, *rows: dict, stamp: str = "time") -> None:
        def answer(url: str, params: dict) -> list[dict]:
            held = [r for r in rows if params["from"] <= int(r[stamp]) <= params.get("to", 10**12)]
            return sorted(held, key=lambda r: -int(r[stamp]))[: params["limit"]]

        super().__init__(answer)


# --- contract_stats


def test_a_day_has_open_interest_and_both_sides_in_three_units():
    row = landed(put(STATS, Gate(day("2026-01-31")))).row(0, named=True)
    assert row == {
        "symbol": BTC, "open_at": datetime(2026, 1, 31), "open_interest_contracts": 5000.0,
        "open_interest_usd": 35000.5, "mark_price": 70001.0, "long_contracts": 30.0, "short_contracts": 0.0,
        "long_coin": 0.003, "short_coin": 0.0, "long_usd": 209.5, "short_usd": 0.0, "long_at_mark_usd": 210.0,
        "short_at_mark_usd": 0.0, "account_ratio": 1.5, "taker_ratio": 0.9, "top_trader_account_ratio": 1.1,
        "top_trader_position_ratio": 1.2, "long_holder_count": 40, "short_holder_count": 50,
    }  # fmt: skip


def test_the_older_shape_is_the_same_row_without_what_it_does_not_have():
    new, old = (landed(put(STATS, Gate(row))) for row in (day("2026-01-31"), old_shape(day("2026-01-31"))))
    later = ["long_at_mark_usd", "short_at_mark_usd", "long_holder_count", "short_holder_count"]
    assert old.drop(later).equals(new.drop(later))
    assert old.select(later).row(0) == (None,) * 4


def test_stamps_in_milliseconds_are_the_same_days():
    rows = [day("2026-01-30"), day("2026-01-31")]
    late = [{**row, "time": row["time"] * 1000} for row in rows]
    found = [landed(put(STATS, ScriptedVenues(lambda url, params, sent=sent: sent))) for sent in (rows, late)]
    assert found[0]["open_at"].to_list() == [datetime(2026, 1, 30), datetime(2026, 1, 31)]
    assert found[1].equals(found[0])


def test_no_more_than_the_venue_keeps_is_asked_for():
    venues = Gate(day("2025-09-01"))
    landed(put(STATS, venues, "2025-01-01"))
    ((url, params),) = venues.asked
    assert url == "https://api.gateio.ws/api/v4/futures/usdt/contract_stats"
    assert params == {"contract": BTC, "interval": "1d", "limit": 1000, "from": seconds("2025-08-07T04:00")}
    venues = Gate()
    assert fetched(put(STATS, venues, "2025-01-01", "2025-03-01")) == []
    assert venues.asked == []


def test_days_outside_of_what_was_asked_for_are_left_out():
    venues = Gate(*(day(f"2026-01-{n}") for n in (30, 31)), day("2026-02-01"), day("2026-02-02"))
    request = put(STATS, venues, "2026-01-30", "2026-01-30")
    assert landed(request)["open_at"].to_list() == [datetime(2026, 1, 30)]


def test_the_running_day_is_dropped_and_asked_for_again():
    rows = day("2026-01-31"), day("2026-02-01"), day("2026-02-02")
    request = put(STATS, Gate(*rows), "2026-01-31", "2026-02-02")
    assert landed(request)["open_at"].max() == datetime(2026, 2, 1)
    assert request.held.missing(BTC, request.window) == [days("2026-02-02", "2026-02-02")]


def hours(first: str, count: int) -> list[dict]:
    return [{**day(first), "time": seconds(first) + 3600 * n} for n in range(count)]


def test_an_hour_has_what_a_day_has():
    (row,) = landed(put(HOURLY_STATS, Gate(day("2026-01-31T10:00")))).rows(named=True)
    (whole,) = landed(put(STATS, Gate(day("2026-01-31")))).rows(named=True)
    assert row == {**whole, "open_at": datetime(2026, 1, 31, 10)}


def test_the_hours_of_the_last_nine_days_are_one_request_and_the_running_hour_is_dropped():
    venues = Gate(*hours("2026-01-23", 247))
    request = put(HOURLY_STATS, venues, "2025-12-01", "2026-02-02", now="2026-02-02T06:20")
    rows = landed(request)
    assert (rows["open_at"].min(), rows["open_at"].max()) == (datetime(2026, 1, 24), datetime(2026, 2, 2, 5))
    ((url, params),) = venues.asked
    assert url == "https://api.gateio.ws/api/v4/futures/usdt/contract_stats"
    assert params == {"contract": BTC, "interval": "1h", "limit": 1000, "from": seconds("2026-01-24")}
    later = put(HOURLY_STATS, venues, "2026-01-31", "2026-02-02", now="2026-02-02T07:02", held=request.held)
    fetched(later)
    assert [params["from"] for _, params in venues.asked[1:]] == [seconds("2026-02-02T06:00")]


def test_hours_that_are_cut_off_at_fewer_than_were_asked_for_are_continued():
    rows = hours("2026-01-30", 76)

    def answer(url: str, params: dict) -> list[dict]:
        return [row for row in rows if row["time"] >= params["from"]][:30]

    request = put(HOURLY_STATS, ScriptedVenues(answer), last="2026-02-01")
    assert landed(request)["open_at"].to_list() == [datetime(2026, 1, 30) + timedelta(hours=n) for n in range(72)]
    assert request.held.missing(BTC, request.window) == []


def test_an_hour_that_the_venue_lacks_is_asked_for_again():
    rows = [row for row in hours("2026-02-01", 24) if row["time"] != seconds("2026-02-01T20:00")]
    request = put(HOURLY_STATS, Gate(*rows), "2026-02-01")
    assert landed(request).height == 23
    missing = Window(at("2026-02-01T20:00"), at("2026-02-01T21:00"))
    assert request.held.missing(BTC, request.window) == [missing]


# --- liq_orders


def test_above_zero_is_a_long_and_165_contracts_below_it_are_a_short():
    rows = landed(put(LIQUIDATIONS, Gate(liquidation(seconds("2026-02-01T10:00:05"), -165))))
    assert rows.row(0) == (BTC, datetime(2026, 2, 1, 10, 0, 5), -165.0, 70100.0, 70000.0, 0.0)


def test_liquidations_are_asked_for_by_the_hour_and_only_for_the_last_days():
    venues = Gate(liquidation(seconds("2026-02-01T23:00")))
    landed(put(LIQUIDATIONS, venues, "2025-02-01"))
    windows = [(params["from"], params["to"]) for _, params in venues.asked]
    first = seconds("2026-01-31")
    assert windows == [(first + 3600 * n, first + 3600 * n + 3599) for n in range(48)]


def test_what_a_stop_has_missed_is_made_up_for_newest_first_and_not_in_one_run():
    """Held since November, with a hole of twenty days before the last two."""
    events = [liquidation(seconds("2026-01-12T12:00") + 7200 * n, n + 1) for n in range(245)]
    earlier = Window(at("2025-11-20"), at("2026-01-12"))
    request = put(LIQUIDATIONS, Gate(*events), "2025-02-01", held=Coverage([Part(BTC, "rest", earlier, 9)]))
    rows = landed(request)
    assert rows["happened_at"].min() == datetime(2026, 1, 21)
    assert request.notes == ["BTC_USDT: 2026-01-12 to 2026-01-21 is for later runs"]
    again = put(LIQUIDATIONS, Gate(*events), "2025-02-01", held=request.held)
    assert landed(again)["happened_at"].min() == datetime(2026, 1, 12, 12)
    assert again.notes == []


def test_hours_after_the_last_liquidation_are_asked_for_again_while_the_venue_may_be_late():
    request = put(LIQUIDATIONS, Gate(liquidation(seconds("2026-02-01T22:30"))))
    fetched(request)
    assert request.held.missing(BTC, LAST_DAY) == [Window(at("2026-02-01T22:30"), LAST_DAY.end)]


@pytest.mark.parametrize(("count", "spread"), [(2500, 3600), (1800, 2)])
def test_an_hour_with_more_liquidations_than_an_answer_holds_comes_whole(count, spread):
    start = seconds("2026-02-01T10:00")
    events = [liquidation(start + n % spread, n + 1) for n in range(count)]
    rows = landed(put(LIQUIDATIONS, Gate(*events), "2026-02-01"))
    assert sorted(rows["position_contracts"]) == [float(n + 1) for n in range(count)]


def test_more_than_an_answer_holds_in_one_second_is_said_and_not_taken_for_everything():
    events = [liquidation(seconds("2026-02-01T10:00"), n + 1) for n in range(1001)]
    request = put(LIQUIDATIONS, Gate(*events), "2026-02-01")
    with pytest.raises(VenueFailing, match=r"1000 rows of BTC_USDT in one second \(api.gateio.ws/.*liq_orders\)"):
        fetched(request)
    assert request.held.missing(BTC, LAST_DAY) == [LAST_DAY]


def test_liquidations_of_another_contract_are_not_taken_for_this_ones():
    other = liquidation(seconds("2026-02-01T10:00"), contract="ETH_USDT")
    assert landed(put(LIQUIDATIONS, ScriptedVenues(lambda url, params: [other]))).is_empty()


# --- funding


def test_a_settlement_is_floored_to_its_hour_and_the_one_at_midnight_belongs_to_the_day_before():
    rows = [{"t": seconds("2026-02-01T16:00") + 1, "r": "-0.00002"}, {"t": seconds("2026-02-02") + 1, "r": "0.0001"}]
    request = put(FUNDING, Gate(*rows, stamp="t"))
    assert landed(request).sort("settled_at").rows() == [
        (BTC, datetime(2026, 2, 1, 16), -0.00002), (BTC, datetime(2026, 2, 2), 0.0001),
    ]  # fmt: skip
    assert request.held.of(BTC, "rest") == [Window(at("2026-02-01T16:00"), at("2026-02-02T01:00"))]


def test_an_answer_that_is_cut_off_at_fewer_rows_than_were_asked_for_is_continued():
    hours = [{"t": seconds("2026-01-02") + 3600 * n, "r": "0.0001"} for n in range(27 * 24 + 1)]

    class Capped(Gate):
        def get_json(self, url, params=None, **more):
            return super().get_json(url, {**(params or {}), "limit": 90}, **more)

    request = put(FUNDING, Capped(*hours, stamp="t"), "2026-01-02", "2026-01-28")
    assert landed(request)["settled_at"].n_unique() == len(hours)
    assert request.held.missing(BTC, request.wanted) == []


def test_funding_is_asked_for_with_both_ends_at_most_30_days_apart():
    venues = Gate(stamp="t")
    fetched(put(FUNDING, venues, "2025-12-01"))
    asked = [(params["from"], params["to"]) for _, params in venues.asked]
    assert asked[0][0] == seconds("2025-12-01")
    assert asked[-1][1] == seconds("2026-02-02T01:00") - 1
    assert all(end - start < 30 * 86400 for start, end in asked)
    assert [end + 1 for _, end in asked[:-1]] == [start for start, _ in asked[1:]]


# --- what is no row, and refusals


@pytest.mark.parametrize(
    ("feed", "row", "reason"),
    [
        (STATS, day("2026-01-31", open_interest="0"), "open_interest_contracts: positive"),
        (STATS, day("2026-01-31", long_liq_size="-1"), "long_contracts: not negative"),
        (STATS, day("2026-01-31", open_interest_usd=None), "open_interest_usd: missing"),
        (STATS, day("2100-01-01"), "open_at: absurd timestamp"),
        (LIQUIDATIONS, liquidation(seconds("2026-02-01"), 0), "position_contracts: not zero"),
        (LIQUIDATIONS, liquidation(seconds("2026-02-01"), fill_price="dear"), "fill_price: unparsable"),
        (LIQUIDATIONS, liquidation(seconds("2026-02-01"), contract=None), "symbol: missing"),
        (FUNDING, {"t": seconds("2026-02-01"), "r": "0.2"}, "funding_rate: within -0.1 to 0.1"),
        (FUNDING, {"t": "noon", "r": "0.0001"}, "settled_at: missing"),
    ],
)
def test_a_row_that_cannot_be_is_quarantined(feed, row, reason):
    request = put(feed, ScriptedVenues(lambda url, params: [row]), "2026-02-01")
    done = conformed(request, fetched(request))
    assert done.rows.is_empty()
    assert reason in done.quarantined["reason"][0]


@pytest.mark.parametrize("feed", [STATS, HOURLY_STATS, LIQUIDATIONS, FUNDING])
@pytest.mark.parametrize("body", [{"rows": []}, [[1, 2]], "rows", None])
def test_an_answer_of_another_shape_is_refused_with_what_came(feed, body):
    with pytest.raises(RequestRefused, match=r"expected a list of rows, got .*\(api.gateio.ws/api/v4/futures/usdt/"):
        fetched(put(feed, ScriptedVenues(lambda url, params: body)))


def test_a_contract_that_the_venue_does_not_have_costs_that_contract_alone(tmp_path):
    def answer(url, params):
        if params["contract"] == "NONE_USDT":
            return {"label": "CONTRACT_NOT_FOUND", "message": "no such contract"}
        return [day("2026-01-31")]

    request = put(STATS, ScriptedVenues(answer), symbols=("NONE_USDT", BTC))
    pulled = pull(request, Landing(tmp_path))
    assert (pulled.rows, pulled.skipped) == (1, None)
    assert "NONE_USDT: CONTRACT_NOT_FOUND: no such contract" in pulled.notes[0]


@pytest.mark.parametrize("feed", [STATS, HOURLY_STATS, FUNDING])
def test_an_empty_answer_covers_nothing(feed):
    request = put(feed, Gate())
    assert landed(request).is_empty()
    assert request.held.missing(BTC, request.window) == [request.window]


@examples(30)
@given(
    st.lists(st.integers(0, 86399), min_size=1, max_size=40, unique=True),
    st.randoms(use_true_random=False),
    st.integers(7, 20),
)
def test_order_repetition_and_the_size_of_answers_change_no_liquidation(times, random, limit):
    events = [liquidation(seconds("2026-02-01") + time, n + 1) for n, time in enumerate(times)]
    mixed = [*events, *random.choices(events, k=5)]
    random.shuffle(mixed)

    def answer(url, params):
        return [row for row in mixed if params["from"] <= row["time"] <= params["to"]][:limit]

    whole = landed(put(LIQUIDATIONS, Gate(*events), "2026-02-01"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(api, "PAGE", limit)
        rows = landed(put(LIQUIDATIONS, ScriptedVenues(answer), "2026-02-01"))
    assert rows.sort(pl.all()).equals(whole.sort(pl.all()))


# --- recorded samples


def test_the_recorded_row_of_an_earlier_year_keeps_its_values(api_samples):
    (published,) = json.loads((api_samples / "gate/contract_stats.json").read_text())
    frame = STATS_FIELDS.frame([published], PERPETUAL)
    typed = conformed(put(STATS, Gate()), [Batch(frame, ())]).rows.row(0, named=True)
    assert typed["open_at"] == datetime(1970, 1, 1) + timedelta(seconds=int(published["time"]))
    for name, column in STATS_FIELDS.columns.items():
        assert typed[column] == (float(published[name]) if name in published else None), name


def test_the_shape_of_2026_keeps_its_values_and_its_sides(api_samples):
    (published,) = json.loads((api_samples / "gate/contract_stats_2026_union_shape.json").read_text())
    frame = STATS_FIELDS.frame([published], PERPETUAL)
    typed = conformed(put(STATS, Gate()), [Batch(frame, ())]).rows.row(0, named=True)
    for name, column in STATS_FIELDS.columns.items():
        assert typed[column] == float(published[name]), name
    assert typed["long_contracts"] > typed["short_contracts"] > 0


def test_the_recorded_settlement_lies_on_its_hour(api_samples):
    published = json.loads((api_samples / "gate/funding_rate.json").read_text())
    request = put(FUNDING, ScriptedVenues(lambda url, params: published), "2026-07-31", "2026-07-31", now="2026-08-02")
    ((_, settled_at, rate),) = landed(request).rows()
    assert published[0]["t"] % 3600 == 1
    assert settled_at == datetime(1970, 1, 1) + timedelta(seconds=published[0]["t"] - 1)
    assert rate == float(published[0]["r"])


def test_the_recorded_refusal_is_one_line_and_asked_once(relay, api_samples):
    body = (api_samples / "gate/error_retention.json").read_text()
    relay.answers(api.url("contract_stats"), Response(body, status=400))
    with pytest.raises(RequestRefused, match=r"INVALID_PARAM_VALUE: .*\(api.gateio.ws/.*contract_stats\)"):
        api.ask(put(STATS, relay.session), Question(api.url("contract_stats"), PERPETUAL))
    assert len(relay.asked) == 1


def test_165_contracts_below_zero_are_a_short_of_0_0165_coins():
    sizes = {i.symbol: i.contract_size for i in load_catalogue().instruments[LIQUIDATIONS]}
    fields = liquidations.ORDERS.fields
    (contracts,) = fields.frame([liquidation(seconds("2026-02-01"), -165)], PERPETUAL)["position_contracts"]
    assert float(contracts) * sizes[BTC] == pytest.approx(-0.0165)
    assert sizes == {"BTC_USDT": 0.0001, "ETH_USDT": 0.01, "SOL_USDT": 1.0}
