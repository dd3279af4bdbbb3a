"""The session that asks a market. No Dagster, whose import takes seconds."""

from __future__ import annotations

from datetime import datetime

from ingest.catalogue import Catalogue
from ingest.http import MarketSession
from ingest.market import Market
from ingest.sample import DEFAULT_SEED, SimulatedMarket, SimulatedMarketAdapter


def open_session(market: Market, catalogue: Catalogue, now: datetime) -> MarketSession:
    """A session on the market. The simulated market is generated up to `now`."""
    simulation = SimulatedMarketAdapter(SimulatedMarket(DEFAULT_SEED, now)) if market.simulated else None
    return MarketSession(market, catalogue.hosts, simulation=simulation)
