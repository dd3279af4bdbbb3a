"""What the end-to-end tests share besides the warehouses: catalogues for venues that stand on loopback."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from pipelines import PROJECT

from ingest.sample import SIMULATED


def _listed() -> tuple[str, str]:
    """Of the project's catalogue the hosts, and the feeds of Bitcoin that the recordings and the simulation have."""
    listed = tomllib.loads((PROJECT / "ingest" / "catalogue.toml").read_text())
    instruments = []
    for entry in listed["instruments"]:
        symbols = {feed: symbol for feed, symbol in entry.pop("symbols").items() if feed in SIMULATED}
        if symbols and entry["asset"] == "BTC":
            instruments.append(_table("[[instruments]]", entry) + _table("[instruments.symbols]", symbols))
    hosts = [_table(f'[hosts."{host}"]', limits) for host, limits in listed["hosts"].items()]
    return "".join(hosts), "".join(instruments)


def _table(head: str, values: dict[str, object]) -> str:
    return "\n".join([head, *(f"{name} = {json.dumps(value)}" for name, value in values.items()), "", ""])


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's catalogue, as far as it is recorded."""
    path = tmp_path_factory.mktemp("catalogue") / "recorded.toml"
    path.write_text("".join(_listed()))
    return path


@pytest.fixture(scope="session")
def unlimited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same without rate limits: a server on loopback has none, and waiting tests nothing."""
    path = tmp_path_factory.mktemp("catalogue") / "unlimited.toml"
    path.write_text(_listed()[1])
    return path
