"""Deribit's liquidations: the trades that carry `liquidation`, with the side of the position that was closed.

Deribit has no list of liquidations, so all trades are read and only the forced ones kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ingest.coverage import Part, covered_window
from ingest.errors import RequestRefused
from ingest.feed import Batch, Request
from ingest.fetch.pages import EPOCH, TICK, AskPage, Pages, StampOf, stamps_within
from ingest.fetch.shapes import Windowed
from ingest.instrument import Instrument
from ingest.windows import Window, milliseconds

REACH = timedelta(days=7)  # a day of BTC-PERPETUAL is about a hundred thousand trades, 25 MB
QUIET = timedelta(hours=1)  # without a trade: trades that end earlier did not all come
# Who was liquidated: M the maker, T the taker, MT both. `direction` is the taker's.
SIDES: dict[tuple[str, str], list[str | None]] = {
    ("T", "sell"): ["long"],
    ("T", "buy"): ["short"],
    ("M", "sell"): ["short"],
    ("M", "buy"): ["long"],
    ("MT", "sell"): ["long", "short"],
    ("MT", "buy"): ["long", "short"],
}


@dataclass(frozen=True)
class Tape:
    """Pages of trades, oldest first; a page begins in the millisecond that ended the last one.

    Raises RequestRefused when an answer says that there is more and repeats itself.
    """

    start: str
    end: str

    def __call__(self, ask: AskPage, window: Window, step: timedelta, stamp_of: StampOf, host: str) -> Pages:
        del step
        reached, end = milliseconds(window.start), milliseconds(window.end)
        while True:
            trades, more = ask({self.start: reached, self.end: end - 1})
            yield trades
            if not more:
                return
            following = max(stamps_within(trades, stamp_of, reached, end), default=reached)
            if following == reached:
                raise RequestRefused("the tape has more and does not go on", host=host)
            reached = following


class Forced(Windowed):
    """The trades of a tape in which a position was closed by force."""

    def batch(self, request: Request, instrument: Instrument, window: Window, interval: str = "") -> Batch:
        start, end = milliseconds(window.start), milliseconds(window.end)
        forced: list[Mapping[str, Any]] = []
        stamps: list[int] = []
        for page in self.pages_of(request, instrument, window):
            forced += positions(page)
            stamps += stamps_within(page, self.fields.stamp_of, start, end)
        last = EPOCH + max(stamps) * TICK if stamps else None
        if last and window.end - last <= QUIET:
            last = window.end
        frame = self.fields.frame(forced, instrument)
        covered = covered_window(window, last, request.now)
        return Batch(frame, (Part(instrument.symbol, "rest", covered, frame.height, self.endpoint.url),))


def positions(trades: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield the forced trades, once for each position that was closed, with its side in `position_side`.

    An unknown combination of `liquidation` and `direction` has no side, and its row goes to quarantine.
    """
    for trade in trades:
        if trade.get("liquidation") not in (None, "", "none"):
            for side in SIDES.get((str(trade["liquidation"]), str(trade.get("direction"))), [None]):
                yield {**trade, "position_side": side}
