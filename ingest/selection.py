"""Which assets a warehouse is about: the rule that a person writes, and the set that it came to.

The rule is text, as in `leverage run --assets`. The set is remembered in the warehouse, so that every later run, the
schedule and `leverage status` read the same one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any, ClassVar, Literal, get_args

from ingest.coins import coin_of
from ingest.errors import IngestError

Measure = Literal["traded_value", "open_interest"]
QUOTE = "USDT"
NAME = re.compile(r"\w+")
GRAMMAR = "write names such as BTC,ETH,XRP, or top:50, and -NAME for what to leave out"


class SelectionRefused(IngestError):
    """A rule that cannot be read, or that selects nothing."""


@dataclass(frozen=True)
class Selection:
    """A rule: assets by name, and the `top` USDT perpetuals by `measure` in the last whole month, less `excluded`."""

    names: tuple[str, ...] = ()
    top: int | None = None
    measure: Measure = "traded_value"
    excluded: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Selection:
        """`BTC,ETH,1000SHIB`, `top:50`, `top:50:open_interest,-USDC`. Names may be symbols: 1000SHIBUSDT is SHIB.

        Raises SelectionRefused when the text is no rule.
        """
        selection = cls()
        names: list[str] = []
        excluded: list[str] = []
        for term in filter(None, map(str.strip, text.split(","))):
            if term.lower().startswith("top:"):
                if selection.top is not None:
                    raise SelectionRefused(f"{text!r} has top twice", advice=GRAMMAR)
                selection = replace(selection, **_top(term))
            else:
                (excluded if term.startswith("-") else names).append(asset_named(term.removeprefix("-")))
        if not names and selection.top is None:
            raise SelectionRefused(f"{text!r} selects no asset", advice=GRAMMAR)
        kept = tuple(name for name in dict.fromkeys(names) if name not in excluded)
        if not kept and selection.top is None:
            raise SelectionRefused(f"{text!r} leaves out every asset that it names", advice=GRAMMAR)
        return replace(selection, names=kept, excluded=tuple(dict.fromkeys(excluded)))

    def __str__(self) -> str:
        """The rule as text that `parse` reads."""
        suffix = "" if self.measure == "traded_value" else f":{self.measure}"
        top = [] if self.top is None else [f"top:{self.top}{suffix}"]
        return ",".join([*top, *self.names, *(f"-{name}" for name in self.excluded)])


def asset_named(text: str) -> str:
    """The asset that a person means by BTC, btc, BTCUSDT, 1000SHIB or kPEPE. Raises SelectionRefused."""
    if not NAME.fullmatch(text):
        raise SelectionRefused(f"{text!r} is no name of an asset", advice=GRAMMAR)
    coin = coin_of(text if text.startswith("k") else text.upper())
    return coin_of(coin.name.upper().removesuffix(QUOTE) or text.upper()).name


def _top(term: str) -> dict[str, Any]:
    _, count, *measure = term.lower().split(":")
    if not count.isdecimal() or int(count) == 0 or measure[1:] or not set(measure) <= set(get_args(Measure)):
        raise SelectionRefused(f"{term!r} is no rule", advice=f"{GRAMMAR}; by {' or '.join(get_args(Measure))}")
    return {"top": int(count), **({"measure": measure[0]} if measure else {})}


@dataclass(frozen=True)
class ListedContract:
    """A contract that a venue's list had.

    `last_day` is the last day on which it was traded, None while it is. `announced_end` is the last day that the venue
    has set, which may still be to come.
    """

    DAYS: ClassVar = ("last_day", "announced_end")

    venue: str
    asset: str
    instrument: str
    base: str
    base_per_contract: float | None = None
    last_day: date | None = None
    announced_end: date | None = None

    def document(self) -> dict[str, Any]:
        """The contract as JSON."""
        days = {name: day.isoformat() if (day := getattr(self, name)) else None for name in self.DAYS}
        return {**asdict(self), **days}

    @classmethod
    def read(cls, document: dict[str, Any]) -> ListedContract:
        """The contract that `document` was made of. Raises KeyError, TypeError or ValueError."""
        days = {name: date.fromisoformat(day) if (day := document.get(name)) else None for name in cls.DAYS}
        return cls(**{**document, **days})


@dataclass(frozen=True)
class Chosen:
    """The set that a rule came to. `month` is the month that a `top` was taken from, as 2026-10.

    `left` are the assets that an earlier set had, with the last day on which they were in it. Their history stays.
    `is_asked` says that a person has given the rule for this warehouse; otherwise it is the catalogue's.
    `list_venues` are the venues whose lists were ever fetched, and `contracts` those that the lists have or had; any
    other venue names its contracts by rule.
    """

    rule: Selection
    assets: tuple[str, ...]
    month: str | None = None
    left: dict[str, date] = field(default_factory=dict)
    is_asked: bool = True
    list_venues: tuple[str, ...] = ()
    contracts: tuple[ListedContract, ...] = ()

    def document(self) -> dict[str, Any]:
        """The set as JSON."""
        return {
            "rule": str(self.rule),
            "assets": list(self.assets),
            **({"month": self.month} if self.month else {}),
            "left": {asset: day.isoformat() for asset, day in sorted(self.left.items())},
            "asked": self.is_asked,
            "list_venues": list(self.list_venues),
            "contracts": [one.document() for one in self.contracts],
        }

    @classmethod
    def read(cls, document: dict[str, Any]) -> Chosen:
        """The set that `document` was made of. Raises KeyError, TypeError, ValueError or SelectionRefused."""
        left = {str(asset): date.fromisoformat(day) for asset, day in document["left"].items()}
        rule, assets = Selection.parse(document["rule"]), tuple(map(str, document["assets"]))
        contracts = tuple(map(ListedContract.read, document["contracts"]))
        venues = tuple(map(str, document["list_venues"]))
        return cls(rule, assets, document.get("month"), left, bool(document["asked"]), venues, contracts)


def next_set(
    before: Iterable[str],
    left: dict[str, date],
    rule: Selection,
    assets: Iterable[str],
    month: str | None,
    last_day: date | None,
) -> Chosen:
    """The set of `assets` after one of `before`, which had already lost `left`."""
    chosen = tuple(assets)
    gone = {} if last_day is None else dict.fromkeys(set(before) - set(chosen), last_day)
    return Chosen(rule, chosen, month, {asset: day for asset, day in {**gone, **left}.items() if asset not in chosen})
