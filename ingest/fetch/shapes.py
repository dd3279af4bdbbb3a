"""The shapes of a plain series: bars, funding, snapshots, several instruments together, the present, a whole history.

Each is a fetch that a feed declares.

`bars` are periods stamped at their start, of which the one still forming is dropped. `funding` and `snapshots` are
stamped at the end of what they describe, so the last row of a day is stamped at the end of the window. `hourly` makes
the feed of a series by hour from its feed by day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import cast

import pandera.polars as pa
import polars as pl

from ingest.coverage import Part
from ingest.errors import RequestRefused
from ingest.feed import Batch, Feed, Request
from ingest.fetch.batches import DAY, HOUR, batch_picked, parts_covering, within
from ingest.fetch.pages import EPOCH, Paginator, Single
from ingest.fetch.questions import Ask, AskTogether, Page, Params, Question
from ingest.fetch.rows import Fields
from ingest.instrument import Instrument
from ingest.responses import place
from ingest.schema import feed_schema, forming, sensible
from ingest.windows import Window, day_start

SETTLEMENT = timedelta(hours=8)  # the longest time between two settlements of funding, at any venue
FINAL_RUN = timedelta(hours=5)  # a day fetched right after midnight is fetched once more by the final run
HOURS_ASKED = timedelta(days=9)  # of an hourly series: the 24 hours up to now, and the week that they are compared with
STEPS = {"1h": HOUR, "1d": DAY}
FEWEST = 3  # instruments that are asked for together: two that are refused together would take three questions


@dataclass(frozen=True)
class Windowed:
    """A fetch of the windows that the warehouse lacks, instrument by instrument; `bars` and the others preset it.

    `ask` is the venue's, `url` an address that may contain {symbol}, `params` what every question sends besides the
    window and the instrument.
    `step` is the time that a row describes, and `apart` the longest time between two rows where that is more; None if
    rows come irregularly. `intervals` maps bar lengths to the parameters that ask for them, each a series of its own,
    such as BTCUSDT/1h.
    `kept` is the window that the venue still has at a moment, None if all. A window longer than `longest` is asked for
    in pieces with a batch each, oldest first; with `backwards` newest first, until a piece is empty.
    `drops_forming` drops the bar that is not over, `drops_outside` rows that the venue sends from outside the window,
    `drops_later` only those from after it.
    `series_of` names the series of an instrument.
    """

    ask: Ask
    url: str
    fields: Fields
    pages: Paginator
    params: Params = field(default_factory=dict)
    step: timedelta = DAY
    apart: timedelta | None = timedelta(0)
    intervals: Mapping[str, Params] = field(default_factory=lambda: {"": {}})
    kept: Callable[[datetime], Window] | None = None
    longest: timedelta = timedelta.max
    backwards: bool = False
    drops_forming: bool = False
    drops_outside: bool = False
    drops_later: bool = False
    series_of: Callable[[Instrument], str] = lambda instrument: instrument.symbol

    def wanted(self, request: Request) -> Window:
        """What is asked for: the window of the request, as far as the venue still has it."""
        return request.wanted if self.kept is None else request.wanted.intersect(self.kept(request.now))

    def __call__(self, request: Request) -> Iterator[Batch]:
        """Yield a batch for each window that is not held yet and that the venue still has."""
        wanted = self.wanted(request)
        for instrument in request.instruments:
            for interval in self.intervals:
                series = self._series(instrument, interval)
                for missing in request.held.missing(series, self._whole_bars(wanted, interval)):
                    with request.noting_refusal(series):
                        for piece in missing.split(self.longest, reverse=self.backwards):
                            batch = self.batch(request, instrument, piece, interval)
                            yield batch
                            if self.backwards and batch.rows.is_empty():
                                break

    def _whole_bars(self, window: Window, interval: str) -> Window:
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
        self, rows: pl.DataFrame, request: Request, instrument: Instrument, window: Window, interval: str = ""
    ) -> Batch:
        """`rows`, as `fields` reads them, as the answer for one window of one series."""
        step, observed = STEPS.get(interval, self.step), request.feed.observed
        frame = blanks_filled(rows, request)
        if self.drops_forming:
            frame = frame.filter(~forming(observed, step, request.now))
        if self.drops_outside:
            frame = frame.filter(~_outside(observed, window, request.now))
        if self.drops_later:
            frame = frame.filter(~_outside(observed, Window(EPOCH, window.end), request.now))
        series, url = self._series(instrument, interval), self.url.format(symbol=instrument.symbol)
        return Batch(frame, parts_covering(request, frame, series, window, step, url, apart=self.apart))

    def rows(self, request: Request, instrument: Instrument, window: Window, interval: str = "") -> pl.DataFrame:
        """The rows that the venue has of `window`, as `fields` reads them."""
        url = self.url.format(symbol=instrument.symbol)
        fixed = {**self.params, **self.intervals[interval]}

        def ask(params: Params) -> Page:
            return self.ask(request, Question(url, instrument, {**fixed, **params}, self.fields.row))

        step = STEPS.get(interval, self.step)
        pages = self.pages(ask, window, step, self.fields.stamp_of, place(url)[0])
        return self.fields.frame([row for page in pages for row in page], instrument, interval)


@dataclass(frozen=True)
class Together(Windowed):
    """A fetch of windows that one answer has whole, with up to `most` instruments in a question.

    Instruments are asked for together where the same windows are missing and their margin type is the same, because
    venues count in other units for inverse contracts. `ask_together` is the venue's.
    """

    pages: Single
    ask_together: AskTogether = field(kw_only=True)
    most: int = field(kw_only=True)

    def __call__(self, request: Request) -> Iterator[Batch]:
        """Yield a batch for each question. One that is refused is asked again for each instrument alone."""
        groups: dict[tuple[str | None, tuple[Window, ...]], list[Instrument]] = {}
        wanted = self.wanted(request)
        for instrument in request.instruments:
            missing = tuple(request.held.missing(self.series_of(instrument), wanted))
            groups.setdefault((instrument.margin_type, missing), []).append(instrument)
        for (_, missing), instruments in groups.items():
            for window in missing:
                for start in range(0, len(instruments), self.most):
                    yield from self._answers(request, instruments[start : start + self.most], window)

    def _answers(self, request: Request, instruments: Sequence[Instrument], window: Window) -> Iterator[Batch]:
        joined = None
        if len(instruments) >= FEWEST:
            with suppress(RequestRefused):  # perhaps of one of them: each is asked alone, and its refusal is noted
                joined = self._joined(request, instruments, window)
        if joined is not None:
            yield joined
            return
        for instrument in instruments:
            with request.noting_refusal(self.series_of(instrument)):
                yield self._joined(request, [instrument], window)

    def _joined(self, request: Request, instruments: Sequence[Instrument], window: Window) -> Batch:
        """The rows and parts of all instruments in one window. Raises FeedUnavailable."""
        fields, params = self.fields, {**self.params, **self.pages.window_params(window)}
        questions = [Question(self.url, instrument, params, fields.row) for instrument in instruments]
        batches = [
            self.batch_of(fields.frame(page.rows, instrument), request, instrument, window)
            for instrument, page in zip(instruments, self.ask_together(request, questions), strict=True)
        ]
        return Batch(pl.concat(batch.rows for batch in batches), tuple(part for one in batches for part in one.parts))


bars = partial(Windowed, drops_forming=True)
funding = partial(Windowed, step=HOUR, apart=SETTLEMENT)
hourly_funding = partial(Windowed, step=HOUR)
snapshots = partial(Windowed, step=HOUR, apart=DAY)


@dataclass(frozen=True)
class Present:
    """A fetch of each instrument as it is now, whatever window is asked for: the venue keeps no history."""

    ask: Ask
    url: str
    fields: Fields

    def __call__(self, request: Request) -> Iterator[Batch]:
        """Yield one observation of each instrument, which covers the moment alone."""
        moment = Window(request.now, request.now)
        for instrument in request.trading:
            with request.noting_refusal(instrument.symbol):
                page = self.ask(request, Question(self.url, instrument, row=self.fields.row))
                frame = blanks_filled(self.fields.frame(page.rows, instrument), request)
                yield Batch(frame, (Part(instrument.symbol, "rest", moment, frame.height, self.url),))


@dataclass(frozen=True)
class Whole:
    """A fetch of daily values out of an answer that always has all days; it is asked for once for each instrument."""

    ask: Ask
    url: str
    fields: Fields
    params: Params = field(default_factory=dict)

    def __call__(self, request: Request) -> Iterator[Batch]:
        """Yield one batch of the days that are over and not held yet, with a part for each window that was missing."""
        observed = request.feed.observed
        day = pl.col(observed).cast(request.feed.rows_schema()[observed])
        for instrument in request.instruments:
            if missing := request.held.missing(instrument.symbol, request.wanted):
                url = self.url.format(symbol=instrument.symbol)
                with request.noting_refusal(instrument.symbol):
                    page = self.ask(request, Question(url, instrument, self.params, self.fields.row))
                    frame = blanks_filled(self.fields.frame(page.rows, instrument), request)
                    days = frame.with_columns(day).filter(~forming(observed, DAY, request.now))
                    yield batch_picked(request, days, instrument.symbol, missing, DAY, url)


def since_days_ago(reach: timedelta, ahead: timedelta = timedelta(0)) -> Callable[[datetime], Window]:
    """The window from the start of the day that lies `reach` before a moment, to `ahead` after it."""
    return lambda now: Window(day_start((now - reach).date()), now + ahead)


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


def blanks_filled(frame: pl.DataFrame, request: Request) -> pl.DataFrame:
    """`frame` with the columns of the feed's schema that no published field becomes, as nulls."""
    lacking = [column for column in request.feed.schema.columns if column not in frame.columns]
    return frame.with_columns(pl.lit(None, pl.String).alias(column) for column in lacking)


def _outside(observed: str, window: Window, now: datetime) -> pl.Expr:
    """True for a row of another time. A stamp that cannot be is not one: its row goes to quarantine."""
    return (sensible(pl.col(observed), now) & ~within(pl.col(observed), window)).fill_null(False)
