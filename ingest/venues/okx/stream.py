"""OKX's stream: liquidation orders of all swaps on one subscription, at most one update a second and contract.

The channel takes only an instrument type: an instrument is refused (60018), or silently ignored beside a type. The
whole name of a contract is compared, because BTC-USD-SWAP and BTC-USDT-SWAP count in different units.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ingest.instrument import Instrument
from ingest.stream import ALIVE, Heard, Liquidation, Stream, decoded, field, listed

URL = "wss://ws.okx.com:8443/ws/v5/public"
CHANNEL = "liquidation-orders"
SUBSCRIBE = json.dumps({"op": "subscribe", "args": [{"channel": CHANNEL, "instType": "SWAP"}]})
SIDES = {"sell": "long", "buy": "short"}  # of the order: the position that it closed
COMPLETENESS = "at most one update a second and contract, so a floor"


def streams(instruments: Sequence[Instrument]) -> tuple[Stream, ...]:
    """One connection carries every swap."""
    return (
        Stream(
            venue="okx",
            name="okx",
            url=URL,
            instruments=tuple(instruments),
            topics=(CHANNEL,),
            subscribe=(SUBSCRIBE,),
            hear=hear,
            parse=parse,
            price_kind="bankruptcy",
            quiet=1800.0,  # all swaps together
            pong="pong",
            ping="ping",  # a connection without traffic is closed after 30 seconds
        ),
    )


def hear(message: Mapping[str, Any]) -> Heard:
    """What a message is. A notice announces that the connection will be closed."""
    if "data" in message:
        return Heard("events", CHANNEL)
    if message.get("event") == "subscribe":
        return Heard("acknowledged", CHANNEL)
    if message.get("event") == "error":
        return Heard("refused", CHANNEL, f"{message.get('code')} {message.get('msg')}")
    return ALIVE


def parse(frame: str) -> list[Liquidation]:
    """The liquidations of a frame, several a contract; `bkPx` is the bankruptcy price. Raises Malformed."""
    return [
        _liquidation(str(field(contract, "instId")), one)
        for contract in listed(decoded(frame), "data")
        for one in listed(contract, "details")
    ]


def _liquidation(symbol: str, one: Any) -> Liquidation:  # noqa: ANN401 - as it came
    side, ms, contracts, price = (str(field(one, name)) for name in ("side", "ts", "sz", "bkPx"))
    position, closed = one.get("posSide"), SIDES.get(side, side)
    if position in ("long", "short") and position != closed:
        closed = f"{side} of a {position}"  # an order that cannot have closed it: which side it was is unknown
    return Liquidation(symbol, ms, closed, contracts, price)
