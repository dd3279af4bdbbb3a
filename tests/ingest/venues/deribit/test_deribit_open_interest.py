"""Deribit open interest: one snapshot a run, by the venue's clock, never filled in for the past."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from ingest.coverage import Coverage
from ingest.errors import RequestRefused
from ingest.landing import Landing
from ingest.pull import pull
from tests.ingest.scripted_venues import ScriptedVenues, asking, conformed, days, fetched, landed, ms, parts_of

FEED, SYMBOL = "deribit_open_interest", "BTC-PERPETUAL"


def summary(symbol: str = SYMBOL, stamp: str = "2026-02-02T03:59:58", **more: object) -> dict:
    return {"instrument_name": symbol, "creation_timestamp": ms(stamp), "open_interest": 1_125_000_000.0,
            "mark_price": 78_250.5, "volume_usd": 1e9, **more}  # fmt: skip


def put(answer, first="2026-01-01", last="2026-02-01", **more):
    venues = answer if isinstance(answer, ScriptedVenues) else ScriptedVenues(answer)
    return asking(FEED, venues, days(first, last), **{"symbols": (SYMBOL,), **more})


def test_the_present_is_asked_for_once_whatever_the_window():
    venues = ScriptedVenues(lambda url, params: {"result": [summary(params["instrument_name"])]})
    rows = landed(put(venues, symbols=(SYMBOL, "SOL_USDC-PERPETUAL")))
    assert rows["symbol"].to_list() == [SYMBOL, "SOL_USDC-PERPETUAL"]
    assert rows.row(0) == (SYMBOL, datetime(2026, 2, 2, 3, 59, 58), 1_125_000_000.0, 78_250.5)
    assert len(venues.asked) == 2


def test_every_run_adds_an_observation_and_covers_no_day(tmp_path):
    landing, held = Landing(tmp_path), Coverage()
    for now in ("2026-02-02T04:00", "2026-02-03T04:00"):
        answer = ScriptedVenues(lambda url, params, now=now: {"result": [summary(stamp=now)]})
        assert pull(put(answer, now=now, held=held), landing).rows == 1
    assert len(landing.segments([FEED])) == 2
    assert held.missing(SYMBOL, days("2026-02-02", "2026-02-02")) == [days("2026-02-02", "2026-02-02")]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"open_interest": 0}, "open_interest_contracts: positive"),
        ({"open_interest": None}, "open_interest_contracts: missing"),
        ({"creation_timestamp": None}, "snapshot_at: missing"),
    ],
)
def test_a_summary_that_cannot_be_is_quarantined(more, reason):
    request = put(lambda url, params: {"result": [summary(**more)]})
    assert reason in conformed(request, fetched(request)).quarantined["reason"].item()


@pytest.mark.parametrize("result", [summary(), [1], None])
def test_an_answer_of_another_shape_is_refused(result):
    with pytest.raises(RequestRefused, match=r"expected a list of rows.*get_book_summary_by_instrument"):
        fetched(put(lambda url, params: {"result": result}))


# --- recorded samples


def test_the_recorded_summary_keeps_its_value_in_usd(api_samples):
    body = json.loads((api_samples / "deribit/get_book_summary_testnet.json").read_text())
    (row,) = landed(put(lambda url, params: body)).rows(named=True)
    assert row["open_interest_contracts"] == 9_978_911_260.0
    assert row["snapshot_at"] == datetime(2025, 11, 20, 21, 29, 37, 68000)
    assert row["mark_price"] == body["result"][0]["mark_price"]


def test_the_recorded_ticker_has_the_same_figure_under_the_same_name(api_samples):
    """Another message of the venue (WebSocket, mainnet): 1.1 billion are USD, more coins than there are."""
    ticker = json.loads((api_samples / "deribit/ws_ticker.json").read_text())["params"]["data"]
    (row,) = landed(put(lambda url, params: {"result": [{**ticker, "creation_timestamp": ticker["timestamp"]}]})).rows()
    assert row[2] == 1_132_329_370.0


def test_a_snapshot_answers_for_its_moment_alone():
    request = put(lambda url, params: {"result": [summary()]})
    (part,) = parts_of(fetched(request))
    assert (part.window.start, part.window.end, part.rows) == (request.now, request.now, 1)
