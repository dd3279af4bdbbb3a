"""Coverage: which windows of each series of a feed the venue has answered, and how much of a window an answer covers.

In memory, for one feed at a time. `warehouse.raw_coverage` stores it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Literal

from ingest.windows import Window, day_start, merge

# inbox: a file of the user's own; own: computed here; stream: recorded from a websocket
Channel = Literal["archive", "rest", "inbox", "own", "stream"]
LATE = timedelta(days=3)  # what a venue has not published by then is absent, until it appears after all
A_DAY_APART = timedelta(hours=20)  # between two answers: a daily run does not begin at the same second every day
AN_HOUR, A_DAY = timedelta(hours=1), timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # of an absence that was landed without its moment


@dataclass(frozen=True)
class Part:
    """A window of one series, with the number of rows that the venue sent for it.

    A series is what coverage is kept for: one symbol of a feed, or one symbol and interval (`BTCUSDT/1h`).
    `absent` says that the venue answered, at `answered_at`, and has nothing for the window. That is true for a time:
    `Coverage` decides when the window is asked for again.
    """

    series: str
    channel: Channel
    window: Window
    rows: int
    url: str | None = None
    sha256: str | None = None
    absent: bool = False
    answered_at: datetime | None = None

    def until(self, end: datetime) -> Part:
        """The same part, cut off at `end`."""
        return replace(self, window=Window(self.window.start, max(self.window.start, min(self.window.end, end))))


@dataclass(frozen=True)
class Absence:
    """When a venue first and last answered that it has nothing for a window."""

    first: datetime
    last: datetime

    def again(self, moment: datetime) -> Absence:
        return Absence(min(self.first, moment), max(self.last, moment))

    @property
    def confirmed(self) -> bool:
        """Whether the venue has said so twice, a day apart."""
        return self.last - self.first >= A_DAY_APART

    def says_nothing_new(self, moment: datetime) -> bool:
        """Whether another such answer at `moment` comes within a day and confirms nothing."""
        confirms = not self.confirmed and moment - self.first >= A_DAY_APART
        return moment - self.last < A_DAY_APART and not confirms

    def due(self, now: datetime) -> bool:
        """Whether it is time to ask again: after a day, then after as long as the absence is known, so 2, 4, 8 days."""
        return now >= self.last + max(A_DAY_APART, self.last - self.first)


class Coverage:
    """The windows of one feed that a warehouse holds, by series and channel. A pull adds what it has landed.

    `now` is the moment at which an absence is found due for another question. Without it, none is due.
    `ends` has the moments after which nothing is missing, by symbol: those of contracts that have ended.
    """

    def __init__(self, parts: Iterable[Part] = ()) -> None:
        self.now: datetime | None = None
        self.ends: dict[str, datetime] = {}
        self._held: dict[tuple[str, Channel], list[Window]] = {}
        self._absent: dict[tuple[str, Channel], dict[Window, Absence]] = {}
        self._sums: set[str] = set()
        self.add(parts)

    def add(self, parts: Iterable[Part]) -> None:
        touched = set()
        for part in parts:
            key = (part.series, part.channel)
            if part.absent:
                self.lack(*key, part.window, Absence(*[part.answered_at or EPOCH] * 2))
                continue
            self._held.setdefault(key, []).append(part.window)
            touched.add(key)
            if part.sha256:
                self._sums.add(part.sha256)
        for key in touched:
            self._held[key] = merge(self._held[key])

    def hold(self, series: str, channel: Channel, windows: Iterable[Window]) -> None:
        """Count `windows` as held, whatever parts they came in."""
        self._held[series, channel] = merge([*self._held.get((series, channel), []), *windows])

    def lack(self, series: str, channel: Channel, window: Window, absence: Absence) -> None:
        """Note that the venue has said that it has nothing for `window`."""
        known = self._absent.setdefault((series, channel), {})
        earlier = known.get(window, absence)
        known[window] = earlier.again(absence.first).again(absence.last)

    def know_content(self, sums: Iterable[str]) -> None:
        """Count the files with these checksums as taken."""
        self._sums.update(sums)

    def forget(self, window: Window) -> None:
        """Drop `window` from everything held, known gaps included. Files stay known by their content."""
        for key, held in self._held.items():
            self._held[key] = [left for one in held for left in one.without([window])]
        for known in self._absent.values():
            for gap, absence in list(known.items()):
                del known[gap]
                known.update(dict.fromkeys(gap.without([window]), absence))

    def let_go(self, part: Part) -> None:
        """Drop the part's window from its series and channel."""
        key = (part.series, part.channel)
        self._held[key] = [left for one in self.of(*key) for left in one.without([part.window])]

    def has_content(self, sha256: str) -> bool:
        """Whether a file with this checksum was taken."""
        return sha256 in self._sums

    def of(self, series: str, channel: Channel, *, absent: bool = False) -> list[Window]:
        """The windows held by a channel, or with `absent` those that the venue does not have there."""
        held = self._held.get((series, channel), [])
        if not absent:
            return held
        return merge(left for gap in self._absent.get((series, channel), {}) for left in gap.without(held))

    def confirmed_absent(self, series: str, channel: Channel) -> list[Window]:
        """The windows for which the venue has answered twice, a day apart, that it has nothing."""
        return merge(gap for gap, absence in self._absences(series, channel) if absence.confirmed)

    def reaches(self, moment: datetime) -> bool:
        """Whether any series is held up to `moment`."""
        return any(held and held[-1].end >= moment for held in self._held.values())

    def missing(self, series: str, window: Window) -> list[Window]:
        """What to ask for of `window`: what neither archives nor REST have covered, less the absences not yet due."""
        held = (*self.of(series, "archive"), *self.of(series, "rest"))
        return self._before_end(series, window).without([*held, *self._resting(series, "rest", window)])

    def days_lacking_archive(self, series: str, window: Window) -> list[date]:
        """The days that begin in `window` whose own archive is lacking. That a month's archive is absent or short says
        nothing about those of its days."""
        whole = window.whole_days()
        return sorted({day for left in self._lacking(series, whole, A_DAY) for day in left.touched_days()})

    def lacks_archive(self, series: str, window: Window) -> bool:
        """Whether part of `window` was not covered by an archive, and an archive for it can be there by now."""
        return bool(self._lacking(series, window))

    def _lacking(self, series: str, window: Window, longest: timedelta = timedelta.max) -> list[Window]:
        """What archives have not covered of `window`, less absences of at most `longest` that are not due."""
        resting = [gap for gap in self._resting(series, "archive") if gap.end - gap.start <= longest]
        return self._before_end(series, window).without([*self.of(series, "archive"), *resting])

    def _before_end(self, series: str, window: Window) -> Window:
        """The part of `window` before the contract of a series, such as BTCUSDT/1h or `BTCUSD in USD`, has ended."""
        if not self.ends:
            return window
        names = (series, series.rpartition("/")[0], series.partition(" ")[0])
        end = min((self.ends[name] for name in names if name in self.ends), default=window.end)
        return Window(window.start, max(window.start, min(window.end, end)))

    def _resting(self, series: str, channel: Channel, around: Window | None = None) -> list[Window]:
        """The absences that are not due for another question; with `around`, only those that this window touches.

        An empty answer can be a mistake as well as a gap, and asking again costs one request, so REST is asked in each
        run until it has said so twice, a day apart. An archive that is not there is asked for once a day.
        """
        return [
            gap
            for gap, absence in self._absences(series, channel, around)
            if (absence.confirmed or channel == "archive") and (self.now is None or not absence.due(self.now))
        ]

    def _absences(self, series: str, channel: Channel, around: Window | None = None) -> list[tuple[Window, Absence]]:
        """The absences cut into pieces that do not overlap, each with all answers that were given for it.

        With `around`, only of absences that this window touches.
        """
        known = self._absent.get((series, channel), {}).items()
        near = (
            known
            if around is None
            else [one for one in known if one[0].start < around.end and around.start < one[0].end]
        )
        left = sorted(near, key=lambda one: one[0])
        edges = sorted({moment for gap, _ in left for moment in (gap.start, gap.end)})
        pieces: list[tuple[Window, Absence]] = []
        covering: list[tuple[Window, Absence]] = []
        following = iter(left)
        upcoming = next(following, None)
        for start, end in pairwise(edges):
            while upcoming and upcoming[0].start <= start:
                covering.append(upcoming)
                upcoming = next(following, None)
            covering = [known for known in covering if known[0].end > start]  # drops an empty window, too
            if covering:
                first, last = min(a.first for _, a in covering), max(a.last for _, a in covering)
                pieces.append((Window(start, end), Absence(first, last)))
        return pieces

    def repeats(self, part: Part) -> bool:
        """Whether the part says again, within a day, that the venue has nothing, and confirms no absence by that."""
        if not part.absent or (answered_at := part.answered_at) is None:
            return False
        known = self._absences(part.series, part.channel, part.window)
        return not part.window.without(gap for gap, absence in known if absence.says_nothing_new(answered_at))


def covered_window(asked: Window, last: datetime | None, now: datetime) -> Window:
    """The part of `asked` that an answer covers where rows come irregularly, such as trades.

    `last` is the end of the last observation received. A venue may publish late, so within LATE of `now` only what came
    is covered. An empty answer covers nothing.
    """
    if last is None:
        return Window(asked.start, asked.start)
    if asked.end <= now - LATE:
        return asked
    reached = max(asked.start, min(asked.end, day_start((now - LATE).date())))
    return Window(asked.start, max(reached, min(last, asked.end)))


def covered_stretches(asked: Window, stamps: Sequence[datetime], step: timedelta, apart: timedelta) -> list[Window]:
    """The stretches of `asked` that rows with these sorted `stamps` cover where rows come at a known pace.

    Each row describes `step` from its stamp on, and two rows are at most `apart`. A longer time without a row is a
    hole, and so is more than an hour that is longer than the times on both of its sides: funding that is paid every
    four hours lacks a row where eight hours pass. The time between an end of `asked` and the row next to it counts
    alike.
    """
    if not stamps:
        return []
    between = [following - one for one, following in pairwise(stamps)]
    sides = [apart, *between, apart]
    # A file has thousands of rows and hardly ever a hole, so nothing is made for a row without one.
    holes = [
        number
        for number, gap in enumerate(between)
        if gap > step and gap > min(apart, max(sides[number], sides[number + 2], AN_HOUR))
    ]
    firsts = [stamps[0], *(stamps[number + 1] for number in holes)]
    lasts = [*(stamps[number] for number in holes), stamps[-1]]
    gaps = (between[0], between[-1]) if between else (apart, apart)
    return covered_runs(asked, list(zip(firsts, lasts, strict=True)), gaps, step, apart)


def covered_runs(
    asked: Window,
    runs: Sequence[tuple[datetime, datetime]],
    gaps: tuple[timedelta, timedelta],
    step: timedelta,
    apart: timedelta,
) -> list[Window]:
    """The stretches of `asked` that runs of rows without a hole cover; of each, the stamps of its first and last row.

    `gaps` are the times between the first two rows of all and between the last two, `apart` if there is one row.
    """
    starts, ends = [first for first, _ in runs], [last + step for _, last in runs]
    if starts[0] - asked.start < min(apart, gaps[0]):
        starts[0] = asked.start
    if asked.end - runs[-1][1] <= min(apart, gaps[1]):
        ends[-1] = max(ends[-1], asked.end)
    return [inside for one in map(Window, starts, ends) if (inside := one.intersect(asked))]
