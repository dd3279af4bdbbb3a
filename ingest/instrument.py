"""An instrument as the catalogue lists it: the symbol that a feed uses and the contract behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Instrument:
    """One symbol of a feed and the contract that it names.

    `instrument` is the venue's own name of the contract, which an aggregator may spell otherwise. `market` is spot,
    perpetual or network. `margin_type` is linear or inverse for a perpetual, else None. `contract_size` is the amount
    in one contract where the venue counts contracts: coins for a linear contract, USD for an inverse one;
    None where nobody has said it.
    `coin_multiple` is how many coins one unit of the base counts, 1000 for 1000SHIB: prices are divided by it, amounts
    of the base are multiplied. `last_day` is the last day on which the contract was listed and its asset selected, None
    while both go on.
    """

    symbol: str
    asset: str
    market: str
    venue: str | None = None
    instrument: str | None = None
    margin_type: str | None = None
    contract_size: float | None = 1.0
    coin_multiple: int = 1
    last_day: date | None = None
