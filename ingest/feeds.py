"""The catalogue: every feed there is, and from `catalogue/` which instruments each is asked for, how fast.

A feed itself (series, schema, how it is asked and parsed) is defined with its venue in `ingest.venues`, that of the
user's own files in `ingest.inbox`, one that is recorded instead of asked for in `ingest.tape`.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from ingest import inbox, venues
from ingest.errors import CatalogueBroken
from ingest.feed import Feed, Instrument
from ingest.market import Host
from ingest.tape import EVENTS
from ingest.tape import FEEDS as RECORDED


def _offered() -> Iterator[Feed]:
    """What the venues offer: the FEEDS of every module and package in `ingest.venues`, by name."""
    for name in sorted(found.name for found in iter_modules(venues.__path__, f"{venues.__name__}.")):
        yield from import_module(name).FEEDS


FEEDS: tuple[Feed, ...] = (*_offered(), *inbox.FEEDS)
LANDED: tuple[Feed, ...] = (*FEEDS, *RECORDED)  # everything that has a raw table
CATALOGUE = Path(__file__).with_name("catalogue")
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
    """Read the catalogue, a TOML file or a directory of them, by default the project's own.

    Raises CatalogueBroken when a file is missing or unreadable, names what does not exist, or contradicts another.
    """
    path = path or CATALOGUE
    instruments: dict[str, list[Instrument]] = {}
    hosts: dict[str, Host] = {}
    facts: dict[tuple[str | None, ...], Instrument] = {}
    for file, content in read_catalogue(path).items():
        for entry in content.get("instruments", []):
            for feed, instrument in _instruments(entry, file):
                listed = instruments.setdefault(feed, [])
                if any(earlier.symbol == instrument.symbol for earlier in listed):
                    raise CatalogueBroken(f"{file}: {feed} lists {instrument.symbol} twice")
                listed.append(instrument)
                if instrument.venue:
                    known = facts.setdefault((instrument.venue, instrument.instrument, instrument.market), instrument)
                    _refuse_contradiction(instrument, known, file)
        for name, limits in content.get("hosts", {}).items():
            if name in hosts:
                raise CatalogueBroken(f"{file}: another file has limits of the host {name!r} too")
            hosts[name] = _host(name, limits, file)
    if not instruments:
        raise CatalogueBroken(f"{path} lists no instruments", advice="add an [[instruments]] entry")
    return Catalogue({feed: tuple(listed) for feed, listed in instruments.items()}, hosts)


def read_catalogue(path: Path) -> dict[Path, dict[str, Any]]:
    """The content of each file of a catalogue: tables `hosts`, a list of tables `instruments`, both may be absent.

    Raises CatalogueBroken when a file is missing, unreadable or of another shape.
    """
    read: dict[Path, dict[str, Any]] = {}
    for file in sorted(path.glob("*.toml")) if path.is_dir() else [path]:
        try:
            content = tomllib.loads(file.read_text())
        except (OSError, ValueError) as error:
            raise CatalogueBroken(f"cannot read the catalogue {file}: {error}") from error
        entries = content.get("instruments", [])
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise CatalogueBroken(
                f"{file}: instruments is no list of tables", advice="write [[instruments]], in double brackets"
            )
        if not isinstance(content.get("hosts", {}), dict):
            raise CatalogueBroken(f"{file}: hosts is no table", advice='write [hosts."api.example.com"]')
        read[file] = content
    return read


def _refuse_contradiction(said: Instrument, known: Instrument, file: Path) -> None:
    """Two entries may speak of one contract, each for its own feeds; what they say of it has to be the same."""
    for fact in ("asset", "margin_type", "contract_size"):
        if (one := getattr(said, fact)) != (other := getattr(known, fact)):
            raise CatalogueBroken(
                f"{file}: {said.venue} {said.instrument} has {fact} {one} in one entry and {other} in another",
                advice="say the same in both (a contract_size left out is 1), or put its symbols into one entry",
            )


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
