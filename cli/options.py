"""From options and environment to settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cli.errors import WrongUse
from ingest.errors import IngestError
from warehouse.location import Warehouse
from warehouse.settings import Settings


def settings_with(market: str | None, warehouse: Path | None) -> Settings:
    """The environment's settings, overridden by the options. A warehouse that is named brings its own market.

    Raises WrongUse for a market that is none: a failure is what the recorder's supervisor tries again.
    """
    given: dict[str, Any] = {}
    if warehouse is not None:
        given["warehouse"] = warehouse
        owner = Warehouse(warehouse.expanduser().absolute()).market()
        if market is None and owner is not None:
            given["market"] = owner
    if market is not None:
        given["market"] = market.rstrip("/")
    settings = Settings(**given)
    try:
        settings.parsed_market()
    except IngestError as error:
        raise WrongUse(str(error)) from error
    return settings
