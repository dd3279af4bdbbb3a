"""A venue's list of contracts as a feed: the whole list as it is now, once a day.

Venues keep no history of their lists, so a row has the time of the run that asked. The columns are the same for every
venue; `contracts` in each venue's `api.py` says where they come from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC

import polars as pl

from ingest.coverage import Part
from ingest.feed import Batch, Feed, Request
from ingest.fetch.rows import text_frame
from ingest.responses import place
from ingest.schema import column, feed_schema
from ingest.windows import Window, day_start

SERIES = "contracts"  # a list is one series, whatever contracts are asked for
KIND = "instruments"
COLUMNS = (
    "base_symbol",
    "quote_symbol",
    "contract_type",
    "listing_status",
    "listed_ms",
    "delivery_ms",
    "base_per_contract",
    "tick_size",
    "funding_interval_hours",
)
Contracts = Callable[[Request], Iterator[Mapping[str, object]]]
"""Yields the contracts of a list: `symbol` and COLUMNS, None where the venue does not say."""


@dataclass(frozen=True)
class WholeList:
    """A fetch of the list as it is now, unless the warehouse has one of the same UTC day."""

    contracts: Contracts
    url: str

    def __call__(self, request: Request) -> Iterator[Batch]:
        """Yield the list with the time of the run. Raises FeedUnavailable."""
        today = day_start(request.now.date())
        if any(held.start <= today < held.end for held in request.held.of(SERIES, "rest")):
            return
        present = pl.lit(request.now.astimezone(UTC).replace(tzinfo=None), pl.Datetime("us"))
        rows = text_frame(self.contracts(request), ("symbol", *COLUMNS))
        frame = rows.select("symbol", present.alias("snapshot_at"), *COLUMNS)
        yield Batch(frame, (Part(SERIES, "rest", Window(today, request.now), frame.height, self.url),))


def contract_list(feed: Callable[..., Feed], name: str, description: str, contracts: Contracts, url: str) -> Feed:
    """The feed `name` of a list at `url`. `feed` makes the feeds of the venue."""
    return feed(
        kind=KIND,
        description=description,
        schema=feed_schema(
            name,
            "symbol",
            column("snapshot_at", note="The present of the run that asked; a list has no stamp."),
            *(column(one, optional=True) for one in COLUMNS),
        ),
        cadence="one list a day",
        retention="none: a list is of the present",
        hosts=(place(url)[0],),
        fetch=WholeList(contracts, url),
    )
