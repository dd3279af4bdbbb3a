"""The face that every venue module gives the recorder: what to subscribe to, and what a frame means.

No venue stands here. What is done with events is in `record.conversion`, with connections in `record.connection`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from ingest.instrument import Instrument
from ingest.market import Market


class Malformed(Exception):
    """A frame that is none of the shapes its venue documents."""


class Liquidation(NamedTuple):
    """One forced order as published: numbers as text, `venue_ms` in milliseconds since 1970 UTC.

    `side` is that of the position, long or short; a side that the venue does not document is handed on as it came.
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

    `name` is the venue's, with the margin type behind it (`bybit-linear`) where each has a connection of its own: by
    that the models find the stream of a contract. `topics` are what has to be acknowledged, by the names that `hear`
    gives them. `ping` is the venue's own text ping, None where a websocket ping does. `quiet` is how many seconds
    without an event are no sign of trouble as long as the stream's own spells are not known. `price_kind` says what
    `Liquidation.price` is.
    """

    venue: str
    name: str
    url: str
    instruments: tuple[Instrument, ...]
    topics: tuple[str, ...]
    subscribe: tuple[str, ...]
    hear: Callable[[str], Heard]
    parse: Callable[[str], list[Liquidation]]
    price_kind: str
    quiet: float
    ping: str | None = None
    ping_every: float = 20.0

    def address(self, market: Market) -> str:
        """Where to connect: the venue, or a relay that stands in for it (`<relay>/HOST/path`)."""
        if market.kind != "relay":
            return self.url
        scheme, rest = market.url.split("://", 1)
        return f"{'wss' if scheme == 'https' else 'ws'}://{rest}/{self.url.split('://', 1)[1]}"


def decoded(frame: str) -> dict[str, Any]:
    """The object that a frame is. Raises Malformed when it is none."""
    try:
        message = json.loads(frame)
    except ValueError as error:
        raise Malformed("no JSON") from error
    if not isinstance(message, dict):
        raise Malformed("no object")
    return message


def field(published: Any, name: str) -> Any:  # noqa: ANN401 - as it came
    """The value of a field that has to be there. Raises Malformed when it is not."""
    if not isinstance(published, Mapping) or published.get(name) is None:
        raise Malformed(f"no {name}")
    return published[name]


def listed(published: Any, name: str) -> list[Any]:  # noqa: ANN401 - as it came
    """The list in a field that has to be one. Raises Malformed when it is not."""
    found = field(published, name)
    if not isinstance(found, list):
        raise Malformed(f"{name} is no list")
    return found
