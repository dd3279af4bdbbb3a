"""The catalogue: which instruments each feed is asked for, and how fast each host may be asked.

The project's own catalogue is `catalogue.toml` in each venue's folder, and `inbox.toml` for the user's own files. It
lists instruments by hand. A selection replaces its assets: `Catalogue.of_assets`.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt, StrictStr, ValidationError

from ingest import venues
from ingest.errors import CatalogueBroken
from ingest.feed import Feed
from ingest.feeds import FEEDS, feed_named
from ingest.instrument import Instrument
from ingest.market import Host
from ingest.perpetuals import TAPES, Perpetuals
from ingest.selection import Chosen, Measure, Selection, SelectionRefused

INBOX = Path(__file__).with_name("inbox.toml")

Text = Annotated[StrictStr, Field(min_length=1)]
Amount = Annotated[StrictInt | StrictFloat, Field(gt=0, lt=math.inf)]


class Entry(BaseModel):
    """One [[instruments]] table: a contract, and its symbol in each feed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    asset: Text
    venue: Text | None = None
    instrument: Text | None = None
    market: Literal["spot", "perpetual", "network"]
    margin_type: Literal["linear", "inverse"] | None = None
    contract_size: Amount | None = None
    symbols: Annotated[dict[str, Text], Field(min_length=1)]


class Limits(BaseModel):
    """One [hosts."..."] table: the rates that a host allows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    per_second: Amount = Host.per_second
    per_minute: Amount = Host.per_minute
    burst: Amount = Host.burst
    counts_each: Text | None = Host.counts_each


class Select(BaseModel):
    """The [select] table: the assets of every warehouse that chooses none with `leverage run --assets`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    perpetuals: Literal["usdt"] = "usdt"
    top: Annotated[StrictInt, Field(gt=0)] | None = None
    by: Measure = "traded_value"
    names: list[Text] = []
    exclude: list[Text] = []

    def selection(self) -> Selection:
        """The rule. Raises SelectionRefused when it selects nothing."""
        top = [] if self.top is None else [f"top:{self.top}:{self.by}"]
        return Selection.parse(",".join([*top, *self.names, *(f"-{name}" for name in self.exclude)]))


class Content(BaseModel):
    """The parts of a catalogue file. Each entry is validated on its own, so that an error names it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    instruments: list[dict[str, Any]] = []
    perpetuals: list[dict[str, Any]] = []
    select: dict[str, Any] | None = None
    hosts: dict[str, Any] = {}


@dataclass(frozen=True)
class Catalogue:
    """`instruments` by feed name, only feeds that have some; `hosts` by host name.

    `perpetuals` are the venues' naming rules, `select` the rule that a file of the catalogue selects assets by.
    """

    instruments: dict[str, tuple[Instrument, ...]]
    hosts: dict[str, Host]
    perpetuals: tuple[Perpetuals, ...] = ()
    select: Selection | None = None

    @property
    def feeds(self) -> tuple[Feed, ...]:
        """The feeds that are asked for at least one instrument, in the order of FEEDS."""
        return tuple(feed for feed in FEEDS if feed.name in self.instruments)

    @property
    def assets(self) -> tuple[str, ...]:
        return tuple(sorted({i.asset for listed in self.instruments.values() for i in listed}))

    def is_over(self, feed: Feed, day: date) -> bool:
        """Whether every instrument of `feed` ended before `day`, so that nothing new can come."""
        return all(i.last_day is not None and i.last_day < day for i in self.instruments[feed.name])

    @property
    def last_days(self) -> dict[str, date | None]:
        """The last day of each asset, None while one of its contracts is traded."""
        found: dict[str, list[date | None]] = {}
        for instrument in {i for listed in self.instruments.values() for i in listed}:
            found.setdefault(instrument.asset, []).append(instrument.last_day)
        return {asset: None if None in days else max(filter(None, days)) for asset, days in sorted(found.items())}

    def of_assets(self, chosen: Chosen) -> Catalogue:
        """The catalogue of the chosen assets, and of those that have left with their last day.

        An asset has the instruments that are listed by hand. From each venue that lists none of it by hand it has the
        contracts of the venue's list, or where no list has the asset, the one that the naming rule makes.
        Raises CatalogueBroken when no feed is asked for any of them.
        """
        wanted: dict[str, date | None] = {**chosen.left, **dict.fromkeys(chosen.assets)}
        by_hand = {(i.asset, i.venue, i.margin_type) for listed in self.instruments.values() for i in listed}
        found = {
            feed: {i.symbol: replace(i, last_day=wanted[i.asset]) for i in listed if i.asset in wanted}
            for feed, listed in self.instruments.items()
        }
        for asset, rule in product(sorted(wanted), self.perpetuals):
            if (asset, rule.venue, rule.margin_type) not in by_hand:
                for feed, instrument in _contracts(rule, asset, chosen):
                    ended = min(filter(None, (instrument.last_day, wanted[asset])), default=None)
                    found.setdefault(feed, {}).setdefault(instrument.symbol, replace(instrument, last_day=ended))
        instruments = {feed: tuple(listed.values()) for feed, listed in found.items() if listed}
        if not instruments:
            raise CatalogueBroken(f"the catalogue knows none of {', '.join(wanted)}", advice="choose other assets")
        return replace(self, instruments=instruments)


def _contracts(rule: Perpetuals, asset: str, chosen: Chosen) -> Iterator[tuple[str, Instrument]]:
    """The contracts of `asset` at the venue of `rule`, once for each feed: the listed ones if any venue lists it."""
    listed = [one for one in chosen.contracts if one.asset == asset]
    for one in listed:
        if one.venue == rule.venue:
            for feed, instrument in rule.instruments(asset, one.base, one.instrument, one.base_per_contract):
                yield feed, replace(instrument, last_day=one.last_day)
    # An asset that no list has was delisted before the first one, and is named by hand.
    if not listed or rule.venue not in chosen.list_venues:
        yield from rule.contract(asset)


def catalogue_files(path: Path | None = None) -> list[Path]:
    """The files of a catalogue: a TOML file, all in a directory, or by default the project's own."""
    if path is None:
        return [*sorted(venues.FOLDER.glob("*/catalogue.toml")), INBOX]
    return sorted(path.glob("*.toml")) if path.is_dir() else [path]


def load_catalogue(path: Path | None = None) -> Catalogue:
    """Read the catalogue at `path`, a TOML file or a directory of them, by default the project's own.

    Raises CatalogueBroken when a file is missing or unreadable, names something that does not exist, or contradicts
    another.
    """
    instruments: dict[str, list[Instrument]] = {}
    hosts: dict[str, Host] = {}
    facts: dict[tuple[str | None, ...], Instrument] = {}
    perpetuals: list[Perpetuals] = []
    select: Selection | None = None
    for file in catalogue_files(path):
        content = read_catalogue(file)
        perpetuals += [_perpetuals(table, file) for table in content.perpetuals]
        if content.select is not None:
            if select:
                raise CatalogueBroken(f"{file}: another file selects assets too", advice="keep one [select] table")
            select = _selected(content.select, file)
        for table in content.instruments:
            entry = _entry(table, file)
            for feed, symbol in entry.symbols.items():
                listed, instrument = instruments.setdefault(feed_named(feed).name, []), _instrument(entry, symbol)
                if any(earlier.symbol == symbol for earlier in listed):
                    raise CatalogueBroken(f"{file}: {feed} lists {symbol} twice")
                listed.append(instrument)
                if instrument.venue:
                    known = facts.setdefault((instrument.venue, instrument.instrument, instrument.market), instrument)
                    _refuse_contradiction(instrument, known, file)
        for name, limits in content.hosts.items():
            if name in hosts:
                raise CatalogueBroken(f"{file}: another file has limits of the host {name!r} too")
            hosts[name] = _host(name, limits, file)
    if not instruments and not (select and perpetuals):
        raise CatalogueBroken(f"{path} lists no instruments", advice="add an [[instruments]] entry")
    listed_by_hand = {feed: tuple(listed) for feed, listed in instruments.items()}
    return Catalogue(listed_by_hand, hosts, tuple(perpetuals), select)


def read_catalogue(file: Path) -> Content:
    """The content of one catalogue file. Raises CatalogueBroken when it is missing, unreadable or of another shape."""
    try:
        return Content.model_validate(tomllib.loads(file.read_text()))
    except ValidationError as error:
        wrong = error.errors()[0]
        if (name := wrong["loc"][0]) in ("instruments", "perpetuals"):
            what, advice = f"{name} is no list of tables", f"write [[{name}]], in double brackets"
        elif name == "select":
            what, advice = "select is no table", "write [select]"
        elif name == "hosts":
            what, advice = "hosts is no table", 'write [hosts."api.example.com"]'
        else:
            what, advice = f"a catalogue has no {name}", "it has [[instruments]], [[perpetuals]], [select] and [hosts]"
        raise CatalogueBroken(f"{file}: {what}", advice=advice) from error
    except (OSError, ValueError) as error:
        raise CatalogueBroken(f"cannot read the catalogue {file}: {error}") from error


def _refuse_contradiction(said: Instrument, known: Instrument, file: Path) -> None:
    """Two entries may list one contract, each for its own feeds; its facts have to be the same in both."""
    for fact in ("asset", "margin_type", "contract_size"):
        if (one := getattr(said, fact)) != (other := getattr(known, fact)):
            raise CatalogueBroken(
                f"{file}: {said.venue} {said.instrument} has {fact} {one} in one entry and {other} in another",
                advice="say the same in both (a contract_size left out is 1), or put its symbols into one entry",
            )


def _host(name: str, limits: Any, file: Path) -> Host:  # noqa: ANN401 - whatever the file has
    if name not in (known := sorted({host for feed in FEEDS for host in feed.hosts})):
        raise CatalogueBroken(f"{file}: no feed asks the host {name!r}", advice=f"hosts: {', '.join(known)}")
    try:
        return Host(**Limits.model_validate(limits).model_dump())
    except ValidationError as error:
        raise CatalogueBroken(
            f"{file}: host {name} with {limits}",
            advice="it has positive per_second, per_minute and burst, and counts_each",
        ) from error


def _perpetuals(table: dict[str, Any], file: Path) -> Perpetuals:
    """One [[perpetuals]] table. Raises CatalogueBroken."""
    try:
        rule = Perpetuals.model_validate(table)
        for feed, template in rule.symbols.items():
            template.format(instrument=feed_named(feed).name, base="")
        rule.instrument.format(base="")
    except (ValidationError, LookupError, ValueError) as error:
        wrong = error.errors()[0] if isinstance(error, ValidationError) else None
        what = f"{'.'.join(map(str, wrong['loc']))}: {wrong['msg']}" if wrong else f"a template is broken: {error}"
        raise CatalogueBroken(f"{file}: perpetuals of {table.get('venue')}: {what}") from error
    return rule


def _selected(table: dict[str, Any], file: Path) -> Selection:
    """The [select] table as a rule. Raises CatalogueBroken."""
    try:
        return Select.model_validate(table).selection()
    except ValidationError as error:
        wrong = error.errors()[0]
        what = f"select: {'.'.join(map(str, wrong['loc']))}: {wrong['msg']}"
        raise CatalogueBroken(f"{file}: {what}", advice=f"it has {', '.join(Select.model_fields)}") from error
    except SelectionRefused as error:
        raise CatalogueBroken(f"{file}: select: {error}") from error


def _entry(table: dict[str, Any], file: Path) -> Entry:
    """One [[instruments]] table. Raises CatalogueBroken with the first thing that is wrong in it."""
    try:
        entry = Entry.model_validate(table)
    except ValidationError as error:
        raise _refusal({str(e["loc"][0]): e["type"] for e in reversed(error.errors())}, table, file) from error
    if (entry.margin_type is not None) != (entry.market == "perpetual"):
        raise _refusal({"market": ""}, table, file)
    if entry.contract_size is None and TAPES & entry.symbols.keys():
        raise _refusal({"contract_size": ""}, table, file)
    if entry.market != "network" and not (entry.venue and entry.instrument):
        raise CatalogueBroken(f"{file}: a {entry.market} instrument needs its venue and its contract there: {table}")
    return entry


def _refusal(wrong: dict[str, str], table: dict[str, Any], file: Path) -> CatalogueBroken:
    """The error for a table in which the fields `wrong` have errors of the types that pydantic gives them."""
    if extra := sorted(set(wrong) - set(Entry.model_fields)):
        return CatalogueBroken(
            f"{file}: an instrument has no {', '.join(extra)}", advice=f"it has {sorted(Entry.model_fields)}"
        )
    if texts := wrong.keys() & {"asset", "symbols", "venue", "instrument"}:
        if "string_type" in (wrong[name] for name in texts):
            return CatalogueBroken(f"{file}: asset and symbols are texts: {table}")
        return CatalogueBroken(f"{file}: an instrument needs an asset and its symbols: {table}")
    if "market" in wrong:
        return CatalogueBroken(
            f"{file}: market {table.get('market')!r} with margin type {table.get('margin_type')!r}",
            advice="a perpetual has a margin type, spot and network have none",
        )
    if "margin_type" in wrong:
        return CatalogueBroken(f"{file}: margin type {table['margin_type']!r}", advice="use linear or inverse")
    return CatalogueBroken(
        f"{file}: contract size {table.get('contract_size')!r}: {table}",
        advice="a tape needs one, in coins for a linear and in USD for an inverse contract",
    )


def _instrument(entry: Entry, symbol: str) -> Instrument:
    size = 1.0 if entry.contract_size is None else float(entry.contract_size)
    return Instrument(symbol, entry.asset, entry.market, entry.venue, entry.instrument, entry.margin_type, size)
