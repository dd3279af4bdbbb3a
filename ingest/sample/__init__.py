"""The simulated market behind ``--market sample``: the venues' answers, made from a seed, without a network.

What the answers are parsed into is the business of ``ingest.venues``; nothing here knows it but which feeds there are.
"""

from ingest.sample.adapter import SimulatedMarketAdapter
from ingest.sample.market import SimulatedMarket
from ingest.sample.offer import SIMULATED, simulated, simulated_part
from ingest.sample.story import DEFAULT_SEED, EPISODES, FIRST_DAY, LAST_DAY, SIMULATION_NOW

__all__ = [
    "DEFAULT_SEED",
    "EPISODES",
    "FIRST_DAY",
    "LAST_DAY",
    "SIMULATED",
    "SIMULATION_NOW",
    "SimulatedMarket",
    "SimulatedMarketAdapter",
    "simulated",
    "simulated_part",
]
