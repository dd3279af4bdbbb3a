"""The shapes of a series that has archives: they come first, and REST brings what they lack, if it has any of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import pandera.polars as pa

from ingest.archives.series import Archives
from ingest.errors import FeedUnavailable
from ingest.feed import Batch, Request
from ingest.fetch.shapes import Windowed
from ingest.windows import Window


@dataclass(frozen=True)
class ArchivesFirst:
    """A fetch of `archives`, then by REST; `rest` declares the columns of both."""

    archives: Archives
    rest: Windowed

    @property
    def hosts(self) -> tuple[str, ...]:
        """The host of the archives, and the one that is asked by REST."""
        return (self.archives.host, *self.rest.hosts)

    def schema(self, name: str) -> pa.DataFrameSchema:
        """The schema of the feed `name`."""
        return self.rest.schema(name)


class ArchivedBars(ArchivesFirst):
    """Closed months come as monthly archives, the tail by REST.

    Where REST is refused (futures in some countries), the tail comes as daily archives, which are not refused.
    """

    def __call__(self, request: Request) -> Iterator[Batch]:
        """Yield closed bars of the window that are not held yet, archives first.

        Raises FeedUnavailable when neither way is open. One way that is closed costs a note when the other fills in.
        """
        asked = {
            f"{instrument.symbol}/{interval}": (instrument, interval)
            for instrument in request.instruments
            for interval in self.rest.intervals
        }
        whole = {series: self.rest.whole_bars(request.window, interval) for series, (_, interval) in asked.items()}
        refused: FeedUnavailable | None = None
        closed = yield from self.archives.months(request, asked)
        for series, (instrument, interval) in asked.items():
            for window in request.held.missing(series, whole[series]):
                try:
                    with request.noting_refusal(series):
                        yield self.rest.batch(request, instrument, window, interval)
                except FeedUnavailable as error:
                    refused = error
        if refused and not closed:
            closed = yield from self.archives.days(request, _days_missing(request, whole))
        if trouble := refused or closed:
            if _days_missing(request, {one: whole[one] for one in whole.keys() - request.refused.keys()}):
                raise trouble
            request.notes.append(f"{trouble}; what it lacks came by {'daily archives' if refused else 'REST'}")


def _days_missing(request: Request, asked: Mapping[str, Window]) -> list[tuple[str, Window]]:
    """What is missing of the window of each series, as whole days."""
    return [
        (series, Window.of_days(missing.start.date(), (missing.end - timedelta.resolution).date()))
        for series, window in asked.items()
        for missing in request.held.missing(series, window)
    ]


class ArchivedFunding(ArchivesFirst):
    """Closed months come as monthly archives, which have the interval, the tail by REST."""

    def __call__(self, request: Request) -> Iterator[Batch]:
        """Yield the settlements of the window that are not held yet.

        Raises FeedUnavailable when REST is closed. Archives that are closed cost a note.
        """
        closed = yield from self.archives.months(request, [i.symbol for i in request.instruments])
        yield from self.rest(request)
        if closed:
            request.notes.append(f"{closed}; what it lacks came by REST")


@dataclass(frozen=True)
class EndedArchives:
    """Daily archives of the window `published`. The venue has published none since then, and REST has none."""

    archives: Archives
    published: Window

    def __call__(self, request: Request) -> Iterator[Batch]:
        """Yield the published days of the window that are not held yet. Raises FeedUnavailable."""
        window = request.window.intersect(self.published)
        if closed := (yield from self.archives.days(request, [(i.symbol, window) for i in request.instruments])):
            raise closed
