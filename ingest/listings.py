"""A venue's list of contracts as a feed: the whole list as it is now, once a day.

Venues keep no history of their lists, so a row has the time of the run that asked. The columns are the same for every
venue; its `feeds.py` says which published fields they come from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ingest.coverage import Part
from ingest.feed import Batch, Feed, Request
from ingest.fetch.interface import at
from ingest.fetch.rows import text_frame
from ingest.fetch.shapes import present
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
Contract = Mapping[str, Any]
"""A contract as the venue publishes it."""
Source = str | Callable[[Contract], object]
"""Where a column comes from: the path of a published field, or a value made of the contract."""


@dataclass(frozen=True)
class WholeList:
    """A fetch of the list as it is now, unless the warehouse has one of the same UTC day.

    `contracts` asks for it. `sources` say where `symbol` and COLUMNS come from; the others are null.
    """

    contracts: Callable[[Request], Iterable[Contract]]
    url: str
    sources: Mapping[str, Source]

    def __call__(self, request: Request) -> Iterator[Batch]:
        """Yield the list with the time of the run. Raises FeedUnavailable."""
        today = day_start(request.now.date())
        if any(held.start <= today < held.end for held in request.held.of(SERIES, "rest")):
            return
        rows = text_frame(map(self._row, self.contracts(request)), ("symbol", *COLUMNS))
        frame = rows.select("symbol", present(request).alias("snapshot_at"), *COLUMNS)
        yield Batch(frame, (Part(SERIES, "rest", Window(today, request.now), frame.height, self.url),))

    def _row(self, one: Contract) -> Contract:
        return {name: at(of, one) if isinstance(of, str) else of(one) for name, of in self.sources.items()}


def contract_list(
    feed: Callable[..., Feed],
    name: str,
    description: str,
    contracts: Callable[[Request], Iterable[Contract]],
    url: str,
    **sources: Source,
) -> Feed:
    """The feed `name` of a list at `url`. `feed` makes the feeds of the venue, `sources` say what its columns are."""
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
        fetch=WholeList(contracts, url, sources),
    )
