"""The line that status and doctor begin with, and whose fault it is when a relay is down."""

from __future__ import annotations

import socket
from datetime import date

import pytest

from cli.summary import relay_trouble, summary
from ingest.market import Market
from warehouse.missing_readings import MissingReading

FEEDS = [
    {"is_late": False, "skipped": None}, {"is_late": True, "skipped": None}, {"is_late": False, "skipped": "refused"},
]  # fmt: skip
LOST = MissingReading("BTC", date(2026, 2, 26), "long_liquidations,short_liquidations")


def latest(**status: str) -> dict[str, object]:
    return {"last_day": "2026-02-28", "assets": {asset: {"data_status": found} for asset, found in status.items()}}


@pytest.mark.parametrize(
    ("assets", "missing", "line"),
    [
        ({"BTC": "complete"}, [LOST], "BTC has no reading since 2026-02-27: liquidations missing"),
        ({"BTC": "complete"}, [], "BTC has a reading for 2026-02-28"),
        ({"BTC": "complete", "ETH": "provisional"}, [], "BTC and ETH have a reading for 2026-02-28"),
        ({"BTC": "insufficient"}, [], "no asset has a reading yet"),
    ],
)
def test_one_line_counts_feeds_and_names_assets(
    assets: dict[str, str], missing: list[MissingReading], line: str
) -> None:
    assert summary(latest(**assets), FEEDS, missing) == f"1 of 3 feeds current, {line}"


def test_a_relay_is_named_when_it_is_down_alone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        relay = f"http://127.0.0.1:{server.getsockname()[1]}"
        assert relay_trouble(Market.parse(relay)) is None
    assert f"the relay {relay} accepts no connection" in (relay_trouble(Market.parse(relay)) or "")
    assert relay_trouble(Market.parse("live")) is None
