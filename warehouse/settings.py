"""Settings from environment variables: market, warehouse, catalogue, engine and API keys. Nothing is read at import."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from ingest.errors import IngestError
from ingest.market import Market
from warehouse.location import Warehouse
from warehouse.storage.address import directory_name, local_path, storage_address

PROJECT = Path(__file__).resolve().parents[1]
WAREHOUSES = PROJECT / "warehouse" / "data"  # where warehouses are by default, one directory per market
WORKING_DIRECTORIES = WAREHOUSES / "working"  # where working directories of warehouses on object storage are by default
DUCKDB, SPARK, SAIL = ENGINES = ("duckdb", "spark", "sail")  # where the models are built
SIMULATED_KEY = "simulated"  # the simulation requires a key as the venue does, and accepts any


def warehouse_at(location: str | Path) -> Warehouse:
    """The warehouse at a directory, or at an address on object storage such as s3://bucket/prefix.

    Its working directory is below `LEVERAGE_WORKING_DIRECTORY`, else below warehouse/data. Raises BadAddress.
    """
    address = storage_address(str(location))
    if address is None:
        return Warehouse(local_path(str(location)))
    folder = _path("LEVERAGE_WORKING_DIRECTORY") or WORKING_DIRECTORIES
    return Warehouse(folder.expanduser().absolute() / directory_name(address), address)


def _path(variable: str) -> Path | None:
    return Path(os.environ[variable]) if variable in os.environ else None


@dataclass(frozen=True)
class Settings:
    """`LEVERAGE_MARKET`, `LEVERAGE_WAREHOUSE`, `LEVERAGE_CATALOGUE` and `LEVERAGE_ENGINE`. `keys()` reads the API keys;
    none is stored.

    A dataclass: importing pydantic-settings would take longer than a query of the published database.
    """

    market: str = field(default_factory=lambda: os.environ.get("LEVERAGE_MARKET", "sample"))
    warehouse: str | Path | None = field(default_factory=lambda: os.environ.get("LEVERAGE_WAREHOUSE"))
    catalogue: Path | None = field(default_factory=lambda: _path("LEVERAGE_CATALOGUE"))
    engine: str = field(default_factory=lambda: os.environ.get("LEVERAGE_ENGINE", DUCKDB))

    def parsed_engine(self) -> str:
        """The engine. Raises IngestError when the setting is none."""
        if self.engine not in ENGINES:
            raise IngestError(f"no engine is named {self.engine!r}; the engines are {', '.join(ENGINES)}")
        return self.engine

    def parsed_market(self) -> Market:
        """The market. Raises IngestError when the setting is not a market."""
        return Market.parse(self.market)

    def resolved_warehouse(self) -> Warehouse:
        """The warehouse of the setting, else the market's own below warehouse/data."""
        return warehouse_at(self.warehouse or WAREHOUSES / self.parsed_market().folder)

    def keys(self) -> dict[str, str]:
        """The API keys that feeds need and that the environment has, by variable. Callers must not print them.

        Raises IngestError if a key would be sent to a relay on another machine in clear text.
        """
        from ingest.feeds import FEEDS  # with all venues, which only a run needs

        market = self.parsed_market()
        wanted = dict.fromkeys(feed.key_variable for feed in FEEDS if feed.key_variable)
        if market.simulated:
            return dict.fromkeys(wanted, SIMULATED_KEY)
        keys = {name: os.environ[name] for name in wanted if os.environ.get(name)}
        if keys and not market.keeps_secrets:
            raise IngestError(
                f"{', '.join(keys)} would go to {market.url} in clear text",
                advice="use https, a relay on this machine, or unset it",
            )
        return keys
