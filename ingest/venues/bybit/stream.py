"""Bybit's stream: all liquidations of the contracts that are subscribed to, in batches every half second.

The side is the side of the position, not of the order. Linear and inverse contracts have an address each. Bybit rejects
a whole message if one topic in it does not exist, and an acknowledgement names no topic, so each topic has a message.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ingest.instrument import Instrument
from ingest.stream import ALIVE, Heard, Liquidation, Stream, decoded, field, listed

URL = "wss://stream.bybit.com/v5/public/{category}"
PREFIX = "allLiquidation."
PING = json.dumps({"op": "ping"})
SIDES = {"Buy": "long", "Sell": "short"}  # of the position that is closed
COMPLETENESS = "all of them, in batches of half a second"


def streams(instruments: Sequence[Instrument]) -> tuple[Stream, ...]:
    """One connection for each margin type that has instruments."""
    found = []
    for category in ("linear", "inverse"):
        members = tuple(i for i in instruments if i.margin_type == category)
        topics = tuple(PREFIX + i.symbol for i in members)
        if not members:
            continue
        found.append(
            Stream(
                venue="bybit",
                name=f"bybit-{category}",
                url=URL.format(category=category),
                instruments=members,
                topics=topics,
                subscribe=tuple(json.dumps({"op": "subscribe", "args": [t], "req_id": t}) for t in topics),
                hear=hear,
                parse=parse,
                price_kind="bankruptcy",
                # Single contracts: 23 minutes were seen in BTCUSDT on an ordinary day; BTCUSD trades far less.
                quiet=7200.0 if category == "linear" else 43200.0,
                ping=PING,
            )
        )
    return tuple(found)


def hear(message: Mapping[str, Any]) -> Heard:
    """What a message is. Acknowledgements carry our own req_id, which is the topic."""
    if str(message.get("topic", "")).startswith(PREFIX):
        return Heard("events", message["topic"])
    if message.get("op") == "subscribe":
        kind = "acknowledged" if message.get("success") is True else "refused"
        return Heard(kind, str(message.get("req_id", "")), str(message.get("ret_msg", "")))  # type: ignore[arg-type]
    return ALIVE


def parse(frame: str) -> list[Liquidation]:
    """The liquidations of a frame; `p` is the bankruptcy price. Raises Malformed."""
    return [_liquidation(one) for one in listed(decoded(frame), "data")]


def _liquidation(one: Any) -> Liquidation:  # noqa: ANN401 - as it came
    symbol, ms, side, contracts, price = (str(field(one, name)) for name in ("s", "T", "S", "v", "p"))
    return Liquidation(symbol, ms, SIDES.get(side, side), contracts, price)
