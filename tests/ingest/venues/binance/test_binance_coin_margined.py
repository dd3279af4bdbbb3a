"""Binance's coin-margined contracts: what differs from the linear ones, in units, addresses, stamps and windows."""

import csv
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import HostUnreachable
from ingest.feed import Batch
from ingest.feeds import feed_named
from ingest.instrument import Instrument
from ingest.venues.binance.feeds import IN_CONTRACTS
from tests.ingest.scripted_venues import (
    VISION,
    ScriptedVenues,
    asking,
    at,
    conformed,
    days,
    fetched,
    landed,
    ms,
    parts_of,
)

KLINES, FUNDING = "binance_cm_klines", "binance_cm_funding"
OPEN_INTEREST, LIQUIDATIONS = "binance_cm_open_interest", "binance_cm_liquidations"
SYMBOL = "BTCUSD_PERP"
DAY_MS, FIVE_MINUTES_MS = 86_400_000, 300_000
METRICS_HEADER = (
    "create_time,symbol,sum_open_interest,sum_open_interest_value,count_toptrader_long_short_ratio,"
    "sum_toptrader_long_short_ratio,count_long_short_ratio,sum_taker_long_short_vol_ratio\n"
)
BARS_HEADER = (
    "open_time,open,high,low,close,volume,close_time,quote_volume,count,"
    "taker_buy_volume,taker_buy_quote_volume,ignore\n"
)
ORDERS_HEADER = (
    "time,side,order_type,time_in_force,original_quantity,price,average_price,order_status,"
    "last_fill_quantity,accumulated_fill_quantity\n"
)


def archive(cadence: str, kind: str, period: str, folder: str = "", what: str = "") -> str:
    return f"{VISION}/futures/cm/{cadence}/{kind}/{SYMBOL}/{folder}{SYMBOL}-{what or kind}-{period}.zip"


def ask(feed: str, venues: ScriptedVenues, first: str, last: str, now: str = "2026-02-02T04:00", **more):
    return asking(feed, venues, days(first, last), now=now, symbols=(SYMBOL,), **more)


# --- klines


def bar(stamp: int) -> list[object]:
    prices = ["60000.1", "61000.5", "59000", "60500.2"]
    return [stamp, *prices, "2000", stamp + DAY_MS - 1, "3.25", 42, "1200", "1.95", "0"]


def bars_between(url: str, params: dict) -> list[list[object]]:
    """REST as the venue answers: of a long window the latest rows, of more than 200 days nothing at all."""
    if params["endTime"] - params["startTime"] > 200 * DAY_MS:
        return {"code": -4144, "msg": "Invalid pair."}
    first = -(-params["startTime"] // DAY_MS) * DAY_MS
    return [bar(stamp) for stamp in range(first, params["endTime"] + 1, DAY_MS)][-params["limit"] :]


def test_volume_is_in_contracts_and_in_coins_and_prices_in_dollars():
    venues = ScriptedVenues(lambda url, params: [bar(ms("2026-01-10"))])
    (row,) = landed(ask(KLINES, venues, "2026-01-10", "2026-01-10")).rows(named=True)
    assert row == {
        "symbol": SYMBOL, "interval": "1d", "open_at": datetime(2026, 1, 10), "open": 60000.1, "high": 61000.5,
        "low": 59000.0, "close": 60500.2, "volume_contracts": 2000.0, "volume_coin": 3.25, "trade_count": 42,
        "taker_buy_volume_contracts": 1200.0, "taker_buy_volume_coin": 1.95, "channel": "rest",
    }  # fmt: skip
    ((url, params),) = venues.asked
    assert (url, params["symbol"], params["interval"]) == ("https://dapi.binance.com/dapi/v1/klines", SYMBOL, "1d")


@pytest.mark.parametrize("header", ["", BARS_HEADER], ids=["no-header", "header"])
def test_archived_bars_are_the_same_rows_whatever_the_header_calls_their_columns(header):
    text = header + ",".join(map(str, bar(ms("2026-01-10")))) + "\n"
    venues = ScriptedVenues(archives={archive("monthly", "klines", "2026-01", "1d/", "1d"): text})
    (row,) = landed(ask(KLINES, venues, "2026-01-10", "2026-01-10")).rows(named=True)
    assert (row["volume_contracts"], row["volume_coin"], row["channel"]) == (2000.0, 3.25, "archive")
    assert all("/1h/" not in url for url in venues.downloaded)


def test_no_request_spans_more_than_200_days_and_no_day_is_lost_between_them():
    venues = ScriptedVenues(bars_between)
    request = ask(KLINES, venues, "2024-12-29", "2026-02-01")
    rows = landed(request)
    assert rows["open_at"].to_list() == [datetime(2024, 12, 29) + timedelta(days=n) for n in range(400)]
    assert [p["endTime"] - p["startTime"] + 1 for _, p in venues.asked] == [200 * DAY_MS, 200 * DAY_MS]
    assert request.held.missing(f"{SYMBOL}/1d", request.window) == []


@given(st.permutations(range(8)), st.lists(st.integers(0, 7), max_size=4), st.sets(st.integers(1, 11), max_size=3))
def test_order_repetition_and_pages_of_the_same_bars_change_nothing(order, repeated, cuts):
    bars = [bar(ms("2026-01-10") + n * DAY_MS) for n in [*order, *repeated]]
    edges = [0, *sorted(c for c in cuts if c < len(bars)), len(bars)]
    pages = [bars[a:b] for a, b in pairwise(edges)]
    fields, perpetual = feed_named(KLINES).fetch.rest.fields, Instrument(SYMBOL, "BTC", "perpetual")
    frame = fields.frame([row for page in pages for row in page], perpetual, "1d")
    request = ask(KLINES, ScriptedVenues(), "2026-01-10", "2026-01-17")
    done = conformed(request, [Batch(frame, ())])
    assert done.quarantined.is_empty()
    assert sorted(done.rows["open_at"]) == [datetime(2026, 1, 10 + n) for n in range(8)]


# --- funding


def test_settlements_come_from_the_coin_margined_addresses():
    late = {"symbol": SYMBOL, "fundingTime": ms("2026-02-01T08:00") + 9, "fundingRate": "-0.00003"}
    venues = ScriptedVenues(
        lambda url, params: [late] if params["startTime"] <= late["fundingTime"] <= params["endTime"] else [],
        {archive("monthly", "fundingRate", "2026-01"): f"calc_time,a,b\n{ms('2026-01-10T16:00') + 1},8,0.0001\n"},
    )
    rows = landed(ask(FUNDING, venues, "2026-01-10", "2026-02-01"))
    assert rows.rows() == [
        (SYMBOL, datetime(2026, 1, 10, 16), 8.0, 0.0001, None, "archive"),
        (SYMBOL, datetime(2026, 2, 1, 8), None, -0.00003, None, "rest"),
    ]
    assert {url for url, _ in venues.asked} == {"https://dapi.binance.com/dapi/v1/fundingRate"}


# --- open interest


def test_archives_stamp_the_start_of_the_five_minutes_on_every_day():
    text = (
        METRICS_HEADER
        + f'2026-01-10 00:00:00,{SYMBOL},5000000.0000,8000.25,"","","",0.75\n'
        + f"2026-01-10 23:55:00,{SYMBOL},5000100.0000,8001.25,1.5,1.25,2,0.5\n"
    )
    venues = ScriptedVenues(archives={archive("daily", "metrics", "2026-01-10"): text})
    rows = landed(ask(OPEN_INTEREST, venues, "2026-01-10", "2026-01-10", now="2026-03-20")).rows()
    assert rows == [
        (SYMBOL, datetime(2026, 1, 10, 0, 5), datetime(2026, 1, 10), 5e6, 8000.25, None, None, None, 0.75, "archive"),
        (
            SYMBOL,
            datetime(2026, 1, 11),
            datetime(2026, 1, 10, 23, 55),
            5000100.0,
            8001.25,
            1.5,
            1.25,
            2,
            0.5,
            "archive",
        ),
    ]


def test_rest_is_asked_by_pair_and_contract_type_and_answers_for_the_symbol():
    def answer(url, params):
        if len(venues.asked) > 1:
            return []
        stamp = -(-params["startTime"] // FIVE_MINUTES_MS) * FIVE_MINUTES_MS
        amounts = {"sumOpenInterest": "5000000", "sumOpenInterestValue": "8000.25"}
        return [{"pair": "BTCUSD", "contractType": "PERPETUAL", **amounts, "timestamp": stamp}]

    venues = ScriptedVenues(answer)
    (row,) = landed(ask(OPEN_INTEREST, venues, "2026-02-01", "2026-02-01")).rows(named=True)
    url, params = venues.asked[0]
    assert url == "https://dapi.binance.com/futures/data/openInterestHist"
    assert (params["pair"], params["contractType"], params["period"]) == ("BTCUSD", "PERPETUAL", "5m")
    assert "symbol" not in params
    assert (row["symbol"], row["open_interest_contracts"], row["open_interest_coin"]) == (SYMBOL, 5e6, 8000.25)
    assert row["snapshot_at"] == row["labelled_at"] == datetime(2026, 2, 1, 0, 5)


# --- forced orders


def order(stamp: int, side: str = "SELL", fills: str = "2,9", state: str = "FILLED", average: str = "60500.5") -> str:
    return f"{stamp},{side},LIMIT,IOC,9,60000.1,{average},{state},{fills}\n"


def orders(text: str) -> ScriptedVenues:
    return ScriptedVenues(archives={archive("daily", "liquidationSnapshot", "2024-03-01"): ORDERS_HEADER + text})


def test_an_order_that_is_written_twice_is_one_order_with_what_was_filled_in_all():
    first, second = order(ms("2024-03-01T08:00") + 5), order(ms("2024-03-01T09:00"), "BUY", "9,9")
    (sale, purchase) = landed(
        ask(LIQUIDATIONS, orders(first + first + second + second), "2024-03-01", "2024-03-01")
    ).rows(named=True)
    assert sale == {
        "symbol": SYMBOL, "happened_at": datetime(2024, 3, 1, 8, 0, 0, 5000), "order_side": "SELL",
        "order_status": "FILLED", "original_contracts": 9.0, "filled_contracts": 9.0, "price": 60000.1,
        "average_price": 60500.5,
    }  # fmt: skip
    assert (purchase["order_side"], purchase["filled_contracts"]) == ("BUY", 9.0)


def test_two_orders_of_the_same_moment_stay_two():
    text = order(ms("2024-03-01T08:00")) + order(ms("2024-03-01T08:00"), average="60400")
    assert landed(ask(LIQUIDATIONS, orders(text), "2024-03-01", "2024-03-01")).height == 2


def test_an_order_that_was_not_filled_is_kept_as_published():
    text = order(ms("2024-03-01T08:00"), fills="0,0", state="NEW", average="0")
    (row,) = landed(ask(LIQUIDATIONS, orders(text), "2024-03-01", "2024-03-01")).rows(named=True)
    assert (row["filled_contracts"], row["average_price"]) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (order(ms("2024-03-01T08:00"), side="LONG"), "order_side: none of BUY, SELL"),
        (order(ms("2024-03-01T08:00"), fills="1,-1"), "filled_contracts: not negative"),
        (order(ms("2024-03-01T08:00"), average="much"), "average_price: unparsable"),
    ],
)
def test_an_order_that_cannot_be_is_quarantined(line, reason):
    request = ask(LIQUIDATIONS, orders(line), "2024-03-01", "2024-03-01")
    done = conformed(request, fetched(request))
    assert done.rows.is_empty()
    assert reason in done.quarantined["reason"].item()


def test_only_the_days_that_were_published_are_asked_for():
    venues = ScriptedVenues()
    assert fetched(ask(LIQUIDATIONS, venues, "2024-10-15", "2026-02-01")) == []
    assert venues.downloaded == []
    parts = parts_of(fetched(ask(LIQUIDATIONS, venues, "2024-10-13", "2024-10-20")))
    assert [(part.window.start, part.absent) for part in parts] == [(at("2024-10-13"), True), (at("2024-10-14"), True)]
    assert fetched(ask(LIQUIDATIONS, venues, "2023-06-24", "2023-06-25"))[0].parts[0].window.start == at("2023-06-25")


def test_archives_out_of_reach_are_the_whole_feed_out_of_reach():
    closed = HostUnreachable("no connection", host="data.binance.vision")
    venues = ScriptedVenues(archives={archive("daily", "liquidationSnapshot", "2024-03-01"): closed})
    with pytest.raises(HostUnreachable):
        fetched(ask(LIQUIDATIONS, venues, "2024-03-01", "2024-03-01"))


# --- recorded samples


def test_the_recorded_bar_keeps_its_values(api_samples):
    text = (api_samples / "binance/vision_cm_klines_1h_noheader.csv").read_text()
    (published,) = csv.reader(text.splitlines())
    venues = ScriptedVenues(archives={archive("monthly", "klines", "2023-10", "1d/", "1d"): text})
    (row,) = landed(ask(KLINES, venues, "2023-10-27", "2023-10-27", now="2026-11-22")).rows(named=True)
    assert row["open_at"].replace(tzinfo=UTC).timestamp() * 1000 == int(published[0])
    assert [row[c] for c in ("open", "high", "low", "close")] == list(map(float, published[1:5]))
    assert [row[c] for c in IN_CONTRACTS] == [float(published[n]) for n in (5, 7, 9, 10)]
    assert row["volume_contracts"] * 100 / row["volume_coin"] == pytest.approx(row["close"], rel=0.01)
