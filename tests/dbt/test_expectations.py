"""No value of a vendor breaks a test that stops a release; a row that is left out is named by a test that warns."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest.feeds import feed_named
from tables.published import DBT_MARTS
from tests.dbt.compiled_models import CompiledModels, Row
from tests.dbt.venue_observations import DAYS, HOUR, observations

ODD = (float("nan"), float("inf"), float("-inf"), -1.0, -0.5, 0.0, 0.5, 5e-324, 1e-310, 1e-9, 1e9, 1e18, 1e300)
OBSERVED = [(feed, row) for _, feed, row in observations()]
DAY = DAYS[2]

# A day, a feed whose first row of the day is changed, the change, and the table, finding and value that name the row.
CHANGES: list[tuple[int, str, dict[str, Any], str, str, float | None]] = [
    (1, "binance_um_klines", {"low": -1.0}, "prices_by_venue_daily", "low is no possible price", -1.0),
    (2, "binance_um_klines", {"close": 9e9}, "prices_by_venue_daily", "close is outside of low and high", 9e9),
    (3, "binance_um_klines", {"volume": -2.0}, "prices_by_venue_daily", "volume is no possible amount", -2.0),
    (4, "binance_spot_klines", {"open_at": DAYS[4] + 3 * HOUR}, "prices_by_venue_daily",
     "does not open at midnight", 3.0),
    (2, "bybit_funding", {"funding_rate": 0.5}, "funding_by_venue_daily", "funding rate is beyond 4 percent", 0.5),
    (2, "bybit_open_interest", {"open_interest_both_sides_coin": -4.0}, "open_interest_by_venue_daily",
     "open interest is no possible amount", -4.0),
    (1, "coinalyze_open_interest", {"close": 1e12}, "open_interest_by_venue_daily",
     "close is outside of low and high", 1e12),
    (1, "coinalyze_liquidations", {"long_coin": -3.0}, "liquidation_sources_daily",
     "liquidations are no possible amount", -3.0),
    (2, "gate_contract_stats", {"open_at": DAYS[2] + 8 * HOUR}, "liquidation_sources_daily",
     "period reaches beyond its day", 24.0),
    (1, "okx_liquidations", {"order_side": "buy"}, "liquidation_sources_daily", "side of the position is unknown",
     None),
    (2, "okx_liquidations", {"bankruptcy_price": -1.0}, "liquidation_sources_daily", "price is no possible price",
     -1.0),
    (4, "coinalyze_liquidations", {"long_coin": 1e6}, "liquidations_daily", "liquidations exceed open interest", None),
    (1, "coinmetrics_network", {"inflow_coin": -1.0}, "exchange_flows_daily", "flows are no possible amount", -1.0),
    (2, "coinmetrics_network", {"outflow_usd": math.nan}, "exchange_flows_daily", "flows are no possible amount",
     None),
    (3, "coinmetrics_network", {"exchange_supply_coin": 0.0}, "exchange_flows_daily", "reserve is no possible amount",
     0.0),
    (4, "coinmetrics_network", {"active_addresses": 0.5}, "network_activity_daily",
     "addresses are no positive whole number", 0.5),
]  # fmt: skip


@pytest.fixture(scope="module")
def models(compiled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CompiledModels]:
    opened = CompiledModels(compiled, tmp_path_factory.mktemp("expectations"), sorted(DBT_MARTS))
    yield opened
    opened.close()


def segments(rows: list[tuple[str, Row]]) -> list[tuple[str, list[Row]]]:
    by_feed: dict[str, list[Row]] = {}
    for feed, row in rows:
        by_feed.setdefault(feed, []).append(row)
    return list(by_feed.items())


def with_change(
    rows: list[tuple[str, Row]], feed: str, change: dict[str, Any], day: datetime = DAY
) -> list[tuple[str, Row]]:
    """The rows with the first one of the feed and the day changed."""
    number = next(n for n, (name, row) in enumerate(rows) if name == feed and day_of(row) == day.date())
    return [*rows[:number], (feed, {**rows[number][1], **change}), *rows[number + 1 :]]


def day_of(row: Row) -> date:
    """The day of a row; a settlement or a snapshot at 00:00 closes the day before."""
    for name in ("settled_at", "snapshot_at"):
        if name in row:
            return (row[name] - timedelta(microseconds=1)).date()
    return row["day"] if "day" in row else (row.get("open_at") or row["happened_at"]).date()


def findings(models: CompiledModels) -> list[dict[str, Any]]:
    warned = models.broken("WARN").values()
    return [row for frame in warned if "finding" in frame.columns for row in frame.filter("is_excluded").to_dicts()]


def test_plausible_rows_break_no_test(models: CompiledModels) -> None:
    models.marts(segments(OBSERVED))
    assert models.broken("ERROR") == {}
    assert findings(models) == []


def test_an_implausible_row_is_excluded_and_named(models: CompiledModels) -> None:
    rows = OBSERVED
    for n, feed, change, *_ in CHANGES:
        rows = with_change(rows, feed, change, DAYS[n])
    marts = models.marts(segments(rows))
    assert models.broken("ERROR") == {}
    assert marts["prices_daily"].height == marts["liquidations_daily"].height > 0
    found = findings(models)
    for n, _, _, table, finding, value in CHANGES:
        named = [r for r in found if (r["table_name"], r["finding"], r["day"]) == (table, finding, DAYS[n].date())]
        assert len(named) == 1, (table, finding, found)
        assert value is None or named[0]["implausible_value"] == value
    assert len(found) == len(CHANGES)


@pytest.mark.parametrize("number", [0, *(pytest.param(n, marks=pytest.mark.proof) for n in range(1, 6))])
def test_no_value_breaks_a_test_that_stops_a_release(models: CompiledModels, number: int) -> None:
    seed = random.Random(number)
    rows = [(feed, odd(feed, row, seed)) if seed.random() < 0.1 else (feed, row) for feed, row in OBSERVED]
    models.marts(segments(rows))
    assert models.broken("ERROR") == {}


def odd(feed: str, row: Row, seed: random.Random) -> Row:
    """The row with odd numbers for one or two of its own."""
    key = feed_named(feed).key
    numbers = [name for name, value in row.items() if isinstance(value, float) and name not in key]
    return {**row, **{name: seed.choice(ODD) for name in seed.sample(numbers, min(len(numbers), seed.choice([1, 2])))}}


def test_a_bar_in_which_nobody_traded_is_no_price(models: CompiledModels) -> None:
    halted = dict.fromkeys(("open", "high", "low", "close"), 900.0) | {"volume": 0.0}
    rows = with_change(OBSERVED, "coinbase_spot_klines", halted)
    rows = with_change(rows, "kraken_klines", halted)
    for n, counted in (
        (1, {"trade_count": 0, "volume": 0.0}),
        (2, {"trade_count": 0, "volume": None}),
        (3, {"volume": 0.0}),
    ):
        rows = with_change(rows, "binance_um_klines", counted | {"quote_volume": counted.get("volume")}, DAYS[n])
    rows = with_change(rows, "binance_um_klines", {"trade_count": 0}, DAYS[4])
    marts = models.marts(segments(rows))
    assert models.broken("ERROR") == {}
    bars = marts["prices_by_venue_daily"]
    for venue in ("coinbase", "kraken"):
        days = dict(bars.filter(venue=venue).select("day", "return_pct").iter_rows())
        assert DAY.date() not in days
        assert days[DAYS[3].date()] is None, "there is no close of the day before"
    assert bars.filter(venue="binance", market="perpetual")["day"].to_list() == [DAYS[4].date()], (
        "a count of zero beside a volume is no count"
    )
    assert marts["prices_daily"].filter(day=DAY.date(), asset="BTC")["venues"].to_list() == ["binance"]
    forced = marts["liquidations_by_venue_daily"].filter(day=DAY.date(), venue="binance", instrument="BTCUSDT")
    assert forced["liquidations_usd"].to_list() == [None], "coins are valued at no stale price"
