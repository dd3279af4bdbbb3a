"""The pieces of a long window that one run asks for, where a venue answers too slowly for all of it."""

from __future__ import annotations

from datetime import timedelta

from ingest.feed import Request
from ingest.windows import Window


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
