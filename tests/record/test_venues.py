"""Each venue's frames: whose position was closed, how much, at what price, and what is an acknowledgement."""

from __future__ import annotations

import json

import pytest

from ingest.market import Market
from ingest.stream import Malformed
from ingest.venues.binance import stream as binance
from ingest.venues.bybit import stream as bybit
from ingest.venues.okx import stream as okx
from tests.record import venue_server as frames

MS = 1_772_366_400_000


def test_a_recorded_linear_order_of_binance_closes_a_long_at_its_average_price(api_samples):
    frame = (api_samples / "binance" / "ws_forceOrder_um.json").read_text()
    order = json.loads(frame)["o"]
    assert order["S"] == "SELL"
    assert binance.parse(frame) == [("BTCUSDT", str(order["T"]), "long", order["z"], order["ap"])]
    assert order["ap"] != order["p"]
    assert binance.hear(json.loads(frame)).kind == "events"


def test_a_recorded_inverse_order_of_binance_counts_contracts(api_samples):
    frame = (api_samples / "binance" / "ws_forceOrder_cm.json").read_text()
    order = json.loads(frame)["data"]["o"]
    assert order["S"] == "SELL"
    assert binance.parse(frame) == [(order["s"], str(order["T"]), "long", order["z"], order["ap"])]


def test_a_recorded_liquidation_of_bybit_names_the_side_of_the_position(api_samples):
    frame = (api_samples / "bybit" / "ws_allLiquidation.json").read_text()
    (one,) = json.loads(frame)["data"]
    assert one["S"] == "Sell"
    assert bybit.parse(frame) == [(one["s"], str(one["T"]), "short", one["v"], one["p"])]


@pytest.mark.parametrize(
    ("parse", "frame", "side"),
    [
        (binance.parse, frames.binance_frame(MS, side="SELL"), "long"),
        (binance.parse, frames.binance_frame(MS, side="BUY"), "short"),
        (bybit.parse, frames.bybit_frame(frames.bybit_liquidation(MS, side="Buy")), "long"),
        (bybit.parse, frames.bybit_frame(frames.bybit_liquidation(MS, side="Sell")), "short"),
        (okx.parse, frames.okx_frame(MS, side="sell", position="long"), "long"),
        (okx.parse, frames.okx_frame(MS, side="buy", position="short"), "short"),
        (okx.parse, frames.okx_frame(MS, side="sell", position="net"), "long"),
        (okx.parse, frames.okx_frame(MS, side="buy", position=""), "short"),
        (okx.parse, frames.okx_frame(MS, side="sell", position="short"), "sell of a short"),
        (binance.parse, frames.binance_frame(MS, side="HOLD"), "HOLD"),
    ],
)
def test_the_side_is_that_of_the_position_and_an_unknown_word_stays_as_it_came(parse, frame, side):
    (event,) = parse(frame)
    assert event.side == side


def test_a_batch_of_bybit_and_the_details_of_okx_are_events_each():
    both = bybit.parse(frames.bybit_frame(*(frames.bybit_liquidation(MS + i) for i in range(2))))
    assert [event.venue_ms for event in both] == [str(MS), str(MS + 1)]
    message = json.loads(frames.okx_frame(MS))
    message["data"][0]["details"] *= 2
    message["data"].append(json.loads(frames.okx_frame(MS, symbol="BTC-USD-SWAP"))["data"][0])
    assert [e.symbol for e in okx.parse(json.dumps(message))] == ["BTC-USDT-SWAP"] * 2 + ["BTC-USD-SWAP"]


@pytest.mark.parametrize(
    ("parse", "frame"),
    [
        (binance.parse, '{"data":{"e":"forceOrder"}}'),
        (binance.parse, '{"data":{"e":"aggTrade","o":{}}}'),
        (binance.parse, "<html>"),
        (bybit.parse, '{"topic":"allLiquidation.BTCUSDT","data":{"s":"BTCUSDT"}}'),
        (bybit.parse, '{"topic":"allLiquidation.BTCUSDT","data":[{"s":"BTCUSDT","S":"Buy"}]}'),
        (okx.parse, '{"data":[{"instId":"BTC-USDT-SWAP"}]}'),
        (okx.parse, '{"data":["BTC-USDT-SWAP"]}'),
    ],
)
def test_a_frame_of_another_shape_is_malformed(parse, frame):
    with pytest.raises(Malformed):
        parse(frame)


@pytest.mark.parametrize(
    ("name", "frame", "kind", "topic"),
    [
        ("binance", '{"result":null,"id":1}', "acknowledged", binance.TOPIC),
        ("binance", '{"error":{"code":2,"msg":"Invalid request"},"id":1}', "refused", binance.TOPIC),
        ("binance", "not json", "malformed", ""),
        ("bybit-linear", '{"success":true,"ret_msg":"","req_id":"T","op":"subscribe"}', "acknowledged", "T"),
        (
            "bybit-linear",
            '{"success":false,"ret_msg":"error:handler not found,topic:T","req_id":"T","op":"subscribe"}',
            "refused",
            "T",
        ),
        ("bybit-linear", '{"success":true,"ret_msg":"pong","op":"ping"}', "alive", ""),
        ("okx", "pong", "alive", ""),
        ("okx", '{"event":"subscribe","arg":{"channel":"liquidation-orders"}}', "acknowledged", okx.CHANNEL),
        ("okx", '{"event":"error","code":"60018","msg":"no"}', "refused", okx.CHANNEL),
        ("okx", '{"event":"notice","code":"64008","msg":"upgrade"}', "alive", ""),
        ("okx", "[]", "malformed", ""),
    ],
)
def test_a_frame_that_is_no_event_is_told_for_what_it_is(by_name, name, frame, kind, topic):
    heard = by_name[name].heard(frame)
    assert (heard.kind, heard.topic) == (kind, topic)


def test_binance_is_asked_below_the_root_that_still_sends(by_name):
    assert by_name["binance"].url == "wss://fstream.binance.com/market/stream?streams=!forceOrder@arr"


def test_okx_is_asked_by_instrument_type_alone():
    assert json.loads(okx.SUBSCRIBE)["args"] == [{"channel": "liquidation-orders", "instType": "SWAP"}]


def test_every_topic_of_bybit_is_asked_for_in_a_message_of_its_own(by_name):
    linear, inverse = by_name["bybit-linear"], by_name["bybit-inverse"]
    for stream, quote in ((linear, "USDT"), (inverse, "USD")):
        topics = [f"allLiquidation.{asset}{quote}" for asset in ("BTC", "ETH", "SOL")]
        assert [json.loads(m)["args"] for m in stream.subscribe] == [[topic] for topic in topics]
    assert (linear.url.rsplit("/", 1)[1], inverse.url.rsplit("/", 1)[1]) == ("linear", "inverse")


def test_a_relay_is_asked_in_place_of_the_venue(by_name):
    relay, live = Market.parse("http://127.0.0.1:9"), Market.parse("live")
    assert by_name["okx"].address(relay) == "ws://127.0.0.1:9/ws.okx.com:8443/ws/v5/public"
    assert by_name["okx"].address(live) == "wss://ws.okx.com:8443/ws/v5/public"


def test_the_models_find_the_stream_of_each_contract_by_its_name(streams):
    found = {(stream.name, i.symbol) for stream in streams for i in stream.instruments}
    assert {stream.name for stream in streams} == {"binance", "bybit-linear", "bybit-inverse", "okx"}
    for stream in streams:
        for i in stream.instruments:
            of_contract = [name for name in (i.venue, f"{i.venue}-{i.margin_type}") if (name, i.symbol) in found]
            assert of_contract == [stream.name]
