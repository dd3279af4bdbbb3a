"""Half-open windows of UTC time, and which of them a warehouse already holds for a series.

Plain interval arithmetic; what a covered window means for a feed (bars, settlements, snapshots) is the feed's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta


def day_start(day: date) -> datetime:
    """Midnight UTC at which `day` begins."""
    return datetime.combine(day, time.min, tzinfo=UTC)


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970-01-01 UTC, the unit of most venues."""
    return round(moment.timestamp() * 1000)


@dataclass(frozen=True, order=True)
class Window:
    """[start, end) in UTC."""

    start: datetime
    end: datetime

    @classmethod
    def of_days(cls, first: date, last: date) -> Window:
        """The window that holds the days `first` to `last`, both included."""
        return cls(day_start(first), day_start(last) + timedelta(days=1))

    def __bool__(self) -> bool:
        return self.start < self.end

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%d %H:%M} to {self.end:%Y-%m-%d %H:%M} UTC"

    def intersect(self, other: Window) -> Window:
        """The part that both share; empty (falsy) where they share none."""
        start = max(self.start, other.start)
        return Window(start, max(start, min(self.end, other.end)))

    def without(self, covered: Iterable[Window]) -> list[Window]:
        """What is left of this window when `covered` is taken out, in order."""
        left, start = [], self.start
        for window in merge(covered):
            if window.end <= start or window.start >= self.end:
                continue
            if window.start > start:
                left.append(Window(start, window.start))
            start = max(start, window.end)
        if start < self.end:
            left.append(Window(start, self.end))
        return left

    def split(self, longest: timedelta, *, reverse: bool = False) -> Iterator[Window]:
        """The same in pieces of at most `longest`, oldest first; with `reverse` counted from its end, newest first."""
        start, end = self.start, self.end
        if reverse:
            while end - start > longest:
                yield Window(end - longest, end)
                end -= longest
            yield Window(start, end)
            return
        while self.end - start > longest:
            yield Window(start, start + longest)
            start += longest
        yield Window(start, self.end)

    def days(self) -> Iterator[date]:
        """Every day that begins inside the window."""
        whole = self.whole_days()
        for number in range((whole.end - whole.start).days):
            yield whole.start.date() + timedelta(days=number)

    def whole_days(self) -> Window:
        """The days that begin inside the window, to the end of the last one; empty where none does."""
        first, last = (
            day_start(moment.date()) + (timedelta(days=1) if moment > day_start(moment.date()) else timedelta())
            for moment in (self.start, self.end)
        )
        return Window(first, last)

    def touched_days(self) -> Iterator[date]:
        """Every day that has some of the window in it."""
        return Window.of_days(self.start.date(), (self.end - timedelta.resolution).date()).days()

    def months(self) -> Iterator[Window]:
        """Every calendar month that touches the window, whole."""
        month = self.start.date().replace(day=1)
        while day_start(month) < self.end:
            following = (month + timedelta(days=32)).replace(day=1)
            yield Window(day_start(month), day_start(following))
            month = following


def merge(windows: Iterable[Window]) -> list[Window]:
    """The same moments as disjoint windows in order."""
    merged: list[Window] = []
    for window in sorted(w for w in windows if w):
        if merged and window.start <= merged[-1].end:
            merged[-1] = Window(merged[-1].start, max(merged[-1].end, window.end))
        else:
            merged.append(window)
    return merged
