"""What of the catalogue the simulated market answers for. Nothing else is asked of it, so that a feed that is not
simulated is no failure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from ingest import inbox
from ingest.catalogue import Catalogue
from ingest.errors import CatalogueBroken
from ingest.instrument import Instrument
from ingest.sample import binance, coinalyze, coinmetrics
from ingest.sample.followers import FOLLOWERS

SIMULATED: Mapping[str, Collection[str]] = {
    **dict.fromkeys(
        (
            "binance_spot_klines",
            "binance_um_klines",
            "binance_um_funding",
            "binance_um_open_interest",
            "binance_um_instruments",
        ),
        binance.SYMBOLS,
    ),
    **dict.fromkeys(
        (
            "coinalyze_open_interest",
            "coinalyze_liquidations",
            "coinalyze_klines",
            "coinalyze_funding",
            "coinalyze_hourly_open_interest",
            "coinalyze_hourly_liquidations",
            "coinalyze_hourly_klines",
        ),
        coinalyze.CONTRACTS,
    ),
    "coinmetrics_network": coinmetrics.ASSETS,
}
# The symbols of the further assets, which have a perpetual and no more. Their open interest is Coinalyze's, by day and
# hour: forty assets of five-minute archives would take a first run ten minutes.
FURTHER: Mapping[str, Collection[str]] = {
    **dict.fromkeys(
        ("binance_um_klines", "binance_um_funding", "binance_um_instruments"),
        tuple(one.symbol for one in FOLLOWERS.values()),
    ),
    **dict.fromkeys(
        (
            "coinalyze_open_interest",
            "coinalyze_liquidations",
            "coinalyze_funding",
            "coinalyze_hourly_open_interest",
            "coinalyze_hourly_liquidations",
        ),
        coinalyze.FURTHER_CONTRACTS,
    ),
}


def simulated(catalogue: Catalogue, *, further: bool = False) -> Catalogue:
    """As much of the catalogue as is simulated, and for those assets the user's own files.

    The `further` assets are left out unless a selection asks for them, so that a run without one is quick.
    Raises CatalogueBroken when nothing is left.
    """
    left = simulated_part(catalogue, further=further)
    if not left.instruments:
        raise CatalogueBroken(
            "nothing that the catalogue lists is simulated", advice=f"simulated feeds: {', '.join(SIMULATED)}"
        )
    return left


def simulated_part(catalogue: Catalogue, *, further: bool = False) -> Catalogue:
    """The same, without instruments when nothing is left."""

    def is_offered(feed: str, symbol: str) -> bool:
        return symbol in SIMULATED.get(feed, ()) or (further and symbol in FURTHER.get(feed, ()))

    offered = {
        feed: tuple(i for i in listed if is_offered(feed, i.symbol)) for feed, listed in catalogue.instruments.items()
    }
    assets = {i.asset for listed in offered.values() for i in listed}

    def left(feed: str, listed: tuple[Instrument, ...]) -> tuple[Instrument, ...]:
        own_files = feed in {one.name for one in inbox.FEEDS}
        return tuple(i for i in listed if i.asset in assets) if own_files else offered[feed]

    kept = {feed: left(feed, listed) for feed, listed in catalogue.instruments.items()}
    return replace(catalogue, instruments={feed: listed for feed, listed in kept.items() if listed})
