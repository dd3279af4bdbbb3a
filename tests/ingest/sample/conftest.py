"""The simulated market behind a session, and readers of its answers that use no parser of the project."""

import csv
import hashlib
import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import requests

from ingest.sample import SimulatedMarket, SimulatedMarketAdapter

VISION = "https://data.binance.vision/data"
SPOT = "https://data-api.binance.vision/api/v3"
FUTURES = "https://fapi.binance.com"
COINALYZE = "https://api.coinalyze.net/v1"
COINMETRICS = "https://community-api.coinmetrics.io/v4/timeseries/asset-metrics"
NETWORK_METRICS = (
    *("FlowInExNtv", "FlowOutExNtv", "SplyExNtv", "FlowInExUSD", "FlowOutExUSD", "SplyExUSD"),
    *("AdrActCnt", "PriceUSD"),
)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def ms(day: date | str) -> int:
    return int(instant(str(day)).timestamp()) * 1000


class Venues:
    """What a client sees of one market."""

    def __init__(self, market: SimulatedMarket) -> None:
        self.market = market
        self.session = requests.Session()
        self.session.mount("https://", SimulatedMarketAdapter(market))

    def get(self, url: str, **parameters: Any) -> requests.Response:
        return self.session.get(url, params=parameters)

    def json(self, url: str, **parameters: Any) -> Any:
        response = self.get(url, **parameters)
        assert response.status_code == 200, response.text
        return response.json()

    def archive(self, path: str) -> list[list[str]]:
        """The rows of a zip whose checksum agrees."""
        body = self.get(f"{VISION}/{path}").content
        checksum, name = self.get(f"{VISION}/{path}.CHECKSUM").text.split()
        assert (checksum, name) == (hashlib.sha256(body).hexdigest(), path.rsplit("/", 1)[1])
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            (member,) = archive.namelist()
            assert member == name.replace(".zip", ".csv")
            return list(csv.reader(io.StringIO(archive.read(member).decode())))

    def coinalyze(self, measure: str, symbol: str, first: str, last: str, **more: str) -> list[dict[str, float]]:
        """One symbol's daily history from ``first`` to ``last``, both included."""
        response = self.session.get(
            f"{COINALYZE}/{measure}",
            params={
                "symbols": symbol,
                "interval": "daily",
                "from": ms(first) // 1000,
                "to": ms(last) // 1000,
                **more,
            },
            headers={"api_key": "any"},
        )
        assert response.status_code == 200, response.text
        (series,) = response.json()
        assert series["symbol"] == symbol
        return series["history"]

    def coinmetrics(self, asset: str = "btc", **more: Any) -> list[dict[str, str]]:
        metrics = ",".join(NETWORK_METRICS)
        asked = {"frequency": "1d", "start_time": "2024-01-01", "paging_from": "start", "page_size": 10_000}
        return self.json(COINMETRICS, assets=asset, metrics=metrics, **asked, **more)["data"]


@pytest.fixture
def open_market() -> Callable[..., Venues]:
    """Open a market of a seed at a time (ISO text, UTC); the default time is the simulation's own present."""

    def opened(seed: int = 7, now: str | None = None) -> Venues:
        return Venues(SimulatedMarket(seed, None if now is None else instant(now)))

    return opened


@pytest.fixture(scope="session")
def venues() -> Venues:
    return Venues(SimulatedMarket(7))
