"""One feed brought up to date: what landing holds goes into its raw table, then what the venue has and we lack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import duckdb

from ingest.coverage import Coverage
from ingest.feed import Feed, NoProgress, Part, Progress, Request
from ingest.feeds import Catalogue
from ingest.http import MarketSession
from ingest.landing import Landing
from ingest.pull import Pulled, pull
from ingest.revised import REVISED_WITHIN
from ingest.windows import Window
from warehouse.connection import build_database
from warehouse.location import Warehouse
from warehouse.present import Present
from warehouse.pulls import record_pull
from warehouse.raw import archives_held, coverage, create_tables, last_landed, load_segments, reach
from warehouse.tape import Heard, heard, landed_lately


@dataclass(frozen=True)
class Refreshed:
    """How the pull went, and the raw table after it: first and last observation (UTC), rows."""

    pulled: Pulled
    first: datetime | None
    last: datetime | None
    rows: int


@dataclass(frozen=True)
class Loaded:
    """The raw table of a recorded feed after loading: what was heard, first and last observation (UTC), rows, and those
    that landed lately, quarantined ones apart."""

    heard: Heard | None
    lately: int
    quarantined_lately: int
    first: datetime | None
    last: datetime | None
    rows: int


@dataclass
class Refresher:
    """Everything a feed's refresh needs, the same for all feeds of a run. What is held of the feeds of `refetch` in
    the window given there is asked for again."""

    warehouse: Warehouse
    catalogue: Catalogue
    session: MarketSession
    keys: Mapping[str, str]
    progress: Progress = field(default_factory=NoProgress)
    refetch: Mapping[str, Window] = field(default_factory=dict)
    _tables_stand: bool = field(default=False, init=False)

    def refresh(self, feed: Feed, present: Present, run_id: str) -> Refreshed:
        """Load, pull, load. The window is the whole calendar, so that what an earlier run missed is made up for.

        Raises WarehouseLocked while another process has the build database open.
        """
        landing = Landing(self.warehouse.landing)
        with build_database(self.warehouse.build) as connection:
            self._make_tables(connection)
            load_segments(connection, landing, feed)
            request = Request(
                feed=feed,
                instruments=self.catalogue.instruments[feed.name],
                window=Window.of_days(present.calendar.first_day, present.calendar.last_day),
                now=present.now,
                session=self.session,
                held=self._held(connection, feed),
                keys=dict(self.keys),
                progress=self.progress,
                recheck=_revisable(connection, feed, present.now),
            )
            pulled = pull(request, landing)
            if pulled.segments or pulled.quarantined:
                load_segments(connection, landing, feed)
            record_pull(connection, pulled, run_id, present.now)
            return Refreshed(pulled, *reach(connection, feed))

    def _held(self, connection: duckdb.DuckDBPyConnection, feed: Feed) -> Coverage:
        held = coverage(connection, feed.name)
        if window := self.refetch.get(feed.name):
            held.forget(feed.stamped_in(window))
        return held

    def load_recorded(self, feed: Feed) -> Loaded:
        """Load what the recorder has landed. Raises WarehouseLocked like `refresh`."""
        with build_database(self.warehouse.build) as connection:
            self._make_tables(connection)
            load_segments(connection, Landing(self.warehouse.landing), feed)
            known = heard(connection, feed)
            lately, quarantined = landed_lately(connection, feed, known) if known else (0, 0)
            return Loaded(known, lately, quarantined, *reach(connection, feed))

    def _make_tables(self, connection: duckdb.DuckDBPyConnection) -> None:
        if not self._tables_stand:
            create_tables(connection)
            self._tables_stand = True


def _revisable(connection: duckdb.DuckDBPyConnection, feed: Feed, now: datetime) -> tuple[Part, ...]:
    """The archives to ask again for the sums of: the recent ones, once a day, before anything has landed on it."""
    landed = last_landed(connection, feed)
    if landed is None or landed.date() >= now.date():
        return ()
    return archives_held(connection, feed, now - REVISED_WITHIN)
