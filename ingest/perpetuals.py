"""How a venue names the perpetual of a coin, so that a selected asset needs no entry of its own.

A [[perpetuals]] table of a catalogue file says it once for each venue. Where the venue's list of contracts is known,
the symbols come from it; elsewhere the rule makes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt, StrictStr

from ingest.coins import coin_of
from ingest.instrument import Instrument
from ingest.tape import EVENTS

TAPES = {feed.name for feed in EVENTS}

Text = Annotated[StrictStr, Field(min_length=1)]
Size = Annotated[StrictInt | StrictFloat, Field(gt=0)]


class Perpetuals(BaseModel):
    """One [[perpetuals]] table.

    `list` is the feed with the venue's list of contracts, of which those in `quote` count. `instrument` is the name of
    the contract, made of {base}. `bases` has the coins that the venue spells otherwise or
    counts in multiples, such as SHIB = "1000SHIB". `symbols` has the feeds that a contract is asked for, each with its
    symbol made of {instrument} or {base}. `contract_size` is the amount of the base in one contract, where all
    contracts have the same; else the list of contracts says it, and until it does the size is unknown.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    venue: Text
    list: Text | None = None
    quote: Text
    instrument: Text
    margin_type: Literal["linear"] = "linear"
    contract_size: Size | None = None
    bases: Mapping[Text, Text] = {}
    symbols: Annotated[Mapping[Text, Text], Field(min_length=1)]

    def coin(self, base: str) -> tuple[str, int]:
        """The asset behind a base symbol of this venue, and how many coins the base counts."""
        spelled, multiple = coin_of(base)
        known = {written: asset for asset, written in self.bases.items()}
        return known.get(base) or known.get(spelled) or spelled, multiple

    def contract(self, asset: str) -> Iterator[tuple[str, Instrument]]:
        """The perpetual of `asset` by the venue's naming rule, once for each feed."""
        base = self.bases.get(asset, asset)
        yield from self.instruments(asset, base, self.instrument.format(base=base))

    def instruments(
        self, asset: str, base: str, instrument: str, contract_size: float | None = None
    ) -> Iterator[tuple[str, Instrument]]:
        """The contract `instrument` of this venue as each feed writes it. A tape needs the size of the contract."""
        multiple, known = coin_of(base).multiple, contract_size or self.contract_size
        size = None if known is None else float(known)
        for feed, template in self.symbols.items():
            symbol = template.format(instrument=instrument, base=base)
            if size is not None or feed not in TAPES:
                contract = (symbol, asset, "perpetual", self.venue, instrument, self.margin_type, size, multiple)
                yield feed, Instrument(*contract)
