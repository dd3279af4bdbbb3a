"""Coverage: which windows of each series of a feed the venue has answered, and how much of a window an answer covers.

In memory, for one feed at a time. `warehouse.raw` stores it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from ingest.windows import Window, day_start, merge

# inbox: a file of the user's own; own: computed here; stream: recorded from a websocket
Channel = Literal["archive", "rest", "inbox", "own", "stream"]
LATE = timedelta(days=3)  # a venue that has not published a value by then is not expected to


@dataclass(frozen=True)
class Part:
    """A window of one series that the venue has answered, with the number of rows that it sent.

    A series is what coverage is kept for: one symbol of a feed, or one symbol and interval (`BTCUSDT/1h`).
    `absent` marks an archive that the venue does not have, so that it is not asked for again.
    """

    series: str
    channel: Channel
    window: Window
    rows: int
    url: str | None = None
    sha256: str | None = None
    absent: bool = False

    def until(self, end: datetime) -> Part:
        """The same part, cut off at `end`."""
        return replace(self, window=Window(self.window.start, max(self.window.start, min(self.window.end, end))))


class Coverage:
    """The windows of one feed that a warehouse holds, by series and channel. A pull adds what it has landed."""

    def __init__(self, parts: Iterable[Part] = ()) -> None:
        self._held: dict[tuple[str, Channel, bool], list[Window]] = {}
        self._sums: set[str] = set()
        self.add(parts)

    def add(self, parts: Iterable[Part]) -> None:
        touched = set()
        for part in parts:
            key = (part.series, part.channel, part.absent)
            self._held.setdefault(key, []).append(part.window)
            touched.add(key)
            if part.sha256:
                self._sums.add(part.sha256)
        for key in touched:
            self._held[key] = merge(self._held[key])

    def hold(self, series: str, channel: Channel, windows: Iterable[Window], *, absent: bool = False) -> None:
        """Count `windows` as held, whatever parts they came in."""
        key = (series, channel, absent)
        self._held[key] = merge([*self._held.get(key, []), *windows])

    def know_content(self, sums: Iterable[str]) -> None:
        """Count the files with these checksums as taken."""
        self._sums.update(sums)

    def forget(self, window: Window) -> None:
        """Drop `window` from everything held, known gaps included. Files stay known by their content."""
        for key, held in self._held.items():
            self._held[key] = [left for one in held for left in one.without([window])]

    def let_go(self, part: Part) -> None:
        """Drop the part's window from its series and channel."""
        key = (part.series, part.channel, part.absent)
        self._held[key] = [left for one in self.of(*key[:2], absent=part.absent) for left in one.without([part.window])]

    def has_content(self, sha256: str) -> bool:
        """Whether a file with this checksum was taken."""
        return sha256 in self._sums

    def of(self, series: str, channel: Channel, *, absent: bool = False) -> list[Window]:
        """The windows held by a channel, or with `absent` those that the venue does not have there."""
        return self._held.get((series, channel, absent), [])

    def reaches(self, moment: datetime) -> bool:
        """Whether any series is held up to `moment`."""
        return any(held and held[-1].end >= moment for (_, _, absent), held in self._held.items() if not absent)

    def missing(self, series: str, window: Window) -> list[Window]:
        """What neither archives nor REST have covered of `window`."""
        return window.without([*self.of(series, "archive"), *self.of(series, "rest")])

    def days_lacking_archive(self, series: str, window: Window) -> list[date]:
        """The days that begin in `window` for which `lacks_archive` is true, without a call for each day."""
        whole = window.whole_days()
        return sorted({day for left in self._lacking(series, whole) for day in left.touched_days()})

    def lacks_archive(self, series: str, window: Window) -> bool:
        """Whether part of `window` was not covered by an archive and is not known to be absent there."""
        return bool(self._lacking(series, window))

    def _lacking(self, series: str, window: Window) -> list[Window]:
        return window.without([*self.of(series, "archive"), *self.of(series, "archive", absent=True)])


def covered_window(asked: Window, last: datetime | None, now: datetime) -> Window:
    """The part of `asked` that an answer covers.

    `last` is the end of the last observation received. A venue may publish late, so within LATE of `now` only what came
    is covered; a value older than that which did not come is not expected to.
    """
    if last is None:  # an empty answer can be a mistake as well as a gap, and asking again costs one request
        return Window(asked.start, asked.start)
    if asked.end <= now - LATE:
        return asked
    reached = max(asked.start, min(asked.end, day_start((now - LATE).date())))
    return Window(asked.start, max(reached, min(last, asked.end)))
