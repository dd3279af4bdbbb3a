"""Assets whose exchange flows no source offers: labels from derivatives and price, on synthetic and recorded days."""

import csv
import gzip
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby, pairwise

import polars as pl
import pytest

from regimes import Classification, Parameters, classify, daily_features
from tests.recordings import NOT_RECORDED, RECORDED
from tests.regimes.synthetic_marts import FIRST_DAY, LONG_AFTER, Day, last_regimes, marts_of, quiet_day
from tests.regimes.test_regime_coherence import contradicts_nothing

WIDE = RECORDED / "data" / "wide_2022_2023.csv.gz"
FROM_FLOWS = "netflow,gross_inflow,exchange_reserve,leverage_percentile"
FLUSH = quiet_day(
    return_pct=-6.0, low_pct=-9.0, high_pct=0.2, long_usd=40e6, short_usd=8e6, open_interest_change_pct=-7.0
)


def without_flows(days: list[Day]) -> list[Day]:
    nothing = {"inflow": None, "outflow": None, "reserve": None, "flows_offered": False}
    return [replace(day, **nothing) for day in days]


def test_a_day_is_judged_from_derivatives_and_price(history: list[Day], parameters: Parameters) -> None:
    fall = quiet_day(return_pct=-18.0, low_pct=-20.0, long_usd=40e6, short_usd=4e6, open_interest_change_pct=-9.0)
    stories = {"FLUSH": [*history, FLUSH], "CRASH": [*history, fall], "CALM": [*history, quiet_day()]}
    rows = last_regimes({name: without_flows(days) for name, days in stories.items()}, parameters)
    assert {name: row["event"] for name, row in rows.items()} == {
        "FLUSH": "leverage_flush", "CRASH": "leverage_flush", "CALM": "consolidation",
    }  # fmt: skip
    for name, row in rows.items():
        assert row["unknown_inputs"] == FROM_FLOWS
        assert row["missing_inputs"] is row["missing_optional_inputs"] is None
        assert row["grade"] in ("B", "C", "D")
        assert row["explanation"].endswith(f"; no source covers the exchange flows of {name}.")


def test_even_a_certain_day_has_no_better_grade_than_b(history: list[Day], parameters: Parameters) -> None:
    generous = parameters.model_copy(update={"grades": parameters.grades.model_copy(update={"a": 0.3})})
    rows = last_regimes({"A": [*history, FLUSH], "B": without_flows([*history, FLUSH])}, generous)
    assert [rows[name]["grade"] for name in ("A", "B")] == ["A", "B"]


def test_flows_that_a_source_offers_and_that_are_missing_are_insufficient(
    history: list[Day], parameters: Parameters
) -> None:
    row = last_regimes({"BTC": [*history, replace(FLUSH, inflow=None, outflow=None)]}, parameters)["BTC"]
    assert (row["event"], row["missing_inputs"], row["unknown_inputs"]) == ("insufficient_data", "netflow", None)


def test_a_catalogue_that_says_nothing_of_flows_asks_for_them(history: list[Day], parameters: Parameters) -> None:
    marts = marts_of({"BTC": without_flows([*history, FLUSH])})
    unknown = marts.exchange_flows_daily.with_columns(pl.lit(None, pl.Boolean).alias("is_offered"))
    features = daily_features(replace(marts, exchange_flows_daily=unknown), parameters)
    assert classify(features, parameters, LONG_AFTER).days["event"][-1] == "insufficient_data"


def wide_market() -> Iterator[tuple[str, list[Day]]]:
    """Each perpetual of the recorded wide market with its days; open, high and low from the closes, as recorded."""
    with gzip.open(WIDE, "rt", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: (row["symbol"], int(row["t"])))
    for symbol, of_symbol in groupby(rows, key=lambda row: row["symbol"]):
        days = []
        for before, row in pairwise(of_symbol):
            close = float(row["close"])
            move = 100.0 * (close / float(before["close"]) - 1.0)
            days.append(
                Day(
                    return_pct=move,
                    low_pct=min(move, 0.0),
                    high_pct=max(move, 0.0),
                    long_usd=float(row["long_liquidations"]) * close,
                    short_usd=float(row["short_liquidations"]) * close,
                    open_interest_change_pct=100.0
                    * (float(row["open_interest"]) / float(before["open_interest"]) - 1.0),
                    funding_bp=100.0 * float(row["funding_pct"]),
                    inflow=None,
                    outflow=None,
                    addresses=None,
                    reserve=None,
                    flows_offered=False,
                )
            )
        yield symbol, days


@pytest.fixture(scope="module")
def wide(parameters: Parameters) -> Classification:
    """Every perpetual of the wide market, as if its first day were FIRST_DAY."""
    return classify(daily_features(marts_of(dict(wide_market())), parameters), parameters, LONG_AFTER)


@pytest.mark.slow
@pytest.mark.proof
@pytest.mark.skipif(not WIDE.is_file(), reason=NOT_RECORDED)
def test_the_wide_market_has_labels_that_contradict_no_day(wide: Classification, parameters: Parameters) -> None:
    filled = FIRST_DAY.toordinal() + parameters.windows.baseline_minimum_days + 1
    days = wide.days.filter(pl.col("day") >= datetime.fromordinal(filled).replace(tzinfo=UTC).date())
    for asset in days.partition_by("asset"):
        labelled = asset.filter(pl.col("event") != "insufficient_data")
        assert labelled.height >= 0.95 * asset.height, asset["asset"][0]
        assert (labelled["event"] == "mixed").mean() < 0.12, asset["asset"][0]
        assert set(labelled["grade"]) <= {"B", "C", "D"}
        assert not set(labelled["event"]) & {"capitulation", "spot_selloff"}
        for row in labelled.iter_rows(named=True):
            contradicts_nothing(row)
