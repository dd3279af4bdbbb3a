"""The shapes of a plain series: bars, funding, snapshots, the present, a whole history.

Each is a fetch that a feed declares.

`bars` are periods stamped at their start, of which the one still forming is dropped. `funding` and `snapshots` are
stamped at the end of what they describe, so the last row of a day is stamped at the end of the window. `hourly` makes
the feed of a series by hour from its feed by day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby
from typing import cast

import pandera.polars as pa
import polars as pl

from ingest.coverage import Part
from ingest.errors import CHECK_SYMBOL
from ingest.feed import Batch, Feed, Request
from ingest.fetch.batches import DAY, HOUR, batch_picked, parts_covering, within
from ingest.fetch.interface import Endpoint, Page, Params, Question, refused
from ingest.fetch.pages import EPOCH, Pages, Paginator
from ingest.fetch.rows import Fields
from ingest.instrument import Instrument
from ingest.responses import place
from ingest.schema import TIMESTAMP, feed_schema, forming, sensible
from ingest.windows import Window, day_start

SETTLEMENT = timedelta(hours=8)  # the longest time between two settlements of funding, at any venue
FINAL_RUN = timedelta(hours=5)  # a day fetched right after midnight is fetched once more by the final run
HOURS_ASKED = timedelta(days=9)  # of an hourly series: the 24 hours up to now, and the week that they are compared with
STEPS = {"1h": HOUR, "1d": DAY}


@dataclass(frozen=True)
class Shape:
    """What every shape has: where it asks, and what a row is."""

    endpoint: Endpoint
    fields: Fields

    @property
    def hosts(self) -> tuple[str, ...]:
        """The host that is asked."""
        return (place(self.endpoint.url)[0],)

    def schema(self, name: str) -> pa.DataFrameSchema:
        """The schema of the feed `name`, as `fields` declare it."""
        return self.fields.schema(name)

    def url_of(self, instrument: Instrument) -> str:
        """The address that is asked about an instrument."""
        return self.endpoint.url.format(symbol=instrument.symbol)

    def answer(self, request: Request, instrument: Instrument, params: Params | None = None) -> pl.DataFrame:
        """The rows of one answer. Raises FeedUnavailable."""
        page = self.endpoint.ask(request, Question(self.url_of(instrument), instrument, params or {}, self.fields.row))
        return self.fields.frame(page.rows, instrument)


@dataclass(frozen=True)
class Windowed(Shape):
    """A fetch of the windows that the warehouse lacks, instrument by instrument; `bars` and the others preset it.

    * `params`: what every question sends besides the window and the instrument.
    * `step`: the time that a row describes.
    * `apart`: the longest time between two rows if it is more than `step`; None if rows come irregularly.
    * `intervals`: bar lengths and the parameters that ask for them. Each is a series of its own, such as BTCUSDT/1h.
    * `kept`: the window of a series that is asked for at all; None if there is no limit.
    * `longest`: a longer window is asked for in pieces with a batch each, oldest first.
    * `backwards`: the newest piece comes first, and an empty one ends the series.
    * `most`: the newest piece comes first, and a run asks for so many at most. A note names the rest, and ends with
      `each`.
    * `drops_forming`: the bar that is not over is dropped.
    * `drops_outside`, `drops_later`: rows from outside the window, or from after it, are dropped.
    * `series_of`: names the series of an instrument.
    """

    pages: Paginator
    params: Params = field(default_factory=dict)
    step: timedelta = DAY
    apart: timedelta | None = timedelta(0)
    intervals: Mapping[str, Params] = field(default_factory=lambda: {"": {}})
    kept: Callable[[Request, str], Window] | None = None
    longest: timedelta = timedelta.max
    backwards: bool = False
    most: int | None = None
    each: str = ""
    drops_forming: bool = False
    drops_outside: bool = False
    drops_later: bool = False
    series_of: Callable[[Instrument], str] = lambda instrument: instrument.symbol

    def schema(self, name: str) -> pa.DataFrameSchema:
        """The schema of the feed `name`, with a column for the interval if there are several series of a symbol."""
        return self.fields.schema(name, [interval for interval in self.intervals if interval])

    def wanted(self, request: Request, series: str) -> Window:
        """What is asked for: the window of the request, as far as the venue still has it."""
        return request.wanted if self.kept is None else request.wanted.intersect(self.kept(request, series))

    def __call__(self, request: Request) -> Iterator[Batch]:
        """Yield a batch for each window that is not held yet and that the venue still has."""
        for instrument in request.instruments:
            for interval in self.intervals:
                yield from self.batches(request, instrument, interval)

    def batches(self, request: Request, instrument: Instrument, interval: str) -> Iterator[Batch]:
        """Yield the batches of one series."""
        series = self._series(instrument, interval)
        for pieces in self._pieces(request, series, self.whole_bars(self.wanted(request, series), interval)):
            with request.noting_refusal(series):
                for piece in pieces:
                    batch = self.batch(request, instrument, piece, interval)
                    yield batch
                    if self.backwards and batch.rows.is_empty():
                        break

    def _pieces(self, request: Request, series: str, wanted: Window) -> Iterator[Iterable[Window]]:
        """Yield the pieces that are asked for until one is refused."""
        if self.most is not None:
            yield newest_pieces(request, series, wanted, self.longest, self.most, self.each)
            return
        for missing in request.held.missing(series, wanted):
            yield missing.split(self.longest, reverse=self.backwards)

    def whole_bars(self, window: Window, interval: str) -> Window:
        """The window up to its last whole bar: within the day, the day's own bar is not over yet."""
        step = STEPS.get(interval, self.step)
        if not self.drops_forming:
            return window
        return Window(window.start, max(window.start, window.end - (window.end - EPOCH) % step))

    def _series(self, instrument: Instrument, interval: str) -> str:
        return self.series_of(instrument) + (f"/{interval}" if interval else "")

    def batch(self, request: Request, instrument: Instrument, window: Window, interval: str = "") -> Batch:
        """The rows of one window of one series. Raises FeedUnavailable."""
        return self.batch_of(self.rows(request, instrument, window, interval), request, instrument, window, interval)

    def batch_of(
        self, frame: pl.DataFrame, request: Request, instrument: Instrument, window: Window, interval: str = ""
    ) -> Batch:
        """`frame`, as `fields` reads it, as the answer for one window of one series."""
        step, observed = STEPS.get(interval, self.step), request.feed.observed
        if self.drops_forming:
            frame = frame.filter(~forming(observed, step, request.now))
        if self.drops_outside or self.drops_later:
            inside = window if self.drops_outside else Window(EPOCH, window.end)
            frame = frame.filter(~_outside(observed, inside, request.now))
        series, url = self._series(instrument, interval), self.url_of(instrument)
        return Batch(frame, parts_covering(request, frame[observed], series, window, step, url, apart=self.apart))

    def rows(self, request: Request, instrument: Instrument, window: Window, interval: str = "") -> pl.DataFrame:
        """The rows that the venue has of `window`, as `fields` reads them."""
        pages = self.pages_of(request, instrument, window, interval)
        return self.fields.frame([row for page in pages for row in page], instrument, interval)

    def pages_of(self, request: Request, instrument: Instrument, window: Window, interval: str = "") -> Pages:
        """Yield the pages of `window`, as published."""
        url = self.url_of(instrument)
        fixed = {**self.params, **self.intervals[interval]}

        def ask(params: Params) -> Page:
            return self.endpoint.ask(request, Question(url, instrument, {**fixed, **params}, self.fields.row))

        return self.pages(ask, window, STEPS.get(interval, self.step), self.fields.stamp_of, place(url)[0])


bars = partial(Windowed, drops_forming=True)
funding = partial(Windowed, step=HOUR, apart=SETTLEMENT)
hourly_funding = partial(Windowed, step=HOUR)
snapshots = partial(Windowed, step=HOUR, apart=DAY)


@dataclass(frozen=True)
class Present(Shape):
    """A fetch of the instruments as they are now, whatever window is asked for: the venue keeps no history.

    One answer has every instrument of a group, which `group_of` names, and is asked for the first of them. By default
    each instrument is its own group. Where the venue sends no stamp, rows have the time of the run.
    """

    group_of: Callable[[Instrument], str] = lambda instrument: instrument.symbol

    def __call__(self, request: Request) -> Iterator[Batch]:
        """Yield a batch for each group, which covers the moment alone. An instrument that is not listed is refused."""
        moment = Window(request.now, request.now)
        for group, members in groupby(sorted(request.trading, key=self.group_of), key=self.group_of):
            with request.noting_refusal(group) if group else nullcontext():
                instruments = list(members)
                listed = self.answer(request, instruments[0]).unique("symbol", keep="last", maintain_order=True)
                for instrument in instruments:
                    with request.noting_refusal(instrument.symbol):
                        if instrument.symbol not in listed["symbol"]:
                            raise refused(self.endpoint.url, f"the venue lists no {instrument.symbol}", CHECK_SYMBOL)
                asked = pl.DataFrame({"symbol": [one.symbol for one in instruments]})
                rows = asked.join(listed, on="symbol", maintain_order="left")
                if not self.fields.stamp.field:
                    rows = rows.with_columns(present(request).alias(request.feed.observed))
                if rows.height:
                    parts = (Part(symbol, "rest", moment, 1, self.endpoint.url) for symbol in rows["symbol"])
                    yield Batch(rows, tuple(parts))


def present(request: Request) -> pl.Expr:
    """The moment of the run as a timestamp."""
    return pl.lit(request.now.astimezone(UTC).replace(tzinfo=None), TIMESTAMP)


@dataclass(frozen=True)
class Whole(Shape):
    """A fetch of daily values out of an answer that always has all days; it is asked for once for each instrument."""

    params: Params = field(default_factory=dict)

    def __call__(self, request: Request) -> Iterator[Batch]:
        """Yield one batch of the days that are over and not held yet, with a part for each window that was missing."""
        observed = request.feed.observed
        day = pl.col(observed).cast(request.feed.rows_schema()[observed])
        for instrument in request.instruments:
            if missing := request.held.missing(instrument.symbol, request.wanted):
                with request.noting_refusal(instrument.symbol):
                    frame = self.answer(request, instrument, self.params)
                    days = frame.with_columns(day).filter(~forming(observed, DAY, request.now))
                    yield batch_picked(request, days, instrument.symbol, missing, DAY, self.url_of(instrument))


def since_days_ago(reach: timedelta, ahead: timedelta = timedelta(0)) -> Callable[[Request, str], Window]:
    """The window from the start of the day that lies `reach` before the run, to `ahead` after it."""
    return lambda request, series: Window(day_start((request.now - reach).date()), request.now + ahead)


def newest_pieces(
    request: Request, series: str, wanted: Window, longest: timedelta, most: int, each: str = ""
) -> list[Window]:
    """What is not held of `wanted`, newest first, in at most `most` pieces that are no longer than `longest`.

    The rest is noted for later runs, with `each` at the end of the note.
    """
    missing = reversed(request.held.missing(series, wanted))
    pieces = [piece for window in missing for piece in window.split(longest, reverse=True)]
    if left := pieces[most:]:
        days = f"{left[-1].start:%Y-%m-%d} to {left[0].end:%Y-%m-%d}"
        request.notes.append(f"{series}: {days} is for later runs{each}")
    return pieces[:most]


def hourly(
    daily: Feed,
    params: Params,
    retention: str,
    *,
    cadence: str = "hourly",
    pages: Paginator | None = None,
    checks: Iterable[pa.Check] | None = None,
) -> Feed:
    """The feed of a series by hour, with the columns of its feed by day; only the last days are asked for.

    `params` ask for hours, and the venue keeps them for `retention`. `pages` and `checks` replace those of the days. In
    the description, "Daily" becomes "Hourly".
    """
    days = cast(Windowed, daily.fetch)
    name = daily.name.replace(daily.venue, f"{daily.venue}_hourly", 1)
    kept = since_days_ago(HOURS_ASKED, HOUR if daily.stamped_at_end else timedelta(0))
    return replace(
        daily,
        description=daily.description.replace("Daily", "Hourly").replace("each day", "each hour"),
        schema=feed_schema(
            name, *daily.schema.columns.items(), checks=daily.schema.checks if checks is None else checks
        ),
        cadence=cadence,
        retention=f"{retention}; only the last {HOURS_ASKED.days} days are asked for",
        revises=HOUR,
        fetch=replace(days, params=params, pages=pages or days.pages, step=HOUR, apart=timedelta(0), kept=kept),
    )


def _outside(observed: str, window: Window, now: datetime) -> pl.Expr:
    """True for a row of another time. A stamp that cannot be is not one: its row goes to quarantine."""
    return (sensible(pl.col(observed), now) & ~within(pl.col(observed), window)).fill_null(False)
