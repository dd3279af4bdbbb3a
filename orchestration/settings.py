"""What the environment says: market, warehouse, catalogue, keys. Read when asked, never at import."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from ingest.errors import IngestError
from ingest.market import Market
from warehouse.location import Warehouse

PROJECT = Path(__file__).resolve().parents[1]
SIMULATED_KEY = "simulated"  # the simulation asks for a key as the venue does, and takes any


class Settings(BaseSettings):
    """`LEVERAGE_MARKET`, `LEVERAGE_WAREHOUSE`, `LEVERAGE_CATALOGUE`, and the vendors' keys under their own names."""

    model_config = SettingsConfigDict(env_prefix="LEVERAGE_", extra="ignore", populate_by_name=True)

    market: str = "sample"
    warehouse: Path | None = None
    catalogue: Path | None = None
    coinalyze_api_key: SecretStr | None = Field(default=None, validation_alias="COINALYZE_API_KEY")
    coinglass_api_key: SecretStr | None = Field(default=None, validation_alias="COINGLASS_API_KEY")

    def parsed_market(self) -> Market:
        """The market. Raises IngestError when it is none."""
        return Market.parse(self.market)

    def located(self) -> Warehouse:
        """The warehouse asked for, or the market's own under warehouse/data."""
        root = self.warehouse or PROJECT / "warehouse" / "data" / self.parsed_market().folder
        return Warehouse(root.expanduser().absolute())

    def keys(self) -> dict[str, str]:
        """The keys by variable name; the caller must not print them.

        Raises IngestError where a key would go to a relay on another machine in clear text.
        """
        market = self.parsed_market()
        if market.simulated:
            return dict.fromkeys(("COINALYZE_API_KEY", "COINGLASS_API_KEY"), SIMULATED_KEY)
        held = {"COINALYZE_API_KEY": self.coinalyze_api_key, "COINGLASS_API_KEY": self.coinglass_api_key}
        keys = {name: key.get_secret_value() for name, key in held.items() if key and key.get_secret_value()}
        if keys and not market.keeps_secrets:
            raise IngestError(
                f"{', '.join(keys)} would go to {market.url} in clear text",
                advice="use https, a relay on this machine, or unset it",
            )
        return keys
