"""From an answer to staged rows, of Gate, Bitfinex, Coinbase and CoinGlass: parser, schema and models together.

One dbt invocation of the real project, of these models and their declared tests, over a database that holds nothing
else. A unit test in a model's yml begins with typed rows and cannot say what an answer comes to.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from ingest.catalogue import load_catalogue
from ingest.feeds import feed_named
from ingest.instrument import Instrument
from ingest.schema import conform
from ingest.venues.bitfinex import feeds as bitfinex
from ingest.venues.bitfinex.liquidations import FIELDS as BITFINEX_EVENTS
from ingest.venues.bitfinex.liquidations import events
from ingest.venues.bitfinex.status import last_of_each_hour
from ingest.venues.gate import feeds as gate
from tests.pipelines import dbt
from warehouse.connection import build_database
from warehouse.location import Calendar
from warehouse.raw_tables import create_tables
from warehouse.run_context import RunContext, write_run_context

NOW = datetime(2026, 2, 2, 6, tzinfo=UTC)
EARLIER = NOW - timedelta(days=1)
BTC = "tBTCF0:USTF0"


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def read(feed: str, rows: list[Any], symbol: str) -> pl.DataFrame:
    """Published rows as the feed reads them."""
    return feed_named(feed).fetch.fields.frame(rows, Instrument(symbol, symbol[:3], "perpetual"))


def stats(long_usd: float, at_mark: float | None, open_interest: int = 5000) -> dict[str, Any]:
    row = dict.fromkeys(feed_named("gate_contract_stats").fetch.fields.columns, 1)
    row |= {"time": ms("2026-02-01") // 1000, "open_interest": open_interest, "long_liq_size": "30",
            "long_liq_usd": long_usd, "long_liq_usd_new": at_mark}  # fmt: skip
    return row


def minute(text: str, open_interest: float, rate: float | None) -> list[Any]:
    row: list[Any] = [None] * 23
    stamp, period = ms(text), 8 * 3600 * 1000
    row[0], row[7], row[11], row[17] = stamp, stamp - stamp % period + period, rate, open_interest
    return row


def event(text: str, position: int, amount: float, match: int, price: float | None = None) -> list[list[Any]]:
    return [["pos", position, ms(text), None, BTC, amount, 69000, None, match, 1, None, price]]


def coinbase_bar(*bar: int) -> pl.DataFrame:
    fetch: Any = feed_named("coinbase_spot_klines").fetch
    return fetch.fields.frame([list(bar)], Instrument("BTC-USD", "BTC", "spot"))


TAPE = [
    # 1: a trigger and its two executions, the second past midnight; 2: executed, its trigger not known
    event("2026-02-01T23:59:58", 1, -8, 0), event("2026-02-01T23:59:59", 1, -6, 1, 70000),
    event("2026-02-02T00:00:01", 1, -2, 1, 70400), event("2026-02-01T12:00", 2, 3, 1, 70100),
    # 3: triggered, again for what is left, and once more on another day; nothing known of its executions
    event("2026-02-01T08:00", 3, 5, 0), event("2026-02-01T08:05", 3, 1, 0), event("2026-02-02T08:00", 3, 0.5, 0),
]  # fmt: skip
RATES = [
    minute("2026-02-01T07:59", 900, 0.0001), minute("2026-02-01T08:59", 910, 0.0002),
    minute("2026-02-01T15:59", 920, 0.0002), minute("2026-02-01T16:59", 930, None),
]  # fmt: skip
GATE_EVENTS = [
    {"contract": "BTC_USDT", "time": ms("2026-02-01T10:00") // 1000, "size": size, "order_price": 70100,
     "fill_price": 70000, "left": 0}
    for size in (-165, 40)
]  # fmt: skip
HOURS = [{"time": ms("2026-02-01T10:00"), "aggregated_long_liquidation_usd": 7.5,
          "aggregated_short_liquidation_usd": 0}]  # fmt: skip
SUMMED = Instrument("Binance,Bybit,OKX/BTC", "BTC", "perpetual")
BITFINEX_BTC = Instrument(BTC, "BTC", "perpetual")
GATE_BTC = Instrument("BTC_USDT", "BTC", "perpetual")
SETTLEMENT = {"t": ms("2026-02-01T16:00") // 1000, "r": "0.0001"}
# feed, what its parser makes of an answer, when that was fetched
LANDED: list[tuple[str, Callable[[], pl.DataFrame], datetime]] = [
    ("gate_contract_stats", lambda: read("gate_contract_stats", [stats(200, None, 4000)], "BTC_USDT"), EARLIER),
    ("gate_contract_stats", lambda: read("gate_contract_stats", [stats(200, 210)], "BTC_USDT"), NOW),
    ("gate_contract_stats", lambda: read("gate_contract_stats", [stats(200, None)], "ETH_USDT"), NOW),
    ("gate_hourly_contract_stats", lambda: read("gate_hourly_contract_stats", [stats(200, 210)], "BTC_USDT"), NOW),
    ("gate_liquidations", lambda: gate.ORDERS.fields.frame(GATE_EVENTS, GATE_BTC), EARLIER),
    ("gate_liquidations", lambda: gate.ORDERS.fields.frame(GATE_EVENTS, GATE_BTC), NOW),
    ("gate_funding", lambda: read("gate_funding", [SETTLEMENT], "BTC_USDT"), NOW),
    ("bitfinex_status", lambda: last_of_each_hour(bitfinex.STATUS.fields.frame(RATES, BITFINEX_BTC)), NOW),
    (
        "bitfinex_liquidations",
        lambda: BITFINEX_EVENTS.frame(events(TAPE), BITFINEX_BTC),
        NOW,
    ),
    ("coinbase_spot_klines", lambda: coinbase_bar(ms("2026-02-01") // 1000, 1, 4, 2, 3, 5), NOW),
    ("coinglass_liquidations", lambda: feed_named("coinglass_liquidations").fetch.fields.frame(HOURS, SUMMED), NOW),
]


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[dict[str, Any]]]:
    """The rows of a staging model of these venues; every test that is declared for them has passed."""
    directory = tmp_path_factory.mktemp("staging")
    with build_database(directory / "build.duckdb") as connection:
        create_tables(connection)
        write_run_context(connection, RunContext(NOW, Calendar(EARLIER.date(), NOW.date())), load_catalogue())
        for number, (name, parsed, ingested) in enumerate(LANDED):
            feed = feed_named(name)
            done = conform(parsed(), feed.schema, feed.key, NOW)
            assert done.quarantined.is_empty(), done.quarantined
            rows = done.rows.with_columns(
                pl.lit(ingested.replace(tzinfo=None)).alias("ingested_at"), pl.lit(f"segment {number}").alias("segment")
            )
            connection.register("rows", rows)
            connection.execute(f'INSERT INTO raw."{name}" SELECT * FROM rows')
            connection.unregister("rows")
    target = directory / "target"
    ran = dbt(
        "build", "--quiet", "--target-path", target, "--log-path", target, "--select", "staging.gate",
        "staging.bitfinex", "staging.coinbase", "staging.coinglass", "stg_ops__calendar_window", "--exclude",
        "calendar_is_whole_and_past", database=directory / "build.duckdb",
    )  # fmt: skip
    assert ran.status == 0, ran.said
    assert "WARN" not in ran.out

    def rows_of(model: str) -> list[dict[str, Any]]:
        with build_database(directory / "build.duckdb") as connection:
            return connection.sql(f"SELECT * FROM staging.{model} ORDER BY ALL").pl().to_dicts()

    return rows_of


def test_gates_open_interest_stands_for_the_end_of_its_day(staged):
    newest = staged("stg_gate__open_interest")[0]
    assert (newest["symbol"], newest["day"], newest["snapshot_at"]) == (
        "BTC_USDT",
        date(2026, 2, 1),
        datetime(2026, 2, 2),
    )
    assert (newest["open_interest_contracts"], newest["open_interest_usd"]) == (5000.0, 1.0)
    assert (newest["open_interest_coin"], newest["is_both_sides"]) == (None, None)


def test_gates_longs_are_valued_at_the_mark_price_where_that_is_published(staged):
    bitcoin, ether = staged("stg_gate__liquidations")
    assert (bitcoin["long_liquidations_usd"], ether["long_liquidations_usd"]) == (210.0, 200.0)
    assert (bitcoin["long_contracts"], bitcoin["period_hours"], bitcoin["liquidation_count"]) == (30.0, 24, None)


def test_an_hour_at_gate_has_both_sides_and_the_open_interest_at_its_end(staged):
    (sums,), (open_interest,) = staged("stg_gate__hourly_liquidations"), staged("stg_gate__hourly_open_interest")
    assert (sums["period_start_at"], sums["period_hours"]) == (datetime(2026, 2, 1), 1)
    assert (sums["long_contracts"], sums["long_liquidations_usd"], sums["short_liquidations_usd"]) == (30.0, 210.0, 1.0)
    assert (open_interest["snapshot_at"], open_interest["open_interest_contracts"]) == (datetime(2026, 2, 1, 1), 5000.0)
    assert (open_interest["mark_price_usd"], open_interest["is_both_sides"]) == (1.0, None)


def test_a_gate_position_below_zero_is_a_short_and_what_was_fetched_twice_is_one(staged):
    events = {row["position_side"]: row["contracts"] for row in staged("stg_gate__liquidation_events")}
    assert events == {"short": 165.0, "long": 40.0}
    assert len(staged("stg_gate__liquidation_events")) == 2


def test_the_interval_of_gates_funding_is_not_guessed(staged):
    (settlement,) = staged("stg_gate__funding")
    assert (settlement["settled_at"], settlement["funding_rate"]) == (datetime(2026, 2, 1, 16), 0.0001)
    assert settlement["interval_hours"] is None


def test_bitfinex_settles_at_the_start_of_the_period_whose_status_names_the_rate(staged):
    rates = {row["settled_at"]: row["funding_rate"] for row in staged("stg_bitfinex__funding")}
    assert rates == {datetime(2026, 2, 1): 0.0001, datetime(2026, 2, 1, 8): 0.0002}
    assert {row["interval_hours"] for row in staged("stg_bitfinex__funding")} == {8.0}


def test_bitfinex_open_interest_is_in_coins(staged):
    assert [row["open_interest_coin"] for row in staged("stg_bitfinex__open_interest")] == [900.0, 910.0, 920.0, 930.0]
    assert staged("stg_bitfinex__open_interest")[0]["open_interest_contracts"] is None


def test_a_trigger_and_its_executions_are_one_liquidation_of_the_day_of_the_trigger(staged):
    (found,) = (row for row in staged("stg_bitfinex__liquidation_events") if row["position_id"] == 1)
    assert (found["happened_at"], found["position_side"]) == (datetime(2026, 2, 1, 23, 59, 58), "short")
    assert (found["coin"], found["usd"]) == (8.0, None)
    assert found["price_usd"] == pytest.approx((6 * 70000 + 2 * 70400) / 8)


def test_an_execution_stands_for_its_liquidation_where_no_trigger_is_known(staged):
    (found,) = (row for row in staged("stg_bitfinex__liquidation_events") if row["position_id"] == 2)
    assert (found["position_side"], found["coin"], found["price_usd"]) == ("long", 3.0, 70100.0)


def test_a_position_counts_once_a_day_with_its_largest_amount(staged):
    found = [row for row in staged("stg_bitfinex__liquidation_events") if row["position_id"] == 3]
    assert [(row["happened_at"].day, row["coin"], row["price_usd"]) for row in found] == [
        (1, 5.0, None),
        (2, 0.5, None),
    ]


def test_coinbases_bars_are_daily_and_their_turnover_unknown(staged):
    (bar,) = staged("stg_coinbase__spot_klines")
    assert [bar[f"{name}_usd"] for name in ("open", "high", "low", "close")] == [2.0, 4.0, 1.0, 3.0]
    assert (bar["bar_interval"], bar["volume_coin"], bar["volume_usd"], bar["trade_count"]) == ("1d", 5.0, None, None)


def test_the_sum_over_exchanges_keeps_their_names(staged):
    (hour,) = staged("stg_coinglass__liquidations")
    assert (hour["symbol"], hour["period_start_at"]) == ("Binance,Bybit,OKX/BTC", datetime(2026, 2, 1, 10))
    assert (
        hour["long_liquidations_usd"],
        hour["short_liquidations_usd"],
        hour["long_liquidations_coin"],
        hour["period_hours"],
    ) == (7.5, 0.0, None, 1)
