"""Deribit liquidations: who was closed follows from maker or taker and direction; the tape comes from two hosts."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import RequestRefused
from ingest.windows import Window
from tests.ingest.scripted_venues import ScriptedVenues, asking, at, conformed, days, fetched, landed, ms, parts_of
from tests.properties import examples

FEED, SYMBOL = "deribit_liquidations", "BTC-PERPETUAL"
WWW, HISTORY = (
    f"https://{host}.deribit.com/api/v2/public/get_last_trades_by_instrument_and_time" for host in ("www", "history")
)
MINUTES = 60_000


def trade(number: int, stamp: int, party: str | None = None, direction: str = "sell", **more: object) -> dict:
    forced = {"liquidation": party} if party else {}
    return {"trade_id": str(number), "trade_seq": number, "timestamp": stamp, "direction": direction, "amount": 1500.0,
            "price": 79_000.5, "index_price": 79_010.25, "instrument_name": SYMBOL, **forced, **more}  # fmt: skip


class Tape:
    """The venue: trades of a time span in pages, both ends included, from whichever of its hosts is asked."""

    def __init__(self, *trades: dict, page: int = 10_000) -> None:
        self.trades, self.page = sorted(trades, key=lambda t: t["timestamp"]), page

    def __call__(self, url: str, params: dict) -> dict:
        found = [t for t in self.trades if params["start_timestamp"] <= t["timestamp"] <= params["end_timestamp"]]
        size = min(self.page, params["count"])
        return {"result": {"trades": found[:size], "has_more": len(found) > size}}


def quiet_day(day: str, *forced: dict) -> list[dict]:
    """A trade every half hour, none of them forced, and the forced ones."""
    return [*(trade(n, ms(day) + n * 30 * MINUTES) for n in range(48)), *forced]


def put(answer, first="2026-01-30", last="2026-01-30", **more):
    venues = answer if isinstance(answer, ScriptedVenues) else ScriptedVenues(answer)
    return asking(FEED, venues, days(first, last), **{"symbols": (SYMBOL,), **more})


# --- sides


@pytest.mark.parametrize(
    ("party", "direction", "closed"),
    [
        ("T", "sell", ["long"]),
        ("T", "buy", ["short"]),
        ("M", "buy", ["long"]),
        ("M", "sell", ["short"]),
        ("MT", "sell", ["long", "short"]),
        ("MT", "buy", ["long", "short"]),
    ],
)
def test_the_side_is_that_of_the_position_that_was_closed(party, direction, closed):
    rows = landed(put(Tape(trade(7, ms("2026-01-30T12:00"), party, direction))))
    assert rows["position_side"].sort().to_list() == closed
    assert rows["amount_contracts"].to_list() == [1500.0] * len(closed)


def test_a_forced_trade_becomes_a_typed_row_and_others_none():
    rows = landed(put(Tape(*quiet_day("2026-01-30", trade(900, ms("2026-01-30T12:00") + 5, "M", "buy")))))
    assert rows.rows(named=True) == [
        {
            "symbol": SYMBOL, "trade_id": "900", "position_side": "long",
            "happened_at": datetime(2026, 1, 30, 12, 0, 0, 5000), "liquidation": "M", "direction": "buy",
            "amount_contracts": 1500.0, "price": 79_000.5, "index_price": 79_010.25,
        }
    ]  # fmt: skip


@pytest.mark.parametrize("blank", [None, "", "none"])
def test_a_trade_with_a_blank_mark_is_not_forced(blank):
    assert landed(put(Tape(trade(7, ms("2026-01-30T12:00"), liquidation=blank)))).is_empty()


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"liquidation": "X"}, "position_side: missing"),
        ({"direction": "zero"}, "position_side: missing"),
        ({"liquidation": ["T"]}, "position_side: missing"),
        ({"amount": -5}, "amount_contracts: positive"),
        ({"price": "much"}, "price: unparsable"),
    ],
)
def test_a_forced_trade_that_cannot_be_is_quarantined(more, reason):
    request = put(Tape(trade(7, ms("2026-01-30T12:00"), "T") | more))
    done = conformed(request, fetched(request))
    assert done.rows.is_empty()
    assert reason in done.quarantined["reason"].item()


# --- the tape


def test_the_last_hours_come_from_one_host_and_what_is_older_from_the_other():
    venues = ScriptedVenues(Tape(*quiet_day("2026-01-31"), *quiet_day("2026-02-01")))
    request = put(venues, "2026-01-31", "2026-02-01", now="2026-02-02T00:30")
    fetched(request)
    asked = [(url, p["start_timestamp"], p["end_timestamp"] + 1, p["count"]) for url, p in venues.asked]
    assert asked == [
        (WWW, ms("2026-02-01T12:30"), ms("2026-02-02"), 1000),
        (HISTORY, ms("2026-01-31"), ms("2026-02-01"), 10_000),
        (HISTORY, ms("2026-02-01"), ms("2026-02-01T12:30"), 10_000),
    ]
    assert [p.get("include_old") for _, p in venues.asked] == [None, "true", "true"]
    assert request.held.missing(SYMBOL, request.window) == []


def test_a_tape_older_than_a_week_is_not_asked_for():
    venues = ScriptedVenues(Tape())
    request = put(venues, "2025-01-01", "2026-02-01", now="2026-02-02T04:00")
    fetched(request)
    assert min(p["start_timestamp"] for _, p in venues.asked) == ms("2026-01-26")


def test_a_day_without_a_forced_trade_is_covered_by_its_other_trades():
    request = put(Tape(*quiet_day("2026-01-30")))
    (part,) = parts_of(fetched(request))
    assert (part.rows, part.window) == (0, request.window)


def test_a_tape_that_falls_silent_is_asked_for_again_from_there():
    request = put(Tape(*(t for t in quiet_day("2026-02-01") if t["timestamp"] <= ms("2026-02-01T20:00"))),
                  "2026-02-01", "2026-02-01", now="2026-02-02T00:30")  # fmt: skip
    fetched(request)
    assert request.held.missing(SYMBOL, request.window) == [Window(at("2026-02-01T20:00"), at("2026-02-02"))]


def test_no_trade_at_all_covers_nothing():
    request = put(Tape())
    fetched(request)
    assert request.held.missing(SYMBOL, request.window) == [request.window]


def test_a_tape_that_has_more_and_does_not_go_on_is_refused():
    def stuck(url, params):
        return {"result": {"trades": [trade(1, ms("2026-01-30"))], "has_more": True}}

    with pytest.raises(RequestRefused, match="does not go on"):
        fetched(put(stuck))


@pytest.mark.parametrize("result", [[], {"trades": None}, {"trades": [1]}, None])
def test_an_answer_of_another_shape_is_refused(result):
    with pytest.raises(RequestRefused, match=r"expected trades.*get_last_trades_by_instrument_and_time"):
        fetched(put(lambda url, params: {"result": result}))


@examples(20)
@given(st.lists(st.integers(0, 24 * 60 - 1), min_size=1, max_size=12, unique=True), st.integers(3, 9), st.randoms())
def test_pages_order_and_duplicates_change_no_row(minutes, page, chance):
    forced = [
        trade(2 * n + one, ms("2026-01-30") + n * MINUTES + 7, chance.choice(["M", "T", "MT"]))
        for n in minutes
        for one in (0, 1)  # two in one millisecond, which a page may part
    ]
    tape = Tape(*quiet_day("2026-01-30", *forced), page=page)

    def restless(url, params):
        result = tape(url, params)["result"]
        doubled = [*result["trades"], *result["trades"]]
        chance.shuffle(doubled)
        return {"result": {**result, "trades": doubled}}

    def rows(answer):
        done = conformed(request := put(answer), fetched(request))
        assert done.quarantined.is_empty()
        return done.rows.sort("trade_id", "position_side"), request.held.missing(SYMBOL, request.window)

    (paged, left), (whole, none) = rows(restless), rows(Tape(*tape.trades))
    assert paged.equals(whole)
    assert left == none == []


# --- recorded samples


def test_both_recorded_trades_closed_longs(api_samples):
    message = json.loads((api_samples / "deribit/trades_with_liquidation.json").read_text())
    published = message["params"]["data"]
    first = datetime.fromtimestamp(published[0]["timestamp"] / 1000, UTC)
    day = first.date().isoformat()
    now = f"{first + timedelta(days=3):%Y-%m-%dT%H:%M}"
    kept = landed(put(Tape(*published), day, day, now=now))
    assert kept["position_side"].to_list() == ["long", "long"]
    assert kept["amount_contracts"].to_list() == [1120.0, 2500.0]  # USD
    assert kept["price"].to_list() == [one["price"] for one in published]
