"""The proof measures what it says: every section is there, and nothing hides a failure."""

from datetime import date
from itertools import islice

import polars as pl
import pytest

from regimes import Parameters, daily_features, sensitivity
from regimes.classifier import judged
from regimes.coherence import coherence, survival
from regimes.feeds_alone import labels_by_feed
from regimes.outcomes import bootstrap, with_outcomes
from regimes.validation import _feeds_alone, _published, agreement, documented_days, regime_validation
from regimes.validation_page import validation_page
from tests.regimes.synthetic_marts import LONG_AFTER, calm_days, marts_of, quiet_day


def test_every_section_is_measured_and_worded(parameters: Parameters, monkeypatch: pytest.MonkeyPatch) -> None:
    every = sensitivity.variants
    monkeypatch.setattr(sensitivity, "variants", lambda given: islice(every(given), 2))
    crash = quiet_day(return_pct=-6.0, low_pct=-9.0, long_usd=40e6, short_usd=8e6, open_interest_change_pct=-7.0)
    marts = marts_of({"BTC": [*calm_days(110), crash, *calm_days(10, 3)]}, first_day=date(2025, 10, 1))
    measured = regime_validation(marts, parameters, LONG_AFTER)
    assert set(measured["section"]) == {
        "agreement", "coherence", "survival", "share", "asset_share", "persistence", "transition", "outcome",
        "sensitivity", "year_left_out", "feed_removed",
    }  # fmt: skip
    assert not measured.select("section", "subject", "measure").is_duplicated().any()
    shares = measured.filter(pl.col("measure") == "event, % of complete days")
    assert shares["value"].sum() == pytest.approx(100.0)
    without_prices = measured.filter(
        (pl.col("subject") == "prices") & pl.col("measure").str.starts_with("insufficient")
    )
    assert without_prices["value"].item() == 100.0
    page = validation_page(measured, "Measured on invented days.")
    assert page.count("\n## ") == 10
    assert "BTC 2026-01-29" in page


def test_a_day_agrees_by_its_event_its_runner_up_and_its_family() -> None:
    documented = pl.DataFrame({"asset": "BTC", "day": [1, 2, 3, 4], "label": "leverage_flush"})
    days = pl.DataFrame(
        {
            "asset": "BTC",
            "day": [1, 2, 3, 4],
            "event": ["leverage_flush", "spot_selloff", "deleveraging", "mixed"],
            "runner_up": ["spot_selloff", "leverage_flush", None, None],
            "regime": ["mixed", "leverage_flush", "leverage_flush", "leverage_flush"],
        }
    )
    told = agreement(days, documented)
    assert told["exact"].to_list() == [True, False, False, False]
    assert told["with_runner_up"].to_list() == [True, True, False, False]
    assert told["by_family"].to_list() == [True, False, True, False]


def test_what_was_published_at_the_time_is_kept_apart_from_backfill() -> None:
    """The first revision of a day counts, whatever it became."""
    day = date(2026, 1, 31)
    revisions = pl.DataFrame(
        {
            "asset": ["BTC", "BTC", "BTC"],
            "day": [day, day, date(2026, 2, 1)],
            "revision": [1, 2, 1],
            "event": ["spot_selloff", "leverage_flush", "leverage_flush"],
            "runner_up": ["leverage_flush", None, None],
            "is_backfill": [False, True, True],
        }
    )
    rows = {(row[1], row[2]): (row[3], row[6]) for row in _published(revisions, documented_days())}
    assert rows["at the time", "days with a label"] == rows["backfill", "days with a label"] == (1.0, 1)
    assert rows["at the time", "exact"] == (0.0, 1)
    assert rows["at the time", "with_runner_up"] == rows["backfill", "exact"] == (1.0, 1)


def test_coherence_counts_labels_against_the_moves_of_their_days() -> None:
    days = pl.DataFrame(
        {
            "asset": ["BTC", "BTC", "BTC", "ETH"],
            "event": ["leverage_flush", "mixed", "consolidation", "spot_rally"],
            "regime": ["leverage_flush", "mixed", "consolidation", "spot_rally"],
            "family": ["mechanical", "none", "quiet", "spot_up"],
            "return_z": [-3.0, 2.6, 0.1, -2.5],
            "range_multiple": [3.0, 2.0, 1.6, 2.0],
            "data_status": "complete",
        }
    )
    found = {(subject, measure): (agreeing, of) for subject, measure, agreeing, of in coherence(days)}
    assert found["all assets", "a shock has a label of its direction"] == (1, 3)
    assert found["BTC", "a shock is neither mixed nor consolidation, as event or regime"] == (1, 2)
    assert found["BTC", "consolidation has an ordinary range"] == (0, 1)
    assert found["ETH", "a shock has a label of its direction"] == (0, 1)


def test_a_label_that_hangs_on_one_figure_does_not_survive_an_error_in_it(parameters: Parameters) -> None:
    """A move just inside a shock, without anything else: a tenth less is none."""
    edge = parameters.scores.shock * (2.5 - 1.0) + 1.0
    features = daily_features(marts_of({"BTC": [*calm_days(110), quiet_day()]}), parameters)
    last = pl.col("day") == features["day"].max()
    columns = ("return_z", "low_vs_previous_close_z", "return_3d_z", "reach_balance", "open_interest_change_3d_sigma")
    bounded = features.with_columns(
        pl.when(last).then(value).otherwise(pl.col(name)).alias(name)
        for name, value in zip(columns, (-edge * 1.02, -1.0, 0.0, -0.5, 0.0), strict=True)
    ).filter(last)
    kept = {name: (agreeing, of) for name, agreeing, of in survival(bounded, parameters, LONG_AFTER)}
    assert kept["prices"] == kept["any one input"] == (0, 1)
    assert kept["funding"] == kept["fund flows"] == (1, 1)


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


def test_feeds_that_see_another_part_of_the_same_days_agree(parameters: Parameters) -> None:
    """One feed sees a tenth of every day, the other only the longs of the crash as a calm day."""
    crash = quiet_day(return_pct=-6.0, low_pct=-9.0, long_usd=40e6, short_usd=8e6, open_interest_change_pct=-7.0)
    marts = marts_of({"BTC": [*calm_days(110), crash]})
    seen = marts.liquidations_by_venue_daily.with_columns(
        (pl.col("liquidations_usd") - pl.col("long_liquidations_usd")).alias("short_liquidations_usd")
    )
    sides = pl.col("long_liquidations_usd", "short_liquidations_usd", "liquidations_usd")
    last = pl.col("day") == seen["day"].max()
    sources = pl.concat(
        [
            seen.with_columns(sides * 0.1, pl.lit("tenth").alias("feed")),
            seen.with_columns(pl.when(last).then(sides * 0.1).otherwise(sides), pl.lit("blind").alias("feed")),
        ]
    )
    whole = daily_features(marts, parameters)
    events = dict(labels_by_feed(marts, sources, parameters, LONG_AFTER))
    expected = judged(whole, parameters, LONG_AFTER).days.filter(pl.col("data_status") != "insufficient")
    assert events["tenth"]["event"].to_list() == expected["event"].to_list()
    assert events["tenth"]["event"][-1] == "leverage_flush"
    assert events["blind"]["event"][-1] != "leverage_flush"
    rows = {(row[1], row[2]): row[3] for row in _feeds_alone(expected, events.items())}
    assert rows["tenth", "same event as all feeds of the day, % of days with both"] == 100.0
    assert rows["blind", "same event as all feeds of the day, % of days with both"] < 100.0
