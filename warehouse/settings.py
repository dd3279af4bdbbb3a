"""What the environment says: market, warehouse, catalogue, keys. Read when asked, never at import."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

from ingest.errors import IngestError
from ingest.feeds import FEEDS
from ingest.market import Market
from warehouse.location import Warehouse

PROJECT = Path(__file__).resolve().parents[1]
SIMULATED_KEY = "simulated"  # the simulation asks for a key as the venue does, and takes any


class Settings(BaseSettings):
    """`LEVERAGE_MARKET`, `LEVERAGE_WAREHOUSE` and `LEVERAGE_CATALOGUE`; the vendors' keys are never held."""

    model_config = SettingsConfigDict(env_prefix="LEVERAGE_", extra="ignore")

    market: str = "sample"
    warehouse: Path | None = None
    catalogue: Path | None = None

    def parsed_market(self) -> Market:
        """The market. Raises IngestError when it is none."""
        return Market.parse(self.market)

    def located(self) -> Warehouse:
        """The warehouse asked for, or the market's own under warehouse/data."""
        root = self.warehouse or PROJECT / "warehouse" / "data" / self.parsed_market().folder
        return Warehouse(root.expanduser().absolute())

    def keys(self) -> dict[str, str]:
        """The keys that the environment holds of those that feeds ask for, by variable; the caller must not print them.

        Raises IngestError where a key would go to a relay on another machine in clear text.
        """
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
