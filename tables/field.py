"""What a field is: a column name with one type, one unit and one meaning, wherever it occurs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "number", "count", "flag", "day", "moment"]

SQL_TYPES: dict[Kind, str] = {
    "text": "VARCHAR",
    "number": "DOUBLE",
    "count": "BIGINT",
    "flag": "BOOLEAN",
    "day": "DATE",
    "moment": "TIMESTAMP",
}
DEVIATIONS = "usual deviations"  # 1.4826 x the median absolute deviation (MAD), see docs/regimes.md
SHARE = "share 0..1"
BP_PER_8H = "bp per 8 h"
CONTRACT_UNIT = "contract unit"  # coins of a linear, USD of an inverse contract, or the venue's count of contracts
QUOTE = "quote currency"  # USD, or the stablecoin that the pair is quoted in

# The unit is in the name. A name without one of these suffixes states its kind and unit.
SUFFIXES: dict[str, tuple[Kind, str]] = {
    "_usd": ("number", "USD"),
    "_coin": ("number", "coin"),
    "_contracts": ("number", CONTRACT_UNIT),
    "_pct": ("number", "%"),
    "_bp": ("number", BP_PER_8H),
    "_share": ("number", SHARE),
    "_ratio": ("number", "ratio"),
    "_multiple": ("number", "ratio"),
    "_z": ("number", DEVIATIONS),
    "_sigma": ("number", DEVIATIONS),
    "_percentile": ("number", "percentile 0..100"),
    "_hours": ("number", "hours"),
    "_count": ("count", "count"),
    "_at": ("moment", "UTC"),
    "_on": ("day", "UTC day"),
    "_day": ("day", "UTC day"),
}


class FieldError(ValueError):
    """A field is declared twice, is unknown, or lacks a kind, a unit or a sentence."""


@dataclass(frozen=True)
class Field:
    """One column name: its kind, its unit (empty for texts and flags) and one sentence.

    A `{windows.baseline_days}` in the sentence is a number of the rules: see `sentence`. `low` and `high` are limits
    that every value keeps, `above` one that every value exceeds, `allowed` the texts that may occur.
    """

    name: str
    text: str
    kind: Kind
    unit: str
    low: float | None = None
    high: float | None = None
    above: float | None = None
    allowed: tuple[str, ...] = ()

    @property
    def sql_type(self) -> str:
        """The type in DuckDB."""
        return SQL_TYPES[self.kind]

    def sentence(self, numbers: dict[str, object]) -> str:
        """The sentence with the numbers of the rules, given by section such as `windows`."""
        return self.text.format_map(numbers)


def declare(
    name: str,
    text: str,
    *,
    kind: Kind | None = None,
    unit: str | None = None,
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
    allowed: tuple[str, ...] = (),
) -> Field:
    """A field with the kind and unit that its suffix says, unless they are given.

    Raises FieldError when neither says them, or when the sentence is missing or does not end with a full stop.
    """
    if not text.endswith("."):
        raise FieldError(f"field {name} needs a sentence that ends with a full stop")
    by_suffix = max((suffix for suffix in SUFFIXES if name.endswith(suffix)), key=len, default=None)
    suffix_kind, suffix_unit = SUFFIXES[by_suffix] if by_suffix else (None, None)
    found_kind = kind or suffix_kind
    if found_kind is None:
        raise FieldError(f"field {name} has no suffix that says its unit; give kind and unit")
    found_unit = unit if unit is not None else suffix_unit
    if found_unit is None:
        if found_kind not in ("text", "flag"):
            raise FieldError(f"field {name} is a {found_kind} without a unit")
        found_unit = ""
    return Field(name, text, found_kind, found_unit, low, high, above, allowed)


def text(name: str, about: str, *, allowed: tuple[str, ...] = ()) -> Field:
    """A text field; `allowed` are the values that may occur, when they are a fixed list."""
    return declare(name, about, kind="text", unit="", allowed=allowed)


def flag(name: str, about: str) -> Field:
    """A field that is true or false."""
    return declare(name, about, kind="flag", unit="")


def count(name: str, about: str) -> Field:
    """A field that counts, whole and never negative."""
    return declare(name, about, kind="count", unit="count", low=0)


def number(name: str, about: str, unit: str) -> Field:
    """A number whose name does not say its unit."""
    return declare(name, about, kind="number", unit=unit)
