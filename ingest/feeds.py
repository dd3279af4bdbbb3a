"""The catalogue: every feed there is, and from `catalogue.toml` which instruments each is asked for, how fast.

A feed itself (series, schema, how it is asked and parsed) is defined with its venue in `ingest.venues`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.errors import CatalogueBroken
from ingest.feed import Feed, Instrument
from ingest.http import Host
from ingest.venues import binance, coinalyze, coinmetrics

FEEDS: tuple[Feed, ...] = (*binance.FEEDS, *coinalyze.FEEDS, *coinmetrics.FEEDS)
CATALOGUE = Path(__file__).with_name("catalogue.toml")
MARKETS = {"spot": (False,), "perpetual": (True,), "network": (False,)}  # whether a margin type belongs to it
MARGIN_TYPES = ("linear", "inverse")


@dataclass(frozen=True)
class Catalogue:
    """`instruments` by feed name, only feeds that have some; `hosts` by host name."""

    instruments: dict[str, tuple[Instrument, ...]]
    hosts: dict[str, Host]

    @property
    def feeds(self) -> tuple[Feed, ...]:
        """The feeds that are asked for at least one instrument, in the order of FEEDS."""
        return tuple(feed for feed in FEEDS if feed.name in self.instruments)

    @property
    def assets(self) -> tuple[str, ...]:
        return tuple(sorted({i.asset for listed in self.instruments.values() for i in listed}))


def feed_named(name: str) -> Feed:
    """The feed of that name. Raises CatalogueBroken when there is none."""
    for feed in FEEDS:
        if feed.name == name:
            return feed
    raise CatalogueBroken(f"no feed is named {name!r}", advice=f"feeds: {', '.join(f.name for f in FEEDS)}")


def load_catalogue(path: Path | None = None) -> Catalogue:
    """Read the catalogue. Raises CatalogueBroken when the file is missing, unreadable or names what does not exist."""
    path = path or CATALOGUE
    try:
        content = tomllib.loads(path.read_text())
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise CatalogueBroken(f"cannot read the catalogue {path}: {error}") from error
    instruments: dict[str, list[Instrument]] = {}
    for entry in content.get("instruments", []):
        for feed, instrument in _instruments(entry, path):
            instruments.setdefault(feed, []).append(instrument)
    if not instruments:
        raise CatalogueBroken(f"{path} lists no instruments", advice="add an [[instruments]] entry")
    try:
        hosts = {name: Host(**limits) for name, limits in content.get("hosts", {}).items()}
    except TypeError as error:
        raise CatalogueBroken(f"{path}: {error}", advice="a host has per_second, per_minute and burst") from error
    return Catalogue({feed: tuple(listed) for feed, listed in instruments.items()}, hosts)


def _instruments(entry: dict[str, Any], path: Path) -> list[tuple[str, Instrument]]:
    known = {"asset", "venue", "instrument", "market", "margin_type", "symbols"}
    market, margin_type = entry.get("market"), entry.get("margin_type")
    if extra := set(entry) - known:
        raise CatalogueBroken(f"{path}: an instrument has no {', '.join(sorted(extra))}", advice=f"it has {sorted(known)}")
    if not entry.get("asset") or not entry.get("symbols"):
        raise CatalogueBroken(f"{path}: an instrument needs an asset and its symbols: {entry}")
    if market not in MARKETS or (margin_type is not None) not in MARKETS[market]:
        raise CatalogueBroken(f"{path}: market {market!r} with margin type {margin_type!r}",
                              advice="a perpetual has a margin type, spot and network have none")  # fmt: skip
    if margin_type is not None and margin_type not in MARGIN_TYPES:
        raise CatalogueBroken(f"{path}: margin type {margin_type!r}", advice="use linear or inverse")
    return [
        (
            feed_named(feed).name,
            Instrument(symbol, entry["asset"], market, entry.get("venue"), entry.get("instrument"), margin_type),
        )
        for feed, symbol in entry["symbols"].items()
    ]
