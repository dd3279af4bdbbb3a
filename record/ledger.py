"""Entries of the coverage ledger, and the rows they become: stretches joined, and cut where an hour ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from ingest import tape

RECORDER = "recorder"  # the stream of what concerns all of them
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Entry:
    """One stretch or incident; `kind` is one of `ingest.tape.ENTRIES`, the moments are UTC."""

    venue: str
    stream: str
    kind: str
    start_at: datetime
    end_at: datetime
    message_count: int | None = None
    detail: str | None = None

    def stored(self) -> dict[str, Any]:
        """The entry as a line of the write-ahead file."""
        return {
            **self.__dict__,
            "start_at": self.start_at.isoformat(),
            "end_at": self.end_at.isoformat(),
        }

    @classmethod
    def restored(cls, stored: dict[str, Any]) -> Entry:
        moments = {name: datetime.fromisoformat(stored[name]) for name in ("start_at", "end_at")}
        return cls(**{**stored, **moments})


def joined(entries: Iterable[Entry]) -> list[Entry]:
    """The same entries, with recorded stretches of a stream made one where one begins as the other ends."""
    found: list[Entry] = []
    open_stretch: dict[str, int] = {}
    for entry in entries:
        at = open_stretch.get(entry.stream)
        if entry.kind == "recorded" and at is not None and found[at].end_at == entry.start_at:
            found[at] = replace(found[at], end_at=entry.end_at)
            continue
        if entry.kind == "recorded":
            open_stretch[entry.stream] = len(found)
        found.append(entry)
    return found


def cut_at_hours(entry: Entry) -> Iterator[Entry]:
    """The entry in pieces of which none goes beyond the end of an hour."""
    start = entry.start_at
    while True:
        end = min(entry.end_at, start.replace(minute=0, second=0, microsecond=0) + HOUR)
        yield replace(entry, start_at=start, end_at=end)
        if end >= entry.end_at:
            return
        start = end


def frame_of(recorder: str, entries: Iterable[Entry]) -> pl.DataFrame:
    """Rows of `tape_coverage`."""
    pieces = [piece for entry in joined(entries) for piece in cut_at_hours(entry)]
    return pl.DataFrame(
        [
            (recorder, p.venue, p.stream, p.kind, _naive(p.start_at), _naive(p.end_at), p.message_count, p.detail)
            for p in pieces
        ],
        schema=tape.LEDGER.rows_schema(),
        orient="row",
    )


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)
