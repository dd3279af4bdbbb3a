"""One pull of one feed, from the inbox and the venue to landed segments: fetch, check against the schema, land.

What happens with the segments afterwards is the warehouse's business.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain

import polars as pl

from ingest.archives.revised import revised_archives
from ingest.coverage import LATE, Part
from ingest.errors import FeedBroken, FeedUnavailable, RequestRefused, printable
from ingest.feed import Batch, Feed, Request
from ingest.http import Traffic
from ingest.inbox import own_files
from ingest.landing import Landing
from ingest.responses import key_forms
from ingest.schema import conform
from ingest.windows import Window, day_start

LONGEST = 900.0  # seconds of one feed in a run: the next feed of its host waits for it, and the run for all

NAMED = 20  # series in a refusal that are named; the others are counted


@dataclass
class Pulled:
    """What a pull brought. `skipped` says in one line why the feed, or the rest of it, could not be fetched.

    `notes` are other things to report, such as series that were refused.
    """

    feed: str
    rows: int = 0
    quarantined: int = 0
    segments: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    skipped: str | None = None
    traffic: Traffic = field(default_factory=lambda: Traffic(0, 0, 0))


def pull(request: Request, landing: Landing) -> Pulled:
    """Land the user's own files, then what the venue has of the request's window and the warehouse does not hold.

    A feed that cannot be fetched is not an error of the run: earlier batches stay landed and `skipped` says why.
    That holds for any error inside the feed, whose type and place are given. Only a disk that cannot be written ends
    the run.
    A feed that takes longer than LONGEST is stopped between two batches, and the next run continues from there.
    Quarantined rows land first, so that rows are never landed without the rows that were taken out of them.
    """
    feed, result = request.feed, Pulled(request.feed.name, notes=request.notes)
    started = time.monotonic()
    before, answered_something = request.session.traffic, False
    try:
        for batch in own_files(request, landing.inbox):
            _land(batch, request, landing, result)
    except FeedUnavailable as error:
        request.notes.append(f"files of your own: {error}")
    try:
        for batch in _foreseen(chain(feed.fetch(request), revised_archives(request)), request):
            answered_something |= any(part.channel == "rest" or not part.absent for part in batch.parts)
            _land(batch, request, landing, result)
            if time.monotonic() - started > LONGEST:
                request.notes.append(f"broken off after {LONGEST / 60:.0f} minutes; the next run goes on from there")
                break
    except FeedUnavailable as error:
        result.skipped = f"new rows: {result.rows:,}; then: {error}" if result.rows else str(error)
    if refusals := _by_reason(request.refused):
        if result.skipped or answered_something or request.held.reaches(request.window.end):
            result.notes += [f"new rows: {result.rows:,}; {refusal}" for refusal in refusals]
        else:
            result.skipped = "; ".join(refusals)
    result.traffic = request.session.traffic.since(before)
    result.notes = [printable(_without_keys(note, request)) for note in result.notes]
    result.skipped = printable(_without_keys(result.skipped, request)) if result.skipped else None
    return result


def _without_keys(text: str, request: Request) -> str:
    """The text without the API keys of the request, however they are quoted in it."""
    for form in key_forms(request.keys.values()):
        text = text.replace(form, "***")
    return text


def _foreseen(batches: Iterator[Batch], request: Request) -> Iterator[Batch]:
    """The batches. Raises FeedBroken for an error of the fetch that is no FeedUnavailable."""
    try:
        yield from batches
    except FeedUnavailable:
        raise
    except Exception as error:
        raise FeedBroken.by(error, _without_keys(str(error), request)) from error


def _land(batch: Batch, request: Request, landing: Landing, result: Pulled) -> None:
    """Check a batch against the schema and land it. Raises OSError when it cannot be written, FeedBroken for any other
    error."""
    feed = request.feed
    try:
        conformed = conform(batch.rows, feed.schema, feed.key, request.now)
        parts = tuple(part for part in batch.parts if not request.held.repeats(part))
        quarantined = pl.concat([batch.broken, conformed.quarantined])
        if quarantined.height:
            landing.quarantine(feed, quarantined, parts, request.now)
            parts = _asked_again(parts, quarantined["symbol"].to_list(), request.now)
        result.quarantined += quarantined.height
        for rows, answered in _apart(feed, conformed.rows, parts, request.now):
            request.held.add(answered)
            if rows.is_empty() and not any(part.window for part in answered):
                continue  # nothing came, and nothing is absent that was not absent before
            if segment := landing.write(feed, rows, answered, request.now):
                result.segments.append(segment.name)
                result.rows += rows.height
    except OSError:
        raise
    except Exception as error:
        raise FeedBroken.by(error, _without_keys(str(error), request)) from error


def _by_reason(refused: Mapping[str, RequestRefused]) -> list[str]:
    """One line for each reason, with all that was refused for it; paths can differ by the symbol in them alone."""
    series_of: dict[str, list[str]] = {}
    for series, error in refused.items():
        series_of.setdefault(error.what, []).append(series)
    return [f"refused for {_named(series)}: {refused[series[0]]}" for series in series_of.values()]


def _named(series: Sequence[str]) -> str:
    """The names of the first series, and how many more there are."""
    more = f" and {len(series) - NAMED} more" if len(series) > NAMED else ""
    return ", ".join(series[:NAMED]) + more


def _asked_again(parts: Sequence[Part], broken: Sequence[str | None], now: datetime) -> tuple[Part, ...]:
    """The parts, of which those of the `broken` symbols do not answer for their last days, so that a row that was
    broken is fetched again when it may be mended. An archive or a file brings the same row each time."""
    settled, symbols = day_start((now - LATE).date()), tuple(symbol for symbol in broken if symbol)
    concerned = {part.series for part in parts if part.series.startswith(symbols)} if symbols else set()
    if not concerned or None in broken:
        concerned = {part.series for part in parts}  # which of them is not known
    return tuple(part.until(settled) if part.channel == "rest" and part.series in concerned else part for part in parts)


def _apart(
    feed: Feed, rows: pl.DataFrame, parts: Sequence[Part], now: datetime
) -> Iterator[tuple[pl.DataFrame, tuple[Part, ...]]]:
    """The rows in one piece, or where the venue still corrects its last days, these in a piece of their own.

    That piece answers for nothing, so it is asked for again, and landed again only when it comes back changed.
    """
    if not feed.revises:
        yield rows, tuple(parts)
        return
    since = day_start((now - feed.revises).date())
    corrected = pl.col(feed.observed) >= pl.lit(since.replace(tzinfo=None))
    yield rows.filter(~corrected), tuple(part.until(since) for part in parts)
    if (recent := rows.filter(corrected)).height:
        yield recent, tuple(replace(part, window=Window(since, since), rows=recent.height) for part in parts)
