"""Gate's liquidations: an hour a request, and nothing cut off in silence."""

from datetime import datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.catalogue import load_catalogue
from ingest.coverage import Coverage, Part
from ingest.errors import VenueFailing
from ingest.venues.gate import api, feeds
from ingest.windows import Window
from tests.ingest.scripted_venues import ScriptedVenues, at, fetched, landed
from tests.ingest.venues.gate.gate_answers import (
    BTC,
    LAST_DAY,
    LIQUIDATIONS,
    PERPETUAL,
    Gate,
    liquidation,
    put,
    seconds,
)
from tests.properties import examples


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


def test_165_contracts_below_zero_are_a_short_of_0_0165_coins():
    sizes = {i.symbol: i.contract_size for i in load_catalogue().instruments[LIQUIDATIONS]}
    fields = feeds.ORDERS.fields
    (contracts,) = fields.frame([liquidation(seconds("2026-02-01"), -165)], PERPETUAL)["position_contracts"]
    assert float(contracts) * sizes[BTC] == pytest.approx(-0.0165)
    assert sizes == {"BTC_USDT": 0.0001, "ETH_USDT": 0.01, "SOL_USDT": 1.0}
