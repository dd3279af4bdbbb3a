"""What a feed is, what a request for one contains, and what a fetch returns.

Each venue defines its feeds in `ingest/venues/<venue>/feeds.py`; `ingest.feeds` lists them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol, runtime_checkable

import pandera.polars as pa
import polars as pl

from ingest.coverage import Coverage, Part
from ingest.errors import KeyMissing, RequestRefused
from ingest.http import MarketSession
from ingest.instrument import Instrument
from ingest.schema import QUARANTINE_COLUMNS
from ingest.windows import Window


@dataclass(frozen=True)
class Batch:
    """The result of one step of a fetch: rows as the parser returns them, and the parts that they cover.

    `broken` is what could not become a row, as quarantined rows (symbol, reason, payload).
    """

    rows: pl.DataFrame
    parts: tuple[Part, ...]
    broken: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=QUARANTINE_COLUMNS))


class Progress(Protocol):
    """Receives how far a fetch has come, from the threads of several feeds."""

    def begin(self, feed: str, files: int) -> None:
        """`files` more archives will be fetched."""

    def advance(self, feed: str, files: int, rows: int) -> None: ...


class NoProgress:
    """Discards progress."""

    def begin(self, feed: str, files: int) -> None:
        del feed, files

    def advance(self, feed: str, files: int, rows: int) -> None:
        del feed, files, rows


@dataclass
class Request:
    """One pull of one feed: the instruments and the window, and what the fetch may use.

    `held` is what the warehouse has already. `recheck` are held archives that the venue may have published again.
    `archive_turn` is held while archives are downloaded and parsed: one feed at a time, whatever else they do.
    The fetch adds to `notes` what a person should read although the feed goes on, such as a tail that was skipped,
    and to `refused` the series that the venue refused.
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
    archive_turn: AbstractContextManager[Any] = field(default_factory=nullcontext)
    notes: list[str] = field(default_factory=list)
    refused: dict[str, RequestRefused] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.held.now = self.now
        ended = {i.symbol: i.last_day for i in self.instruments if i.last_day}
        self.held.ends = {symbol: self.feed.stamped_in(Window.of_days(day, day)).end for symbol, day in ended.items()}

    @property
    def wanted(self) -> Window:
        """The stamps of the window, including the one at its end if the feed stamps ends."""
        return self.feed.stamped_in(self.window)

    @property
    def trading(self) -> tuple[Instrument, ...]:
        """The instruments that have not ended: of the others there is no present to ask for."""
        return tuple(instrument for instrument in self.instruments if instrument.last_day is None)

    @contextmanager
    def noting_refusal(self, series: str) -> Iterator[None]:
        """Note a RequestRefused raised inside under `series` and go on, so that it costs no other series."""
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


@runtime_checkable
class Declaration(Protocol):
    """A fetch that says itself which hosts it asks, and which columns it returns."""

    @property
    def hosts(self) -> tuple[str, ...]: ...

    def __call__(self, request: Request) -> Iterator[Batch]: ...

    def schema(self, name: str) -> pa.DataFrameSchema: ...


STAMPS_OF_ENDS = ("settled_at", "snapshot_at")  # columns; all others stamp the start of what a row describes


@dataclass(frozen=True)
class Feed:
    """One kind of data of one venue: how to fetch it, and the schema that its rows land in.

    `kind` is what it measures, such as klines or funding. The feed is named for its venue and kind, as in okx_funding,
    or as `name` or its schema says. `schema` is given where the fetch is no declaration of its columns.
    `observed` is the column with the time of a row, the first time in the schema unless it is given; its day counts for
    freshness. `key` are the natural key columns: `symbol`, `interval` if there is one, and `observed`, unless they are
    given.
    `retention` is how far back the venue keeps the data, in words.
    `hosts` are the hosts that the fetch asks, as it declares them unless they are given: host names, or host/path where
    the venue limits a path separately. A feed of the user's own files has none. `archive_host` is the one of them that
    only publishes files.
    `key_variable` is the environment variable of the API key, `key_from` where to get a key.
    `settles` is how long after the end of a day its value may be missing before the feed counts as late.
    `revises` is how long the venue corrects a value; until then it is asked for again.
    `lost_after` is how long the venue keeps the data where that is a day or less, so that it is fetched between the
    daily runs.
    `ended` is the last day of a feed that is no longer published.
    A `whole` feed returns its complete history each time, and staging never mixes two pulls of it.
    """

    venue: str
    kind: str
    description: str
    cadence: str
    retention: str
    licence: str
    fetch: Fetch
    hosts: tuple[str, ...] = ()
    name: str = ""
    schema: pa.DataFrameSchema = field(default_factory=pa.DataFrameSchema)
    observed: str = ""
    key: tuple[str, ...] = ()
    archive_host: str | None = None
    settles: timedelta = timedelta(0)
    revises: timedelta = timedelta(0)
    lost_after: timedelta | None = None
    ended: date | None = None
    whole: bool = False
    key_variable: str | None = None
    key_from: str | None = None

    def __post_init__(self) -> None:
        if isinstance(self.fetch, Declaration):
            schema = self.schema if self.schema.columns else self.fetch.schema(self.name or f"{self.venue}_{self.kind}")
            object.__setattr__(self, "schema", schema)
            object.__setattr__(self, "hosts", self.hosts or self.fetch.hosts)
        object.__setattr__(self, "name", self.schema.name)
        times = (name for name, column in self.schema.columns.items() if column.dtype.type.is_temporal())
        object.__setattr__(self, "observed", self.observed or next(times))
        series = [name for name in ("symbol", "interval") if name in self.schema.columns]
        object.__setattr__(self, "key", self.key or (*series, self.observed))

    @property
    def stamped_at_end(self) -> bool:
        """Whether a row's stamp ends the time that it describes: one at 00:00 belongs to the day before."""
        return self.observed in STAMPS_OF_ENDS

    def stamped_in(self, window: Window) -> Window:
        """The window of the stamps that belong to `window`: one hour longer if the feed stamps ends."""
        return Window(window.start, window.end + timedelta(hours=1)) if self.stamped_at_end else window

    def day_of(self, observed: datetime) -> date:
        """The UTC day that an observation belongs to."""
        return (observed - timedelta(microseconds=1) if self.stamped_at_end else observed).date()

    def due(self, first: date, last: date, now: datetime) -> date | None:
        """The last day that the feed should have by `now`, where the days `first` to `last` are wanted.

        A day is due once `settles` has passed. None for a feed that ended before `first` and for the user's own files.
        """
        if not self.hosts or (self.ended and self.ended < first):
            return None
        reached = last if now >= Window.of_days(last, last).end + self.settles else last - timedelta(days=1)
        return min(reached, self.ended or reached)

    @property
    def series_column(self) -> str:
        """The column that names the series of a row, as the catalogue does."""
        return "symbol" if "symbol" in self.schema.columns else self.key[0]

    def rows_schema(self) -> dict[str, pl.DataType]:
        """Column name to Polars type, in order."""
        return {name: column.dtype.type for name, column in self.schema.columns.items()}
