"""The recorded market end to end: the figures, reruns, the moving clock, a rebuild from landing alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests.end_to_end.recorded_market import (
    ALL_DAYS,
    KEY,
    NOW,
    RecordedMarket,
    behind,
    figures,
    files_with,
    run,
    skipped,
)
from tests.pipelines import differing, published, up_to
from tests.recordings import NOT_RECORDED, RECORDED

pytestmark = [
    pytest.mark.slow(minutes=5),
    pytest.mark.proof,
    pytest.mark.skipif(not RECORDED.is_dir(), reason=NOT_RECORDED),
]

DAY_BEFORE = "2026-02-01T04:00:00Z"

# day, close_usd, return_pct, low_vs_previous_close_pct, bp per 8 h, longs and shorts in million USD, open interest in
# coins and its change, netflow_coin, active addresses; Binance's BTCUSDT perpetual where a venue is meant.
PINNED = """
2024-11-06  75571.99  8.937  -0.107 1.0000  11.354 134.518 89443.5  +7.88 -8305.7 894241
2025-10-10 112774.50 -7.305 -16.161 0.4964 102.497  18.023 72439.5 -25.11 -1645.5 745662
2026-01-31  78741.09 -6.550 -10.136 0.2289  24.492   7.466 93551.3  -8.43  8536.2 702918
"""
SHOWN = (".2f", ".3f", ".3f", ".4f", ".3f", ".3f", ".1f", "+.2f", ".1f", ".0f")
# A quiet Sunday, rallies, crashes, the days around the change of source on 2025-12-01, and the last day.
COMPUTED = (
    "2024-09-15", "2024-11-11", "2024-12-05", "2025-02-03", "2025-04-07",
    "2025-07-11", "2025-10-27", "2025-11-30", "2025-12-01", "2026-02-01",
)  # fmt: skip
DAY_FIGURES = """
    SELECT p.close_usd, p.return_pct, p.low_vs_previous_close_pct, f.funding_8h_bp,
           l.long_liquidations_usd, l.short_liquidations_usd, o.open_interest_coin,
           o.open_interest_change_1d_pct, o.feed, x.netflow_coin, n.active_addresses_count
    FROM prices_by_venue_daily AS p
    JOIN funding_by_venue_daily AS f USING (asset, day, venue, instrument)
    JOIN liquidations_by_venue_daily AS l USING (asset, day, venue, instrument)
    JOIN open_interest_by_venue_daily AS o USING (asset, day, venue, instrument)
    JOIN exchange_flows_daily AS x USING (asset, day)
    JOIN network_activity_daily AS n USING (asset, day)
    WHERE asset = 'BTC' AND venue = 'binance' AND instrument = 'BTCUSDT' AND p.market = 'spot' AND day = ?
"""


@pytest.fixture(scope="module")
def market() -> Iterator[RecordedMarket]:
    served = RecordedMarket()
    yield served
    served.stop()


def figures_of(warehouse: Path, day: str) -> tuple:
    with duckdb.connect(warehouse / "published" / "leverage.duckdb", read_only=True) as connection:
        (found,) = connection.execute(DAY_FIGURES, [date.fromisoformat(day)]).fetchall()
    return found


def held(warehouse: Path) -> dict[str, int]:
    """Rows of every raw table, the ledger among them."""
    with duckdb.connect(warehouse / "build.duckdb", read_only=True) as connection:
        tables = connection.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'raw'").fetchall()
        return {t: connection.execute(f'SELECT count(*) FROM raw."{t}"').fetchall()[0][0] for (t,) in tables}


def test_519_days_are_published(history: Path) -> None:
    release = published(history)
    days = pl.date_range(date(2024, 9, 1), date(2026, 2, 1), eager=True)
    assert len(days) == 519
    several_rows_a_day = {n for n in release if "by_venue" in n} | {"venue_coverage_daily", "liquidation_sources_daily"}
    for name in (n for n in release if n.endswith("_daily") and n not in several_rows_a_day):
        of_bitcoin = pl.col("asset") == "BTC" if "asset" in release[name].columns else pl.lit(value=True)
        assert release[name].filter(of_bitcoin)["day"].sort().equals(days, null_equal=False), name
    labelled = release["regimes_daily"].filter(pl.col("regime") != "insufficient_data")
    assert labelled.height > 300, "almost every day after the first baselines has a label"
    latest = json.loads((history / "published" / "latest.json").read_text())
    assert (latest["last_day"], latest["simulated"], latest["unavailable_feeds"]) == ("2026-02-01", False, [])


@pytest.mark.parametrize("line", PINNED.strip().splitlines(), ids=lambda line: line.split()[0])
def test_pinned_figures_to_the_shown_precision(history: Path, line: str) -> None:
    day, *shown = line.split()
    close, change, low, funding, long, short, coins, coins_change, _, netflow, addresses = figures_of(history, day)
    found = (close, change, low, funding, long / 1e6, short / 1e6, coins, coins_change, netflow, addresses)
    assert [format(value, how) for value, how in zip(found, SHOWN, strict=True)] == shown


@pytest.mark.parametrize("day", COMPUTED)
def test_figures_computed_without_the_models(history: Path, day: str) -> None:
    expected = figures(date.fromisoformat(day))
    for (name, wanted), found in zip(vars(expected).items(), figures_of(history, day), strict=True):
        assert found == (wanted if isinstance(wanted, str) else pytest.approx(wanted, rel=1e-9)), name


def test_the_same_command_again_asks_little_and_changes_nothing(
    market: RecordedMarket, history: Path, recorded: Path, tmp_path: Path
) -> None:
    warehouse = behind(market.url, history, tmp_path / "warehouse")
    asked, rows, release = market.requests(), held(warehouse), published(warehouse)
    ran = run(market.url, warehouse, NOW, *ALL_DAYS, catalogue=recorded)
    assert ran.status == 0, ran.said
    assert "nothing new" in ran.err
    new = {path: n - asked.get(path, 0) for path, n in market.requests().items() if n > asked.get(path, 0)}
    assert not [path for path in new if path.startswith("data.binance.vision")], new
    # the last day of seven contracts at Coinalyze, the last hours of one contract in three feeds, flows, and one tail
    assert sum(new.values()) <= 12, new
    assert held(warehouse) == rows
    assert differing(published(warehouse), release, but=()) == []


HOURLY = ("prices_hourly", "liquidations_hourly", "open_interest_hourly", "funding_hourly")


def test_a_moved_clock_adds_exactly_the_new_day(market: RecordedMarket, unlimited: Path, tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse"
    market.set(now=DAY_BEFORE)
    try:
        first = run(market.url, warehouse, DAY_BEFORE, "--from", "2025-11-01", catalogue=unlimited)
    finally:
        market.set(now=NOW)
    assert first.status == 0, first.said
    before = published(warehouse)
    assert before["regimes_daily"]["day"].max() == date(2026, 1, 31)
    second = run(market.url, warehouse, NOW, catalogue=unlimited)
    assert second.status == 0, second.said
    after = published(warehouse)
    for name in (name for name in after if name.endswith("_by_venue_hourly") or name in HOURLY):
        # it keeps the last 90 days
        before[name] = before[name].filter(pl.col("hour_at") >= after[name]["hour_at"].min())
        after[name] = after[name].filter(pl.col("hour_at") < datetime(2026, 2, 1))
    for name, frame in after.items():
        if "day" in frame.columns and not frame.is_empty():
            added = frame.filter(pl.col("day") > date(2026, 1, 31))
            assert added["day"].unique().to_list() == [date(2026, 2, 1)], name
            assert frame.height == before[name].height + added.height, name
    # Flows are pulled whole each time, and a day is final five and a half hours after it has ended: no values of a day.
    # A span goes on, a dimension reaches further, a scenario resolves later, and each pull of flows
    # is compared with the last.
    told = (
        "feed_status", "exchange_flows_daily.pulled_at", "regimes_daily.is_final", "regimes_daily.data_status",
        "readings.is_final", "readings.data_status", "market_daily.is_final", "market_breadth_daily.is_final",
        "regime_spans", "scenarios", "restatements", "dim_venues", "dim_instruments", "dim_funding_intervals",
    )  # fmt: skip
    assert differing(up_to(after, "2026-01-31"), up_to(before, "2026-01-31"), but=told) == []


def test_landing_alone_rebuilds_the_same_marts(
    market: RecordedMarket, history: Path, recorded: Path, tmp_path: Path
) -> None:
    warehouse = behind(market.url, history, tmp_path / "warehouse")
    release = published(warehouse)
    (warehouse / "build.duckdb").unlink()
    market.stop()
    try:
        ran = run(market.url, warehouse, NOW, *ALL_DAYS, catalogue=recorded)
    finally:
        market.start()
    assert ran.status == 0, ran.said
    named = skipped(ran)
    # What is complete is not asked for, and so not missed: Binance's archives hold all of these days.
    assert {"coinmetrics_network", "coinalyze_klines"} <= set(named)
    assert all("no connection" in why for why in named.values()), named
    latest = json.loads((warehouse / "published" / "latest.json").read_text())
    assert latest["unavailable_feeds"] == sorted(named)
    assert differing(published(warehouse), release) == []


def test_the_key_is_nowhere_in_the_warehouse(history: Path) -> None:
    assert files_with(history, KEY) == []
