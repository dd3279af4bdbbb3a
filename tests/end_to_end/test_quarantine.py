"""Bad rows of a venue: they end in quarantine and nowhere else, and the days they were of lose them alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest
from dagster import AssetCheckKey, AssetKey

from ingest.landing import Landing
from orchestration.instance import open_instance
from tests.pipelines import SAMPLE_FIRST, SAMPLE_NEXT, leverage, published
from tests.simulated_relay import SimulatedRelay
from warehouse.location import Warehouse
from warehouse.raw_loading import load_segments
from warehouse.raw_tables import create_tables

pytestmark = [pytest.mark.slow, pytest.mark.proof]

HOUR = 3_600_000
IN_2100 = 4_102_444_800_000


def midnight(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000)


# The day that each injury costs a row: klines in monthly archives, flows and funding by REST.
NEGATIVE, INVERTED, TEXT, FUTURE = "2025-12-20", "2025-12-10", "2026-01-15", "2026-01-28"
INJURIES = {
    "binance_spot_klines": ("close: positive", NEGATIVE),
    "binance_um_klines": ("high below low", INVERTED),
    "coinmetrics_network": ("inflow_coin: unparsable", TEXT),
    "binance_um_funding": ("settled_at: absurd timestamp", FUTURE),
}


def spoil(asked: str, body: bytes) -> bytes:
    """A negative price, a high below the low, a text in a number, a settlement in the year 2100."""
    if asked.endswith("/spot/monthly/klines/BTCUSDT/1d/BTCUSDT-1d-2025-12.zip"):
        return _edited(body, f"{midnight(NEGATIVE)}000", lambda bar: [*bar[:4], f"-{bar[4]}", *bar[5:]])
    if asked.endswith("/futures/um/monthly/klines/BTCUSDT/1d/BTCUSDT-1d-2025-12.zip"):
        return _edited(body, f"{midnight(INVERTED)}", lambda bar: [*bar[:2], bar[3], bar[2], *bar[4:]])
    if asked.startswith("community-api.coinmetrics.io/"):
        answer = json.loads(body)
        for row in answer["data"]:
            if row["time"].startswith(TEXT):
                row["FlowInExNtv"] = "n/a"
        return json.dumps(answer).encode()
    if asked.startswith("fapi.binance.com/fapi/v1/fundingRate"):
        rows = json.loads(body)
        for row in rows:
            if 0 <= row["fundingTime"] - midnight(FUTURE) - 8 * HOUR < HOUR:
                row["fundingTime"] = IN_2100
        return json.dumps(rows).encode()
    return body


def _edited(csv: bytes, opened: str, edit: Callable[[list[str]], list[str]]) -> bytes:
    lines = [line.split(",") for line in csv.decode().splitlines()]
    return "\n".join([",".join(edit(line) if line[0] == opened else line) for line in lines] + [""]).encode()


@pytest.fixture(scope="module")
def spoiled(unlimited: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A warehouse of the simulated market whose answers were spoiled on their way."""
    warehouse = tmp_path_factory.mktemp("spoiled") / "warehouse"
    relay = SimulatedRelay(datetime.fromisoformat(SAMPLE_NEXT), spoil)
    try:
        ran = leverage(
            "run", "--market", relay.url, "--warehouse", warehouse, "--from", SAMPLE_FIRST, "--now", SAMPLE_NEXT,
            extra={"COINALYZE_API_KEY": "any", "LEVERAGE_CATALOGUE": str(unlimited)},
        )  # fmt: skip
        assert ran.status == 4, ran.said
        assert "BTC has no reading since 2026-01-28: funding missing" in ran.said
        assert not any(line.startswith("skipped") for line in ran.said.splitlines())
    finally:
        relay.stop()
    return warehouse


def build(warehouse: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(warehouse / "build.duckdb", read_only=True)


def test_every_bad_row_is_in_quarantine_with_feed_reason_and_payload(spoiled: Path) -> None:
    with build(spoiled) as connection:
        found = connection.execute("SELECT feed, symbol, reason, payload FROM raw.quarantine").fetchall()
    assert {feed: reason for feed, _, reason, _ in found if INJURIES[feed][0] in reason}.keys() == INJURIES.keys()
    assert len(found) == len(INJURIES)
    payloads = {feed: json.loads(payload) for feed, _, _, payload in found}
    assert payloads["binance_spot_klines"]["close"].startswith("-")
    assert payloads["coinmetrics_network"]["inflow_coin"] == "n/a"
    assert "2100-01-01" in str(payloads["binance_um_funding"]["settled_at"])
    assert float(payloads["binance_um_klines"]["high"]) < float(payloads["binance_um_klines"]["low"])


def test_no_raw_table_holds_a_bad_row(spoiled: Path) -> None:
    with build(spoiled) as connection:
        bad = """
            SELECT (SELECT count(*) FROM raw.binance_spot_klines WHERE close <= 0),
                   (SELECT count(*) FROM raw.binance_um_klines WHERE high < low),
                   (SELECT count(inflow_coin) FROM raw.coinmetrics_network WHERE day = ? AND asset_code = 'btc'),
                   (SELECT count(*) FROM raw.binance_um_funding WHERE settled_at > '2026-01-30')"""
        assert connection.execute(bad, [date.fromisoformat(TEXT)]).fetchall() == [(0, 0, 0, 0)]


@pytest.mark.parametrize(
    ("mart", "columns", "day", "lost"),
    [
        ("prices_daily", ["open_usd", "high_usd", "low_usd", "close_usd", "volume_coin"], NEGATIVE, True),
        # a broken cell of a column that may be null costs its cell
        ("exchange_flows_daily", ["inflow_coin", "netflow_coin"], TEXT, True),
        ("exchange_flows_daily", ["outflow_coin", "reserve_coin"], TEXT, False),
        ("network_activity_daily", ["active_addresses_count"], TEXT, False),
        ("funding_daily", ["funding_8h_bp"], FUTURE, False),  # an aggregator's day replaces two settlements
        # coins need no price
        ("liquidations_daily", ["long_liquidations_coin", "short_liquidations_coin"], INVERTED, False),
        ("liquidations_daily", ["long_liquidations_usd", "short_liquidations_usd"], INVERTED, True),
        ("open_interest_daily", ["open_interest_coin", "linear_open_interest_usd"], INVERTED, False),
    ],
)
def test_only_the_day_that_lost_its_row_changes(
    spoiled: Path, day_added: tuple[Path, list[dict]], mart: str, columns: list[str], day: str, lost: bool
) -> None:
    found, clean = (published(w)[mart].filter(pl.col("asset") == "BTC").sort("day") for w in (spoiled, day_added[0]))
    on_the_day = pl.col("day") == date.fromisoformat(day)
    assert found.filter(~on_the_day).select(columns).equals(clean.filter(~on_the_day).select(columns))
    if lost:
        assert set(found.filter(on_the_day).select(columns).row(0)) == {None}
        assert None not in clean.filter(on_the_day).select(columns).row(0)


def test_landing_gives_the_same_quarantine_again(spoiled: Path) -> None:
    with build(spoiled) as connection, duckdb.connect() as fresh:
        create_tables(fresh)
        load_segments(fresh, Landing(spoiled / "landing"))
        kept = "SELECT feed, symbol, reason, payload FROM raw.quarantine ORDER BY ALL"
        assert fresh.execute(kept).fetchall() == connection.execute(kept).fetchall()


def test_the_check_few_quarantined_tells_of_them(spoiled: Path) -> None:
    shown = {}
    with open_instance(Warehouse(spoiled)) as instance:
        for feed in INJURIES:
            check = AssetCheckKey(AssetKey([feed.split("_")[0], feed]), "few_quarantined")
            (record,) = instance.event_log_storage.get_asset_check_execution_history(check, limit=2)
            evaluation = record.event.dagster_event.event_specific_data
            shown[feed] = (evaluation.passed, evaluation.metadata["share"].value)
    assert all(share > 0 for _, share in shown.values()), shown
    assert {feed: passed for feed, (passed, _) in shown.items()} == {
        feed: share <= 0.01 for feed, (_, share) in shown.items()
    }
    assert not shown["coinmetrics_network"][0], "one of 75 rows is more than a hundredth"
