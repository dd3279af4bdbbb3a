"""Bringing feeds up to date: load what has landed, fetch what is missing, load that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import duckdb

from ingest.archives.revised import REVISED_WITHIN
from ingest.catalogue import Catalogue
from ingest.coverage import Coverage, Part
from ingest.errors import IngestError
from ingest.feed import Feed, NoProgress, Progress, Request
from ingest.http import MarketSession
from ingest.landing import QUARANTINE, Landing
from ingest.pull import Pulled, pull
from ingest.side_by_side import SideBySide
from ingest.windows import Window
from warehouse.connection import build_database
from warehouse.feed_status import record_pull
from warehouse.landing_damage import check_loaded_segments, forget_lost_segments
from warehouse.location import Warehouse
from warehouse.raw_coverage import feed_coverage, last_ingested_at, loaded_archives, observed_range
from warehouse.raw_loading import load_segments
from warehouse.raw_tables import create_tables
from warehouse.recorded_feeds import RecordedSpan, landed_on_last_day, recorded_span
from warehouse.run_context import RunContext
from warehouse.storage.sync import stored_landing


@dataclass(frozen=True)
class Refreshed:
    """How the pull of a feed went, and its raw table afterwards: first and last observation (UTC), rows."""

    pulled: Pulled
    first: datetime | None
    last: datetime | None
    rows: int


@dataclass(frozen=True)
class LoadedTape:
    """The raw table of a recorded feed after loading: the recorded span, first and last observation (UTC), rows, and
    the rows and quarantined rows that landed in its last day."""

    recorded: RecordedSpan | None
    last_day_rows: int
    last_day_quarantined: int
    first: datetime | None
    last: datetime | None
    rows: int


@dataclass
class Refresher:
    """What the refresh of any feed of a run needs. For the feeds in `refetch`, the given window is fetched again.

    The build database stays open from feed to feed, until `release` or `close`: opening and closing it takes as long as
    all else that is done for a feed without news.
    """

    warehouse: Warehouse
    catalogue: Catalogue
    session: MarketSession
    keys: Mapping[str, str]
    progress: Progress = field(default_factory=NoProgress)
    refetch: Mapping[str, Window] = field(default_factory=dict)
    _is_prepared: bool = field(default=False, init=False)
    _ahead: SideBySide = field(init=False)
    _connection: duckdb.DuckDBPyConnection | None = field(default=None, init=False)
    _opened: ExitStack = field(default_factory=ExitStack, init=False)

    def __post_init__(self) -> None:
        self._landing = Landing(self.warehouse.landing)
        self._ahead = SideBySide(self._landing)
        self._stored = stored_landing(self.warehouse)

    def begin(self, feeds: Iterable[Feed], run: RunContext) -> None:
        """Start to pull the feeds that have not begun, side by side by host. They land; `refresh` loads each.

        A feed whose segments cannot be loaded does not begin: its `refresh` raises the error, and the others go on.
        Raises WarehouseLocked while another process has the build database open.
        """
        if lacking := self._ahead.lacking(feeds):
            with self._database() as connection:
                requests = [one for feed in lacking if (one := self._request_if_loaded(connection, feed, run))]
            self._ahead.begin(requests)

    def refresh(self, feed: Feed, run: RunContext, run_id: str) -> Refreshed:
        """Load, pull, load. A feed that has begun is waited for, another is pulled here.

        Raises WarehouseLocked while another process has the build database open.
        """
        with self._database() as connection:
            pulled = self._ahead.take(feed) or pull(self._request(connection, feed, run), self._landing)
            if pulled.segments or pulled.quarantined:
                load_segments(connection, self._landing, feed)
            record_pull(connection, pulled, run_id, run.now)
            if self._stored:
                self._stored.put([feed.name, QUARANTINE])
            return Refreshed(pulled, *observed_range(connection, feed))

    def release(self) -> None:
        """Close the build database, for whoever has to have it alone. The next feed opens it again."""
        self._connection = None
        self._opened.close()

    def close(self) -> None:
        """Wait for the pulls that still run, after the session was closed, and begin no other; `release`."""
        try:
            self._ahead.close()
        finally:
            self.release()

    @contextmanager
    def _database(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The build database as `build_database` has it; only after an error it is closed at the end of the block."""
        if self._connection is None:
            self._is_prepared = False  # a damaged file may have been moved aside since, and this be a new one
            self._connection = self._opened.enter_context(build_database(self.warehouse.build))
        try:
            yield self._connection
        except BaseException as error:
            self._connection = None
            self._opened.__exit__(type(error), error, error.__traceback__)
            raise

    def _request_if_loaded(self, connection: duckdb.DuckDBPyConnection, feed: Feed, run: RunContext) -> Request | None:
        try:
            return self._request(connection, feed, run)
        except IngestError:
            return None

    def _request(self, connection: duckdb.DuckDBPyConnection, feed: Feed, run: RunContext) -> Request:
        """What to pull of a feed, after loading what has landed. The window is the whole calendar, so that a run also
        fetches what earlier runs missed."""
        self._prepare_once(connection)
        load_segments(connection, self._landing, feed)
        if feed.name in self.refetch:
            forget_lost_segments(connection, self._landing, feed)
        return Request(
            feed=feed,
            instruments=self.catalogue.instruments[feed.name],
            window=Window.of_days(run.calendar.first_day, run.calendar.last_day),
            now=run.now,
            session=self.session,
            held=self._coverage_to_keep(connection, feed),
            keys=dict(self.keys),
            progress=self.progress,
            recheck=_archives_to_recheck(connection, feed, run.now),
        )

    def load_recorded(self, feed: Feed) -> LoadedTape:
        """Load what the recorder has landed. Raises WarehouseLocked like `refresh`."""
        with self._database() as connection:
            self._prepare_once(connection)
            load_segments(connection, self._landing, feed)
            span = recorded_span(connection, feed)
            rows, quarantined = landed_on_last_day(connection, feed, span) if span else (0, 0)
            return LoadedTape(span, rows, quarantined, *observed_range(connection, feed))

    def _coverage_to_keep(self, connection: duckdb.DuckDBPyConnection, feed: Feed) -> Coverage:
        held = feed_coverage(connection, feed.name)
        if window := self.refetch.get(feed.name):
            held.forget(feed.stamped_in(window))
        return held

    def _prepare_once(self, connection: duckdb.DuckDBPyConnection) -> None:
        if not self._is_prepared:
            create_tables(connection)
            check_loaded_segments(connection, self._landing)
            self._is_prepared = True


def _archives_to_recheck(connection: duckdb.DuckDBPyConnection, feed: Feed, now: datetime) -> tuple[Part, ...]:
    """The recent archives to compare with the venue's checksums: once a day, before that day's first landing."""
    landed = last_ingested_at(connection, feed)
    if landed is None or landed.date() >= now.date():
        return ()
    return loaded_archives(connection, feed, now - REVISED_WITHIN)
