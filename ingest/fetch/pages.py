"""Paginators: how the pages of one window are asked for, and when the last one has come.

A paginator takes `ask`, which answers parameters with a page, and yields lists of rows. A function from a window to
parameters (`between`, `before`, `since`) says how the venue expects the window.

A page with few rows need not be the last, because venues lower their limits without notice. The last page is an empty
one, or one that reaches the far end of the window.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Protocol

from ingest.errors import RequestRefused
from ingest.fetch.interface import Page, Params
from ingest.windows import Window, milliseconds

WindowParams = Callable[[Window], Params]
"""The parameters that tell a venue which window is wanted."""
AskPage = Callable[[Params], Page]
Pages = Iterator[Sequence[Any]]
StampOf = Callable[[Any], int]
"""The stamp of a row in milliseconds. Where there is none, it raises KeyError, TypeError, ValueError, IndexError or
OverflowError (int of infinity)."""
Unit = Literal["ms", "s"]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TICK = timedelta(milliseconds=1)
UNITS: dict[Unit, int] = {"ms": 1, "s": 1000}


def between(start: str, end: str, unit: Unit = "ms") -> WindowParams:
    """Both ends are sent, and the venue includes both: the last tick is the one before the end of the window."""
    ticks = UNITS[unit]
    return lambda window: {start: milliseconds(window.start) // ticks, end: milliseconds(window.end) // ticks - 1}


def before(end: str) -> WindowParams:
    """Only the end is sent, in milliseconds, and the venue leaves it out."""
    return lambda window: {end: milliseconds(window.end)}


def since(start: str, unit: Unit = "ms") -> WindowParams:
    """Only the start is sent."""
    return lambda window: {start: milliseconds(window.start) // UNITS[unit]}


class Paginator(Protocol):
    """Yields the pages of a window. `step` is the time that a row describes: no row is missing within it.

    Raises RequestRefused when the venue repeats itself.
    """

    def __call__(self, ask: AskPage, window: Window, step: timedelta, stamp_of: StampOf, host: str) -> Pages: ...


@dataclass(frozen=True)
class Single:
    """One answer has the whole window, or the whole piece of a window longer than `longest`."""

    window_params: WindowParams
    longest: timedelta = timedelta.max

    def __call__(self, ask: AskPage, window: Window, step: timedelta, stamp_of: StampOf, host: str) -> Pages:
        del step, stamp_of, host
        for piece in window.split(self.longest):
            yield ask(self.window_params(piece)).rows


@dataclass(frozen=True)
class NewestFirst:
    """Pages of at most `limit` rows, newest first; the next one ends before the oldest row of the last.

    With `by_cursor` each names the cursor of the next instead, and the last one names none. The walk ends at the start
    of the window, or with a page that has no row of it. Stamps that are unreadable or outside of the window are
    ignored: one wrong row must not end the walk early.
    """

    window_params: WindowParams
    limit: int
    by_cursor: bool = False

    def __call__(self, ask: AskPage, window: Window, step: timedelta, stamp_of: StampOf, host: str) -> Pages:
        del step
        start, end, cursor = milliseconds(window.start), milliseconds(window.end), ""
        while end > start:
            asked = self.window_params(window if self.by_cursor else Window(window.start, EPOCH + end * TICK))
            page, following = ask({**asked, "limit": self.limit, **({"cursor": cursor} if cursor else {})})
            if page:
                yield page
            older = stamps_within(page, stamp_of, 0, end)
            if len(page) >= self.limit and not older:
                raise RequestRefused(f"a full page with nothing older than asked for: {str(page[-1])[:80]}", host=host)
            inside = [stamp for stamp in older if stamp >= start]
            if not inside or (self.by_cursor and not following):
                return
            end, cursor = min(inside), following if self.by_cursor else ""


@dataclass(frozen=True)
class OldestFirst:
    """Pages of at most `limit` rows, oldest first; the next one begins after the newest row of the last.

    A window longer than `longest` is split. If `limit` is None, none is sent.
    """

    window_params: WindowParams
    limit: int | None
    longest: timedelta = timedelta.max

    def __call__(self, ask: AskPage, window: Window, step: timedelta, stamp_of: StampOf, host: str) -> Pages:
        for piece in window.split(self.longest):
            start, end = milliseconds(piece.start), milliseconds(piece.end)
            while start < end:
                asked = self.window_params(Window(EPOCH + start * TICK, piece.end))
                page = ask({**asked, "limit": self.limit} if self.limit else asked).rows
                inside = stamps_within(page, stamp_of, start, end)
                if inside or (page and start == milliseconds(piece.start)):  # else it repeats the last one
                    yield page
                if not inside:
                    if len(page) >= (self.limit or 1):
                        full = "full " if self.limit else ""
                        outside = f"a {full}page outside of the window asked for: {str(page[-1])[:80]}"
                        raise RequestRefused(outside, host=host)
                    break
                if end - max(inside) <= step // TICK:
                    break
                start = max(inside) + 1


def stamps_within(page: Sequence[Any], stamp_of: StampOf, start: int, end: int) -> list[int]:
    """The readable stamps of the page from `start` to before `end`, in milliseconds."""
    return [stamp for row in page if (stamp := readable_stamp(row, stamp_of)) is not None and start <= stamp < end]


def readable_stamp(row: Any, stamp_of: StampOf) -> int | None:  # noqa: ANN401 - whatever JSON came
    """The stamp of a row, None where the row has another shape."""
    try:
        return stamp_of(row)
    except (KeyError, TypeError, ValueError, IndexError, OverflowError):
        return None
