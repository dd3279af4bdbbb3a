"""The catalogue: every feed there is, and from `catalogue.toml` which instruments each is asked for, how fast.

A feed itself (series, schema, how it is asked and parsed) is defined with its venue in `ingest.venues`, that of the
user's own files in `ingest.inbox`, one that is recorded instead of asked for in `ingest.tape`.
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest import inbox
from ingest.errors import CatalogueBroken
from ingest.feed import Feed, Instrument
from ingest.http import Host
from ingest.tape import EVENTS
from ingest.tape import FEEDS as RECORDED
from ingest.venues import (
    binance,
    bitfinex,
    blockchain_com,
    bybit,
    coinalyze,
    coinbase,
    coinglass,
    coinmetrics,
    deribit,
    gate,
    hyperliquid,
    kraken,
    okx,
)

FEEDS: tuple[Feed, ...] = (
    *binance.FEEDS,
    *bitfinex.FEEDS,
    *blockchain_com.FEEDS,
    *bybit.FEEDS,
    *coinalyze.FEEDS,
    *coinbase.FEEDS,
    *coinglass.FEEDS,
    *coinmetrics.FEEDS,
    *deribit.FEEDS,
    *gate.FEEDS,
    *hyperliquid.FEEDS,
    *kraken.FEEDS,
    *okx.FEEDS,
    *inbox.FEEDS,
)
LANDED: tuple[Feed, ...] = (*FEEDS, *RECORDED)  # everything that has a raw table
CATALOGUE = Path(__file__).with_name("catalogue.toml")
MARKETS = {"spot": (False,), "perpetual": (True,), "network": (False,)}  # whether a margin type belongs to it
MARGIN_TYPES = ("linear", "inverse")
TAPES = {feed.name for feed in EVENTS}


@dataclass(frozen=True)
class Catalogue:
    """`instruments` by feed name, only feeds that have some; `hosts` by host name."""

    instruments: dict[str, tuple[Instrument, ...]]
    hosts: dict[str, Host]

    @property
    def feeds(self) -> tuple[Feed, ...]:
        """The feeds that are asked, for at least one instrument, in the order of FEEDS."""
        return tuple(feed for feed in FEEDS if feed.name in self.instruments)

    @property
    def assets(self) -> tuple[str, ...]:
        return tuple(sorted({i.asset for listed in self.instruments.values() for i in listed}))


def feed_named(name: str) -> Feed:
    """The feed of that name. Raises CatalogueBroken when there is none."""
    for feed in LANDED:
        if feed.name == name:
            return feed
    raise CatalogueBroken(f"no feed is named {name!r}", advice=f"feeds: {', '.join(f.name for f in LANDED)}")


def load_catalogue(path: Path | None = None) -> Catalogue:
    """Read the catalogue. Raises CatalogueBroken when the file is missing, unreadable or names what does not exist."""
    path = path or CATALOGUE
    try:
        content = tomllib.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise CatalogueBroken(f"cannot read the catalogue {path}: {error}") from error
    instruments: dict[str, list[Instrument]] = {}
    entries = content.get("instruments", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise CatalogueBroken(
            f"{path}: instruments is no list of tables", advice="write [[instruments]], in double brackets"
        )
    for entry in entries:
        for feed, instrument in _instruments(entry, path):
            listed = instruments.setdefault(feed, [])
            if any(earlier.symbol == instrument.symbol for earlier in listed):
                raise CatalogueBroken(f"{path}: {feed} lists {instrument.symbol} twice")
            listed.append(instrument)
    if not instruments:
        raise CatalogueBroken(f"{path} lists no instruments", advice="add an [[instruments]] entry")
    hosts = {name: _host(name, limits, path) for name, limits in content.get("hosts", {}).items()}
    return Catalogue({feed: tuple(listed) for feed, listed in instruments.items()}, hosts)


def _host(name: str, limits: Any, path: Path) -> Host:  # noqa: ANN401 - whatever stands in the file
    if name not in (known := sorted({host for feed in FEEDS for host in feed.hosts})):
        raise CatalogueBroken(f"{path}: no feed asks the host {name!r}", advice=f"hosts: {', '.join(known)}")
    fields = {"per_second", "per_minute", "burst"}
    if not isinstance(limits, dict) or not all(
        field in fields and isinstance(value, int | float) and value > 0 for field, value in limits.items()
    ):
        raise CatalogueBroken(
            f"{path}: host {name} with {limits}", advice="it has positive per_second, per_minute and burst"
        )
    return Host(**limits)


def _instruments(entry: dict[str, Any], path: Path) -> list[tuple[str, Instrument]]:
    known = {"asset", "venue", "instrument", "market", "margin_type", "contract_size", "symbols"}
    market, margin_type = entry.get("market"), entry.get("margin_type")
    if extra := set(entry) - known:
        raise CatalogueBroken(
            f"{path}: an instrument has no {', '.join(sorted(extra))}", advice=f"it has {sorted(known)}"
        )
    symbols = entry.get("symbols")
    if not entry.get("asset") or not isinstance(symbols, dict) or not symbols:
        raise CatalogueBroken(f"{path}: an instrument needs an asset and its symbols: {entry}")
    if not all(isinstance(value, str) and value for value in (entry["asset"], *symbols.values())):
        raise CatalogueBroken(f"{path}: asset and symbols are texts: {entry}")
    if market not in MARKETS or (margin_type is not None) not in MARKETS[market]:
        raise CatalogueBroken(f"{path}: market {market!r} with margin type {margin_type!r}",
                              advice="a perpetual has a margin type, spot and network have none")  # fmt: skip
    if margin_type is not None and margin_type not in MARGIN_TYPES:
        raise CatalogueBroken(f"{path}: margin type {margin_type!r}", advice="use linear or inverse")
    size = entry.get("contract_size")
    if not _is_size(size) if size is not None else any(feed in TAPES for feed in symbols):
        raise CatalogueBroken(
            f"{path}: contract size {size!r}: {entry}",
            advice="a tape needs one, in coins for a linear and in USD for an inverse contract",
        )
    if market != "network" and not (entry.get("venue") and entry.get("instrument")):
        raise CatalogueBroken(f"{path}: a {market} instrument needs its venue and its contract there: {entry}")
    return [
        (
            feed_named(feed).name,
            Instrument(
                symbol,
                entry["asset"],
                market,
                entry.get("venue"),
                entry.get("instrument"),
                margin_type,
                1.0 if size is None else float(size),
            ),
        )
        for feed, symbol in symbols.items()
    ]


def _is_size(value: Any) -> bool:  # noqa: ANN401 - whatever stands in the file
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < math.inf
