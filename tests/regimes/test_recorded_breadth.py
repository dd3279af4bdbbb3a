"""Breadth on the recorded market of 32 perpetuals: it says what happened in May and November 2022.

The figures that the tables must have are plain Python over the recorded rows. Bars have closes alone, as recorded.
"""

from __future__ import annotations

import csv
import gzip
from datetime import UTC, date, datetime
from statistics import median

import polars as pl
import pytest

from regimes import DailyMarts, Parameters, classify_in_chunks, features_in_chunks, market_breadth_daily, market_daily
from tests.recordings import NOT_RECORDED, RECORDED
from tests.regimes.synthetic_marts import LONG_AFTER, Day, marts_of

WIDE = RECORDED / "data" / "wide_2022_2023.csv.gz"
FIRST = date(2022, 1, 2)
CRASHES = [date(2022, 5, day) for day in (9, 10, 11, 12)] + [date(2022, 11, day) for day in (8, 9, 10)]
Rows = dict[str, dict[date, dict[str, float]]]

pytestmark = [pytest.mark.slow, pytest.mark.proof, pytest.mark.skipif(not WIDE.exists(), reason=NOT_RECORDED)]


@pytest.fixture(scope="module")
def recorded() -> Rows:
    found: Rows = {}
    with gzip.open(WIDE, "rt", newline="") as file:
        for row in csv.DictReader(file):
            day = datetime.fromtimestamp(int(row["t"]), UTC).date()
            figures = {name: float(value) for name, value in row.items() if name not in ("symbol", "t")}
            found.setdefault(row["symbol"].removesuffix("USDT"), {})[day] = figures
    return found


def as_days(rows: dict[date, dict[str, float]]) -> list[Day]:
    """The recorded days of a perpetual; without spot, flows and hours."""
    days = []
    before = rows[FIRST]
    for row in rows.values():
        change = 100.0 * (row["close"] / before["close"] - 1.0)
        days.append(
            Day(
                return_pct=change,
                low_pct=min(change, 0.0),
                high_pct=max(change, 0.0),
                long_usd=row["long_liquidations"] * row["close"],
                short_usd=row["short_liquidations"] * row["close"],
                open_interest_change_pct=100.0 * (row["open_interest"] / before["open_interest"] - 1.0),
                funding_bp=100.0 * row["funding_pct"],
                inflow=None,
                outflow=None,
                addresses=None,
                reserve=None,
                flows_offered=False,
            )
        )
        before = row
    return days


def with_recorded_size(marts: DailyMarts, recorded: Rows) -> DailyMarts:
    """The marts with open interest in USD of the recorded size: the days have changes alone."""
    made = marts.open_interest_daily.filter(pl.col("day") == FIRST).select("asset", "open_interest_usd")
    size = {
        asset: recorded[asset][FIRST]["open_interest"] * recorded[asset][FIRST]["close"] / usd
        for asset, usd in made.iter_rows()
    }
    factor = pl.col("asset").replace_strict(size, return_dtype=pl.Float64)
    scaled = {
        name: getattr(marts, name).with_columns(pl.col("open_interest_usd") * factor)
        for name in ("open_interest_daily", "open_interest_by_venue_daily")
    }
    return DailyMarts(**{**vars(marts), **scaled})


@pytest.fixture(scope="module")
def breadth(recorded: Rows, parameters: Parameters) -> pl.DataFrame:
    marts = marts_of({asset: as_days(rows) for asset, rows in recorded.items()}, FIRST)
    features = features_in_chunks(with_recorded_size(marts, recorded), parameters)
    return market_breadth_daily(classify_in_chunks(features, parameters, LONG_AFTER).days, parameters)


@pytest.mark.parametrize("day", CRASHES, ids=str)
def test_totals_are_those_of_the_recorded_rows(day: date, breadth: pl.DataFrame, recorded: Rows) -> None:
    row = breadth.filter(pl.col("day") == day).to_dicts()[0]
    before = date.fromordinal(day.toordinal() - 1)
    pairs = [(rows[before], rows[day]) for rows in recorded.values()]
    assert row["liquidation_asset_count"] == row["return_asset_count"] == len(recorded) == 32
    for side in ("long", "short"):
        total = sum(now[f"{side}_liquidations"] * now["close"] for _, now in pairs)
        assert row[f"{side}_liquidations_usd"] == pytest.approx(total)
    returns = [100.0 * (now["close"] / was["close"] - 1.0) for was, now in pairs]
    assert row["median_asset_return_pct"] == pytest.approx(median(returns))
    # An asset whose open interest moved by more than the gate allows is in no total of it.
    held = [(was, now) for was, now in pairs if abs(now["open_interest"] / was["open_interest"] - 1.0) <= 0.5]
    assert row["open_interest_change_asset_count"] == len(held)
    weights = [was["open_interest"] * was["close"] for was, _ in held]
    changes = [100.0 * (now["open_interest"] / was["open_interest"] - 1.0) for was, now in held]
    weighted = sum(w * c for w, c in zip(weights, changes, strict=True)) / sum(weights)
    assert row["open_interest_change_1d_pct"] == pytest.approx(weighted)


def test_it_says_which_days_of_the_crashes_fell_and_which_recovered(
    breadth: pl.DataFrame, recorded: Rows, parameters: Parameters
) -> None:
    said = {row["day"]: row for row in breadth.to_dicts()}
    labels = dict(market_daily(breadth, parameters).select("day", "market_label").iter_rows())
    for day in CRASHES:
        before = date.fromordinal(day.toordinal() - 1)
        lower = sum(rows[day]["close"] < rows[before]["close"] for rows in recorded.values())
        row = said[day]
        fell = row["flushed_count"] + row["long_squeezed_count"] + row["sold_off_count"]
        rose = row["short_squeezed_count"] + row["rallied_count"]
        if day in (date(2022, 5, 10), date(2022, 11, 10)):
            # Between and after the falls most perpetuals recovered: 5 % and 18 % in the median.
            assert lower <= 4, day
            assert labels[day] == "rallied"
            assert rose > 0.8 * row["read_count"] > 10 * fell
        else:
            assert lower >= 22, day
            assert labels[day] in ("flushed", "long_squeezed")
            assert fell > 0.7 * row["read_count"] > 10 * row["quiet_count"]
            assert row["long_share"] > 0.5
    flushed = sorted(day for day, row in said.items() if row["flushed_count"] >= 28)
    assert date(2022, 11, 8) in flushed
