"""Which assets have lost their reading, since when, and what they lack."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from warehouse.missing_readings import NAMED, MissingReading, banner, lacking, missing_readings, texts

DAYS = """
    CREATE TABLE regimes_daily AS SELECT * FROM (VALUES
        ('BTC', DATE '2026-02-25', 'complete', NULL), ('BTC', DATE '2026-02-26', 'complete', NULL),
        ('BTC', DATE '2026-02-27', 'insufficient', 'funding'),
        ('BTC', DATE '2026-02-28', 'insufficient', 'long_liquidations,short_liquidations,liquidations_baseline'),
        ('ADA', DATE '2026-02-27', 'complete', NULL), ('ADA', DATE '2026-02-28', 'insufficient', 'ohlc_stale'),
        ('ETH', DATE '2026-02-27', 'insufficient', 'ohlc'), ('ETH', DATE '2026-02-28', 'provisional', 'netflow'),
        ('SOL', DATE '2026-02-27', 'insufficient', 'ohlc'), ('SOL', DATE '2026-02-28', 'insufficient', 'ohlc')
    ) AS days (asset, day, data_status, missing_inputs)"""


def test_an_asset_that_had_a_reading_and_has_none_is_missing_since_the_day_after() -> None:
    with duckdb.connect() as connection:
        connection.execute(DAYS)
        found = missing_readings(connection)
    assert [one.text for one in found] == [
        "BTC has no reading since 2026-02-27: liquidations missing",
        "ADA has no reading since 2026-02-28: ohlc stale",
    ], "ETH has a provisional one, SOL never had any"
    assert found[0].last_reading == date(2026, 2, 26)
    assert banner(found[:1]) == f"{found[0].text}. Its last reading is of 2026-02-26."
    assert banner([]) is None


@pytest.mark.parametrize(("more", "counted"), [(1, "1 more asset has none"), (24, "24 more assets have none")])
def test_of_many_assets_some_are_named_and_the_others_counted(more: int, counted: str) -> None:
    missing = [MissingReading(f"A{n:02d}", date(2026, 2, 26), "funding") for n in range(NAMED + more)]
    assert texts(missing) == [*(one.text for one in missing[:NAMED]), f"and {counted}"]
    shown = banner(missing)
    assert shown
    assert shown.endswith(f". {counted}.")
    assert shown.count("has no reading") == NAMED


@pytest.mark.parametrize(
    ("missing", "text"),
    [
        ("ohlc,previous_close,funding,netflow", "prices, funding and exchange flows missing"),
        ("open_interest_jump,netflow_stale", "open interest jump and netflow stale"),
        ("", "too little data"),
    ],
)
def test_missing_inputs_are_named_by_series(missing: str, text: str) -> None:
    assert lacking(missing) == text
