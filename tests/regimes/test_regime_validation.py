"""The proof measures what it says: every section is there, and nothing hides a failure."""

from datetime import date
from itertools import islice

import polars as pl
import pytest

from regimes import Parameters, sensitivity
from regimes.outcomes import bootstrap, with_outcomes
from regimes.validation import agreement, documented_days, regime_validation
from regimes.validation_page import validation_page
from tests.regimes.synthetic_marts import LONG_AFTER, calm_days, marts_of, quiet_day


def test_every_section_is_measured_and_worded(parameters: Parameters, monkeypatch: pytest.MonkeyPatch) -> None:
    every = sensitivity.variants
    monkeypatch.setattr(sensitivity, "variants", lambda given: islice(every(given), 2))
    crash = quiet_day(return_pct=-6.0, low_pct=-9.0, long_usd=40e6, short_usd=8e6, open_interest_change_pct=-7.0)
    marts = marts_of({"BTC": [*calm_days(110), crash, *calm_days(10, 3)]}, first_day=date(2025, 10, 1))
    measured = regime_validation(marts, parameters, LONG_AFTER)
    assert set(measured["section"]) == {
        "agreement", "share", "persistence", "transition", "outcome", "sensitivity", "year_left_out", "feed_removed",
    }  # fmt: skip
    assert not measured.select("section", "subject", "measure").is_duplicated().any()
    shares = measured.filter(pl.col("measure") == "event, % of complete days")
    assert shares["value"].sum() == pytest.approx(100.0)
    without_prices = measured.filter(
        (pl.col("subject") == "prices") & pl.col("measure").str.starts_with("insufficient")
    )
    assert without_prices["value"].item() == 100.0
    page = validation_page(measured, "Measured on invented days.")
    assert page.count("\n## ") == 8
    assert "BTC 2026-01-29" in page


def test_a_day_agrees_by_event_or_regime_and_by_their_families() -> None:
    documented = pl.DataFrame({"asset": "BTC", "day": [1, 2, 3, 4], "label": "leverage_flush"})
    days = pl.DataFrame(
        {
            "asset": "BTC",
            "day": [1, 2, 3, 4],
            "event": ["leverage_flush", "mixed", "mixed", "mixed"],
            "regime": ["mixed", "leverage_flush", "deleveraging", "short_squeeze"],
        }
    )
    told = agreement(days, documented)
    assert told["exact"].to_list() == [True, True, False, False]
    assert told["by_family"].to_list() == [True, True, True, False]


def test_documented_days_are_one_row_a_day() -> None:
    days = documented_days()
    assert days.height == 17
    assert not days.select("asset", "day").is_duplicated().any()


def test_outcomes_look_at_the_days_after_and_not_at_the_day() -> None:
    days = pl.DataFrame({"asset": "BTC", "close_usd": [100.0, 110.0, 99.0, 121.0], "low_usd": [1.0, 90.0, 95.0, 120.0]})
    made = with_outcomes(days)
    assert made["return_1d"].to_list() == pytest.approx([10.0, -10.0, 22.2222222, None])
    assert made["return_3d"].to_list() == pytest.approx([21.0, None, None, None])
    assert made["drawdown_3d"].to_list() == pytest.approx([-10.0, None, None, None])


def test_an_interval_holds_the_statistic_and_a_few_days_have_none() -> None:
    low, high = bootstrap([float(i) for i in range(50)], lambda values: sum(values) / len(values))
    assert low is not None
    assert high is not None
    assert low < 24.5 < high
    assert bootstrap([1.0] * 4, max) == (None, None)
