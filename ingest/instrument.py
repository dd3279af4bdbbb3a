"""An instrument as the catalogue lists it: the symbol that a feed uses and the contract behind it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Instrument:
    """One symbol of a feed and the contract that it names.

    `instrument` is the venue's own name of the contract, which an aggregator may spell otherwise. `market` is spot,
    perpetual or network. `margin_type` is linear or inverse for a perpetual, else None. `contract_size` is the amount
    in one contract where the venue counts contracts: coins for a linear contract, USD for an inverse one.
    """

    symbol: str
    asset: str
    market: str
    venue: str | None = None
    instrument: str | None = None
    margin_type: str | None = None
    contract_size: float = 1.0
