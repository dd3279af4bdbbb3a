"""What a feed is: its identity, its series, its schema, and the face every venue module gives the rest.

No feed stands here: the venues define theirs in `ingest.venues`, the catalogue in `ingest.feeds` lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal, Protocol

import pandera.polars as pa
import polars as pl

from ingest.errors import KeyMissing, RequestRefused
from ingest.http import MarketSession
from ingest.windows import Window

if TYPE_CHECKING:
    from ingest.coverage import Coverage

# inbox: a file of the user's; own: made here, fetched from nobody; stream: recorded as it was sent
Channel = Literal["archive", "rest", "inbox", "own", "stream"]
LATE = timedelta(days=3)  # what a venue has not shown by then, it is not going to show


@dataclass(frozen=True)
class Instrument:
    """One symbol of a feed and what it stands for. `instrument` is the canonical contract of the venue.

    `market` is spot, perpetual or network; `margin_type` linear or inverse for a perpetual, else None.
    `contract_size` is what one contract stands for where the venue counts in contracts: coins of a linear, USD of an
    inverse one.
    """

    symbol: str
    asset: str
    market: str
    venue: str | None = None
    instrument: str | None = None
    margin_type: str | None = None
    contract_size: float = 1.0


@dataclass(frozen=True)
class Part:
    """One stretch of one series that the venue has answered for: `rows` of them, or none.

    `absent` marks an archive that the venue definitely does not have, so that it is not asked for again.
    """

    series: str
    channel: Channel
    window: Window
    rows: int
    url: str | None = None
    sha256: str | None = None
    absent: bool = False

    def until(self, end: datetime) -> Part:
        """The same, answering for nothing from `end` on."""
        return replace(self, window=Window(self.window.start, max(self.window.start, min(self.window.end, end))))


@dataclass(frozen=True)
class Batch:
    """What one step of a fetch brought: rows as the parser left them, and the parts they answer for."""

    rows: pl.DataFrame
    parts: tuple[Part, ...]


class Progress(Protocol):
    """Where a fetch tells how far it is."""

    def begin(self, feed: str, files: int) -> None:
        """`files` more archives are going to be fetched."""

    def advance(self, feed: str, files: int, rows: int) -> None: ...


class NoProgress:
    """Progress that nobody watches."""

    def begin(self, feed: str, files: int) -> None:
        del feed, files

    def advance(self, feed: str, files: int, rows: int) -> None:
        del feed, files, rows


@dataclass
class Request:
    """One pull of one feed: which instruments, which window, and what may be used for it.

    `recheck` are archives held that the venue may have published anew, `notes` collects what a person should read
    although the feed goes on (a tail that had to be skipped), `refused` the series that the venue would not answer for.
    """

    feed: Feed
    instruments: tuple[Instrument, ...]
    window: Window
    now: datetime
    session: MarketSession
    held: Coverage
    keys: dict[str, str] = field(default_factory=dict)
    progress: Progress = field(default_factory=NoProgress)
    recheck: tuple[Part, ...] = ()
    notes: list[str] = field(default_factory=list)
    refused: dict[str, RequestRefused] = field(default_factory=dict)

    @property
    def wanted(self) -> Window:
        """The stamps that are asked for: those of the window, with the one at its end where the feed stamps ends."""
        return self.feed.stamped_in(self.window)

    @contextmanager
    def alone(self, series: str) -> Iterator[None]:
        """What the venue refuses inside is refused for `series`, a symbol or a part of one, and costs no other."""
        try:
            yield
        except RequestRefused as error:
            self.refused[series] = error

    def key(self) -> str:
        """The API key of the feed. Raises KeyMissing with the variable to set."""
        name = self.feed.key_variable
        if name is None or not self.keys.get(name):
            raise KeyMissing("no API key", advice=f"set {name} to get this feed ({self.feed.key_from})")
        return self.keys[name]


Fetch = Callable[[Request], Iterator[Batch]]


@dataclass(frozen=True)
class Feed:
    """One series of one venue, as it is asked for and as it lands.

    `key` are the natural key columns, `observed` the column that tells when (its day counts for freshness),
    `retention` how far back the venue keeps it, `hosts` whom it asks (host names, or host/path where the venue limits a
    path by itself; none for a feed of the user's own files), `key_variable` and `key_from` the variable of its API key
    and where to get one, `settles` how long after a day its value can still be missing without anything being wrong,
    `revises` how long the venue still corrects it, so that it is asked for again, `lost_after` how long the venue keeps
    it where that is no more than a day, so that it is asked for between the daily runs. With `stamped_at_end` an
    observation speaks for what came before its stamp: one at 00:00 belongs to the day before. `ended` is the last day
    of a feed that is not published any more. A `whole` feed gives its whole series each time, and staging never mixes
    two pulls.
    """

    name: str
    venue: str
    series: str
    description: str
    schema: pa.DataFrameSchema
    key: tuple[str, ...]
    observed: str
    cadence: str
    retention: str
    licence: str
    fetch: Fetch
    hosts: tuple[str, ...]
    settles: timedelta = timedelta(0)
    revises: timedelta = timedelta(0)
    lost_after: timedelta | None = None
    stamped_at_end: bool = False
    ended: date | None = None
    whole: bool = False
    key_variable: str | None = None
    key_from: str | None = None

    def stamped_in(self, window: Window) -> Window:
        """The stamps that belong to `window`: what is stamped at its end stands right behind it, within the hour."""
        return Window(window.start, window.end + timedelta(hours=1)) if self.stamped_at_end else window

    def day_of(self, observed: datetime) -> date:
        """The UTC day that an observation speaks for."""
        return (observed - timedelta(microseconds=1) if self.stamped_at_end else observed).date()

    def due(self, first: date, last: date, now: datetime) -> date | None:
        """The day that the newest row should be of by `now`, where `first` to `last` are wanted.

        A day is due once the venue has settled it. None where none is: of a feed that ended before, or of the user's
        own files.
        """
        if not self.hosts or (self.ended and self.ended < first):
            return None
        reached = last if now >= Window.of_days(last, last).end + self.settles else last - timedelta(days=1)
        return min(reached, self.ended or reached)

    def rows_schema(self) -> dict[str, pl.DataType]:
        """Column name to Polars type, in order."""
        return {name: column.dtype.type for name, column in self.schema.columns.items()}
