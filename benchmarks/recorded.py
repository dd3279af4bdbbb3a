"""What the recorded market answers for in full, as a catalogue: Bitcoin, in the feeds that are simulated too."""

from __future__ import annotations

import json
import tomllib

from ingest.feeds import CATALOGUE
from ingest.sample import SIMULATED


def recorded_catalogue(*, limited: bool) -> str:
    """The text of such a catalogue, with the hosts' rate limits or without them."""
    listed = tomllib.loads(CATALOGUE.read_text())
    tables = [_table(f'[hosts."{host}"]', limits) for host, limits in listed["hosts"].items()] if limited else []
    for entry in listed["instruments"]:
        symbols = {feed: symbol for feed, symbol in entry.pop("symbols").items() if feed in SIMULATED}
        if symbols and entry["asset"] == "BTC":
            tables += [_table("[[instruments]]", entry), _table("[instruments.symbols]", symbols)]
    return "".join(tables)


def _table(head: str, values: dict[str, object]) -> str:
    return "\n".join([head, *(f"{name} = {json.dumps(value)}" for name, value in values.items()), "", ""])
