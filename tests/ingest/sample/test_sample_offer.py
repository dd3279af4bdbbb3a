"""What is asked of the simulated market: all that it answers for, and nothing else."""

import pytest

from ingest.catalogue import Catalogue, load_catalogue
from ingest.coverage import Coverage
from ingest.errors import CatalogueBroken
from ingest.feed import Request
from ingest.feeds import feed_named
from ingest.http import MarketSession
from ingest.instrument import Instrument
from ingest.landing import Landing
from ingest.market import Market
from ingest.pull import pull
from ingest.sample import (
    DEFAULT_SEED,
    LAST_DAY,
    SIMULATED,
    SIMULATION_NOW,
    SimulatedMarket,
    SimulatedMarketAdapter,
    simulated,
)
from ingest.windows import Window


def test_every_symbol_that_is_left_of_the_catalogue_is_answered_with_rows(tmp_path):
    offered = simulated(load_catalogue())
    adapter = SimulatedMarketAdapter(SimulatedMarket(DEFAULT_SEED, SIMULATION_NOW))
    session = MarketSession(Market.parse("sample"), {}, simulation=adapter)
    window = Window.of_days(LAST_DAY, LAST_DAY)
    for feed, listed in offered.instruments.items():
        for instrument in listed:
            keys = {"COINALYZE_API_KEY": "any"}
            request = Request(feed_named(feed), (instrument,), window, SIMULATION_NOW, session, Coverage(), keys)
            pulled = pull(request, Landing(tmp_path / feed / instrument.symbol))
            assert (pulled.skipped, pulled.notes) == (None, [])
            assert pulled.rows > 0 or not request.feed.hosts, (feed, instrument)


def test_the_simulation_has_two_assets_and_no_file_of_ones_own_adds_another():
    offered = simulated(load_catalogue())
    assert offered.assets == ("BTC", "ETH")
    assert {feed.name for feed in offered.feeds} == {*SIMULATED, "inbox_fund_flows"}


def test_a_catalogue_of_nothing_simulated_is_named():
    elsewhere = Catalogue({"binance_spot_klines": (Instrument("SOLUSDT", "SOL", "spot", "binance", "SOLUSDT"),)}, {})
    with pytest.raises(CatalogueBroken, match="nothing that the catalogue lists is simulated; simulated feeds:"):
        simulated(elsewhere)
