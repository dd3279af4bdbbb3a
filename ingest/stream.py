"""What a venue's `stream.py` gives the recorder: what to subscribe to, and what a frame means.

Nothing here or in a `stream.py` knows HTTP. `record.connection` keeps the connections, `record.conversion` lands the
events.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from ingest.instrument import Instrument
from ingest.market import Market


class Malformed(Exception):
    """A frame that has none of the shapes that its venue documents."""


class Liquidation(NamedTuple):
    """One forced order as published: numbers as text, `venue_ms` in milliseconds since 1970 UTC.

    `side` is the side of the position, long or short. A side that the venue does not document is passed on as it came.
    """

    symbol: str
    venue_ms: str
    side: str
    contracts: str
    price: str


class Heard(NamedTuple):
    """What a frame is. `topic` is the subscription concerned, empty where it is none; `detail` is for people."""

    kind: Literal["events", "acknowledged", "refused", "alive", "malformed"]
    topic: str = ""
    detail: str = ""


ALIVE = Heard("alive")


@dataclass(frozen=True)
class Stream:
    """One connection and what is subscribed on it.

    `name` is the venue, followed by the margin type (`bybit-linear`) where each has its own connection; the models find
    the stream of a contract by it. `topics` are the subscriptions that have to be acknowledged, as `hear` names them.
    `hear` says what a message is, `parse` which liquidations a frame has. `ping` is the venue's own text ping, None
    where a websocket ping is enough, and `pong` its answer if that is no JSON. `quiet` is how many seconds may pass
    without an event until the stream's own quiet spells are known. `price_kind` says what `Liquidation.price` is.
    """

    venue: str
    name: str
    url: str
    instruments: tuple[Instrument, ...]
    topics: tuple[str, ...]
    subscribe: tuple[str, ...]
    hear: Callable[[Mapping[str, Any]], Heard]
    parse: Callable[[str], list[Liquidation]]
    price_kind: str
    quiet: float
    ping: str | None = None
    pong: str = ""
    ping_every: float = 20.0

    def heard(self, frame: str) -> Heard:
        """What a frame is."""
        if self.pong and frame == self.pong:
            return ALIVE
        try:
            return self.hear(decoded(frame))
        except Malformed as error:
            return Heard("malformed", detail=str(error))

    def address(self, market: Market) -> str:
        """The address to connect to: the venue, or a relay in its place (`<relay>/HOST/path`)."""
        if market.kind != "relay":
            return self.url
        scheme, rest = market.url.split("://", 1)
        return f"{'wss' if scheme == 'https' else 'ws'}://{rest}/{self.url.split('://', 1)[1]}"


@lru_cache(maxsize=1)
def decoded(frame: str) -> dict[str, Any]:
    """The object that a frame is, only to be read: `hear` and `parse` share it. Raises Malformed when it is none."""
    try:
        message = json.loads(frame)
    except ValueError as error:
        raise Malformed("no JSON") from error
    if not isinstance(message, dict):
        raise Malformed("no object")
    return message


def field(published: Any, name: str) -> Any:  # noqa: ANN401 - as it came
    """The value of a field that has to be there. Raises Malformed when it is not."""
    found = published.get(name) if isinstance(published, dict) else None
    if found is None:
        raise Malformed(f"no {name}")
    return found


def listed(published: Any, name: str) -> list[Any]:  # noqa: ANN401 - as it came
    """The list in a field that has to be one. Raises Malformed when it is not."""
    found = field(published, name)
    if not isinstance(found, list):
        raise Malformed(f"{name} is no list")
    return found
