"""Hours of funding that the venue lacks, as known gaps: they are neither filled nor asked for again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta
from itertools import pairwise

import polars as pl

from ingest.coverage import LATE, Part
from ingest.feed import Batch, Fetch, Request
from ingest.fetch.shapes import HOUR
from ingest.windows import Window


def fetch(settlements: Fetch, request: Request) -> Iterator[Batch]:
    """Yield the batches of hourly `settlements`, each with its holes as parts that the venue does not have.

    A hole is the time between two settlements that are more than an hour apart. One that ended less than LATE ago does
    not count: the venue may still fill it.
    """
    for batch in settlements(request):
        (part,) = batch.parts
        inside = batch.rows.filter(pl.col("settled_at") < pl.lit(part.window.end.replace(tzinfo=None)))
        hours = [hour.replace(tzinfo=UTC) for hour in inside["settled_at"].unique().sort()]
        holes = [Window(a + HOUR, b) for a, b in pairwise(hours) if b - a > HOUR and b <= request.now - LATE]
        if holes:
            lacking = sum((hole.end - hole.start for hole in holes), timedelta()) // HOUR
            request.notes.append(
                f"{part.series}: the venue lacks {lacking} hours of funding between {holes[0].start:%Y-%m-%d} and"
                f" {holes[-1].end:%Y-%m-%d} (holes: {len(holes)})"
            )
        absent = [Part(part.series, "rest", hole, 0, part.url, absent=True) for hole in holes]
        yield Batch(batch.rows, (part, *absent))
