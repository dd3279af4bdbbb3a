"""CoinGlass's v4 interface: the address, the envelope and the error codes."""

from __future__ import annotations

from ingest.errors import AccessRefused
from ingest.fetch.interface import Interface, Params
from ingest.instrument import Instrument
from ingest.responses import Errors

PAGE = 1000  # hours


def refused(said: str, host: str, path: str) -> AccessRefused:
    """The error for a missing key, which comes with HTTP 200 and code 401, and for a plan that is too small."""
    return AccessRefused(said, host=host, path=path, advice="check the key and whether its plan has hourly values")


def about(instrument: Instrument) -> Params:
    """The exchanges and the coin that the symbol names, such as Binance,Bybit,OKX/BTC."""
    exchanges, _, coin = instrument.symbol.rpartition("/")
    return {"exchange_list": exchanges, "symbol": coin}


API = Interface(
    "https://open-api-v4.coinglass.com/api/futures/liquidation",
    Errors(
        "code",
        "msg",
        passing={"429", "500"},
        final={"400", "404", "405", "422"},
        others={"401": refused, "403": refused},
        good="0",
    ),
    about,
    rows="data",
    expected="data",
    key_header="CG-API-KEY",
)
