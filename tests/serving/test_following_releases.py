"""Clients that read through the server while releases are published: no error, and never two releases in one answer."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from datetime import date

import polars as pl
from starlette.testclient import TestClient

from tests.serving.conftest import Market

CLIENTS, RELEASES = 4, 5


def last_days(client: TestClient) -> list[tuple[str, set[str]]]:
    """Release and last days of answers in several forms, each of which must come from one release."""
    readings = client.get("/v1/readings?limit=2")
    changes = client.get("/v1/changes?limit=2").json()
    table = client.get("/v1/tables/regimes_daily?columns=day&where=day:ge:2026-01-30&format=arrow")
    health = client.get("/healthz").json()
    frame = pl.read_ipc_stream(io.BytesIO(table.content))
    said = readings.json()
    assert readings.headers["x-release"] == said["release"]
    return [
        (said["release"], {row["day"] for row in said["readings"]}),
        (changes["release"], {row["day"] for row in changes["changes"]}),
        (table.headers["x-release"], {str(frame["day"].max())}),
        (health["release"], {health["last_day"]}),
    ]


def test_four_clients_read_whole_releases_while_five_are_published(
    market: Market, client_of: Callable[..., TestClient]
) -> None:
    last_day_of = {market.publish().name: "2026-01-30"}
    client = client_of(market)
    seen: list[tuple[str, set[str]]] = []
    wrong: list[str] = []
    published = threading.Event()

    def read() -> None:
        while not (ended := published.is_set()) or not wrong:
            try:
                seen.extend(last_days(client))
            except Exception as error:  # noqa: BLE001 - whatever it is, the test says it
                wrong.append(repr(error))
            if ended:
                return

    readers = [threading.Thread(target=read) for _ in range(CLIENTS)]
    for reader in readers:
        reader.start()
    for _ in range(RELEASES):
        folder = market.publish_next()
        last_day_of[folder.name] = str(
            market.connection.execute("SELECT max(day) FROM marts.readings").fetchall()[0][0]
        )
    published.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert [(release, days) for release, days in seen if days != {last_day_of[release]}] == []
    assert len({release for release, _ in seen}) > 2
    assert seen[-1][0] == folder.name


def test_the_pages_of_a_cursor_stay_in_the_release_that_it_began_with(
    market: Market, client_of: Callable[..., TestClient]
) -> None:
    first = market.publish().name
    client = client_of(market)
    query = "/v1/tables/readings?columns=day&limit=50"
    page = client.get(query).json()
    market.publish_next()
    assert client.get("/v1/readings?limit=1").json()["readings"][0]["day"] == "2026-01-31"
    following = client.get(f"{query}&cursor={page['next']}").json()
    assert (following["release"], len(following["rows"]), following["next"]) == (first, 10, None)


def test_a_release_that_was_copied_elsewhere_is_served(market: Market, client_of: Callable[..., TestClient]) -> None:
    folder = market.publish()
    market.warehouse.published.unlink()
    folder.rename(market.warehouse.published)
    said = client_of(market).get("/v1/readings/BTC/2026-01-30").json()
    assert date.fromisoformat(said["reading"]["day"]) == date(2026, 1, 30)
    assert said["release"] == "published"
