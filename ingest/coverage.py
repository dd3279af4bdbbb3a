"""What a warehouse holds of a feed, and how far an answer can be held to have covered what was asked.

Of one feed at a time, in memory; where it is written down is the warehouse's business.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from ingest.feed import LATE, Channel, Part
from ingest.windows import Window, day_start, merge


class Coverage:
    """What a warehouse holds of one feed, by series and channel. A pull adds to it what it has landed."""

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
        """Take `windows` for held, whatever parts they came in."""
        key = (series, channel, absent)
        self._held[key] = merge([*self._held.get(key, []), *windows])

    def know_content(self, sums: Iterable[str]) -> None:
        """Take the files of these sums for taken."""
        self._sums.update(sums)

    def forget(self, window: Window) -> None:
        """Hold nothing of `window` any more, known gaps included; whole files stay known by their content."""
        for key, held in self._held.items():
            self._held[key] = [left for one in held for left in one.without([window])]

    def let_go(self, part: Part) -> None:
        """Hold nothing of the part's series and window by its channel any more."""
        key = (part.series, part.channel, part.absent)
        self._held[key] = [left for one in self.of(*key[:2], absent=part.absent) for left in one.without([part.window])]

    def has_content(self, sha256: str) -> bool:
        """Whether a file of that sum was taken."""
        return sha256 in self._sums

    def of(self, series: str, channel: Channel, *, absent: bool = False) -> list[Window]:
        """The windows that came by a channel, or with `absent` those that the venue does not have in it."""
        return self._held.get((series, channel, absent), [])

    def reaches(self, moment: datetime) -> bool:
        """Whether anything is held up to that moment."""
        return any(held and held[-1].end >= moment for (_, _, absent), held in self._held.items() if not absent)

    def missing(self, series: str, window: Window) -> list[Window]:
        """The parts of `window` of which no channel has brought anything."""
        return window.without([*self.of(series, "archive"), *self.of(series, "rest")])

    def days_lacking_archive(self, series: str, window: Window) -> list[date]:
        """The days that begin in `window` of which `lacks_archive` is true, without asking it of every day."""
        whole = window.whole_days()
        return sorted({day for left in self._lacking(series, whole) for day in left.touched_days()})

    def lacks_archive(self, series: str, window: Window) -> bool:
        """Whether some of `window` came by no archive and is not known to be absent there."""
        return bool(self._lacking(series, window))

    def _lacking(self, series: str, window: Window) -> list[Window]:
        return window.without([*self.of(series, "archive"), *self.of(series, "archive", absent=True)])


def settled(asked: Window, last: datetime | None, now: datetime) -> Window:
    """The part of `asked` that an answer can be held to have covered.

    `last` is the end of the last observation received. Near the present a venue may simply be late, so only what
    came counts; what is older than LATE and did not come is not going to come.
    """
    if last is None:  # an empty answer can be a slip as well as a gap, and asking again costs one request
        return Window(asked.start, asked.start)
    if asked.end <= now - LATE:
        return asked
    reached = max(asked.start, min(asked.end, day_start((now - LATE).date())))
    return Window(asked.start, max(reached, min(last, asked.end)))
