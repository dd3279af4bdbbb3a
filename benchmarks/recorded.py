"""What the recorded market answers for in full, as a catalogue: Bitcoin, in the simulated feeds of figures."""

from __future__ import annotations

import json

from ingest.catalogue import catalogue_files, read_catalogue
from ingest.feeds import feed_named
from ingest.listings import KIND as CONTRACT_LIST
from ingest.sample import SIMULATED

# A recording of days has no list of contracts, which is of the present.
FEEDS = [feed for feed in SIMULATED if feed_named(feed).kind != CONTRACT_LIST]


def recorded_catalogue(*, limited: bool) -> str:
    """The text of such a catalogue, with the hosts' rate limits or without them."""
    tables = []
    for listed in map(read_catalogue, catalogue_files()):
        for host, limits in listed.hosts.items() if limited else ():
            tables.append(_table(f'[hosts."{host}"]', limits))
        for entry in listed.instruments:
            symbols = {feed: symbol for feed, symbol in entry.pop("symbols").items() if feed in FEEDS}
            if symbols and entry["asset"] == "BTC":
                tables += [_table("[[instruments]]", entry), _table("[instruments.symbols]", symbols)]
    return "".join(tables)


def _table(head: str, values: dict[str, object]) -> str:
    return "\n".join([head, *(f"{name} = {json.dumps(value)}" for name, value in values.items()), "", ""])
