"""OKX liquidations: a sell closes a long, sizes in contracts, and what is kept for 24 hours only."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug import Response

from ingest.errors import RequestRefused
from ingest.windows import Window, milliseconds
from tests.ingest.scripted_venues import ScriptedVenues, at, conformed, fetched, landed, ms, parts_of
from tests.ingest.venues.okx.okx_answers import (
    HOUR,
    LIQUIDATIONS,
    NOON,
    NOW,
    SYMBOL,
    URL,
    answering,
    contract,
    event,
    events_before,
    group,
    put,
    sample,
)


@pytest.mark.parametrize(
    ("side", "published", "closed"),
    [
        ("sell", "long", "long"),
        ("buy", "short", "short"),
        ("sell", "net", "long"),
        ("buy", "net", "short"),
        ("sell", "", "long"),
        ("buy", "", "short"),
    ],
)
def test_a_sell_closes_a_long_and_a_buy_a_short(side, published, closed):
    rows = landed(put(LIQUIDATIONS, answering(group(event(NOON, side, published)))))
    assert rows.rows() == [(SYMBOL, datetime(2026, 2, 1, 12), side, closed, 50.0, 79000.5)]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (event(NOON, "sell", "short"), "position_side: missing"),
        (event(NOON, "buy", "long"), "position_side: missing"),
        (event(NOON, "close"), "order_side: none of buy, sell"),
        (event(NOON, size="0"), "contracts: positive"),
        (event(NOON, price=""), "bankruptcy_price: missing"),
    ],
)
def test_an_event_that_cannot_be_is_quarantined(broken, reason):
    request = put(LIQUIDATIONS, answering(group(broken)))
    done = conformed(request, fetched(request))
    assert done.rows.is_empty()
    assert reason in done.quarantined["reason"].item()


def test_the_last_24_hours_are_asked_for_whatever_the_window():
    """The hours after midnight belong to no window yet, and are gone when the next one is asked for."""
    tonight = ms("2026-02-02T03:59:59")
    venues = answering(group(event(tonight), event(NOON)))
    rows = landed(put(LIQUIDATIONS, venues, "2025-01-01", "2025-01-02", now=NOW))
    assert rows["happened_at"].to_list() == [datetime(2026, 2, 2, 3, 59, 59), datetime(2026, 2, 1, 12)]
    assert venues.asked[0] == (
        f"{URL}/public/liquidation-orders",
        {"instType": "SWAP", "state": "filled", "uly": "BTC-USDT", "after": ms(NOW) + 1, "limit": 100},
    )


def test_contracts_of_another_size_under_the_same_underlying_are_left_out():
    mixed = [
        group(event(NOON, size="7"), symbol="BTC-USD-SWAP"),
        group(event(NOON, size="9"), symbol="BTC-USD_UM-SWAP"),
    ]
    rows = landed(put(LIQUIDATIONS, answering(*mixed), symbols=("BTC-USD-SWAP",)))
    assert rows["contracts"].to_list() == [7.0]


def test_a_page_that_ends_within_a_millisecond_loses_none_of_its_events():
    events = [event(NOON + n // 3, size=str(n + 1)) for n in range(250)]
    venues = ScriptedVenues(events_before(events))
    assert sorted(landed(put(LIQUIDATIONS, venues))["contracts"]) == [float(n + 1) for n in range(250)]


def test_a_poll_answers_for_what_lies_between_its_first_and_its_last_event():
    request = put(LIQUIDATIONS, answering(group(event(NOON + 5000), event(NOON))), now=NOW)
    (part,) = parts_of(fetched(request))
    noon = at("2026-02-01T12:00")
    assert part.window == Window(noon, noon + timedelta(seconds=5, milliseconds=1))


def test_the_next_poll_asks_for_no_more_than_what_came_since():
    events = [event(ms(NOW) - n * HOUR // 10, size=str(n + 1)) for n in range(239)]
    request = put(LIQUIDATIONS, ScriptedVenues(events_before(events)), now=NOW)
    fetched(request)
    later = "2026-02-02T05:00"
    fresh = event(ms("2026-02-02T04:30"), size="900")
    venues = ScriptedVenues(events_before([fresh, *events]))
    assert 900.0 in landed(put(LIQUIDATIONS, venues, now=later, held=request.held))["contracts"].to_list()
    assert len(venues.asked) == 2  # since the last event, and the hour that has left the 24 since


@pytest.mark.parametrize("groups", [[{"instId": SYMBOL}], [{"details": [1]}], [[]], "none"])
def test_an_answer_without_details_is_refused(groups):
    with pytest.raises(RequestRefused, match="expected"):
        fetched(put(LIQUIDATIONS, ScriptedVenues(lambda url, params: {"code": "0", "data": groups})))


@pytest.mark.parametrize(
    ("body", "said"),
    [('{"code": "50001", "msg": "gone", "data": []}', "code 50001: gone"), ("<html>", "HTTP 404: not JSON")],
)
def test_an_endpoint_that_is_gone_is_asked_once_and_called_retired(relay, body, said):
    relay.answers(f"{URL}/public/liquidation-orders", Response(body, status=404))
    with pytest.raises(RequestRefused, match=f"endpoint retired, it seems: {said}.*record them instead"):
        fetched(put(LIQUIDATIONS, relay.session, symbols=(SYMBOL, "ETH-USDT-SWAP")))
    assert len(relay.asked) == 1


def test_an_instrument_that_is_unknown_does_not_retire_the_endpoint():
    refused = RequestRefused("code 51001: no such instrument", host="www.okx.com")
    venues = ScriptedVenues(lambda url, params: refused)
    with pytest.raises(RequestRefused, match=r"^code 51001"):
        fetched(put(LIQUIDATIONS, venues, symbols=(SYMBOL, "ETH-USDT-SWAP")))
    assert len(venues.asked) == 2


@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 9)), min_size=1, max_size=40), st.randoms(),
       st.integers(10, 100))  # fmt: skip
def test_order_duplicates_and_the_size_of_pages_change_no_landed_event(found, random, size):
    events = [event(NOON + 60_000 * minute // 60, size=str(contracts)) for minute, contracts in found]
    random.shuffle(events)

    def cut(limit):
        told = events_before(events)
        venues = ScriptedVenues(lambda url, params: told(url, {**params, "limit": limit}))
        return landed(put(LIQUIDATIONS, venues, now=NOW)).sort("happened_at", "contracts")

    whole = cut(100)
    assert whole.height == len(set(found))
    # Pages smaller than the events of one millisecond cannot be told from the last page; none were seen.
    most = max([stamp for stamp, _ in found].count(stamp) for stamp, _ in found)
    assert cut(max(size, most + 1)).equals(whole)


def test_a_thousand_recorded_contracts_are_ten_bitcoin_of_longs(api_samples):
    groups = sample(api_samples, "liquidation_orders.json")
    (published,) = groups[0]["details"]
    stamp = int(published["ts"])
    now = f"{datetime.fromtimestamp(stamp / 1000, UTC) + timedelta(hours=1):%Y-%m-%dT%H:%M}"
    (row,) = landed(put(LIQUIDATIONS, answering(*groups), now=now)).rows(named=True)
    assert milliseconds(row["happened_at"].replace(tzinfo=UTC)) == stamp
    assert (row["position_side"], row["order_side"]) == ("long", published["side"])
    assert row["contracts"] * contract(SYMBOL) == 10.0
    assert row["contracts"] * contract(SYMBOL) * row["bankruptcy_price"] == pytest.approx(635_246)
