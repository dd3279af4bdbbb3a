"""Binance's stream: forced orders of all USDT- and coin-margined contracts, at most one a second and contract.

The old roots (/ws, /stream) still accept connections and send nothing; market streams are below /market since 2026-04.
A stream name that does not exist is accepted as well, so an acknowledgement says little and silence much.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ingest.instrument import Instrument
from ingest.stream import ALIVE, Heard, Liquidation, Malformed, Stream, decoded, field

TOPIC = "!forceOrder@arr"
URL = f"wss://fstream.binance.com/market/stream?streams={TOPIC}"
# Subscribing once more to what the address names changes nothing, and is answered.
SUBSCRIBE = json.dumps({"method": "SUBSCRIBE", "params": [TOPIC], "id": 1})
SIDES = {"SELL": "long", "BUY": "short"}  # of the order that closes the position
COMPLETENESS = "at most one order a second and contract, so a floor"


def streams(instruments: Sequence[Instrument]) -> tuple[Stream, ...]:
    """One connection carries linear and inverse contracts (since 2026-06-30)."""
    return (
        Stream(
            venue="binance",
            name="binance",
            url=URL,
            instruments=tuple(instruments),
            topics=(TOPIC,),
            subscribe=(SUBSCRIBE,),
            hear=hear,
            parse=parse,
            price_kind="average_fill",
            quiet=900.0,  # all contracts together: minutes without any order are rare
        ),
    )


def hear(message: Mapping[str, Any]) -> Heard:
    """What a message is; the combined stream wraps an event into `stream` and `data`."""
    if "data" in message or "e" in message:
        return Heard("events", TOPIC)
    if "error" in message or "code" in message:
        return Heard("refused", TOPIC, str(message)[:200])
    if "result" in message:
        return Heard("acknowledged", TOPIC)
    return ALIVE


def parse(frame: str) -> list[Liquidation]:
    """The order of a frame. `z` is what was filled and `ap` its average price; `p` is the limit. Raises Malformed."""
    message = decoded(frame)
    event = message.get("data", message)
    if field(event, "e") != "forceOrder":
        raise Malformed(f"event {event['e']!r}")
    order = field(event, "o")
    symbol, ms, side, filled, price = (str(field(order, name)) for name in ("s", "T", "S", "z", "ap"))
    return [Liquidation(symbol, ms, SIDES.get(side, side), filled, price)]
