"""Liquidations over feeds that see more or less of them: each against its own past, and none rules by its level."""

from dataclasses import replace
from datetime import timedelta
from statistics import median

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from regimes import DailyMarts, Parameters, classify, daily_features
from tests.properties import examples
from tests.regimes.synthetic_marts import FIRST_DAY, LONG_AFTER, Day, calm_days, marts_of, quiet_day

FLUSH = quiet_day(return_pct=-6.0, low_pct=-9.0, long_usd=40e6, short_usd=8e6, open_interest_change_pct=-7.0)
STORY = (FLUSH, FLUSH.mirrored(), quiet_day(), quiet_day(return_pct=-3.0, low_pct=-4.0, inflow=40_000.0))


def over_feeds(stories: list[list[Day]], contracts: list[float | None], factors: list[float]) -> DailyMarts:
    """The marts of the first story, with liquidations as feeds of venues told them: each its own days, times a factor.
    `contracts` is the open interest of each venue in USD, None where nobody knows it."""
    marts = marts_of({"BTC": stories[0]})
    by_venue, weights, totals = [], [], []
    for number, (days, contract, factor) in enumerate(zip(stories, contracts, factors, strict=True)):
        own = marts_of({"BTC": days})
        name = pl.lit(f"venue{number}").alias("venue")
        scaled = [
            pl.col(column) * factor
            for column in ("long_liquidations_usd", "short_liquidations_usd", "liquidations_usd")
            if column != "short_liquidations_usd"
        ]
        by_venue.append(
            own.liquidations_by_venue_daily.with_columns(name, *scaled, counted_as=pl.lit(f"feed:{number}"))
        )
        open_interest = own.open_interest_by_venue_daily.with_columns(
            name, open_interest_usd=pl.lit(contract, pl.Float64)
        )
        weights.append(open_interest)
        totals.append(
            own.liquidations_daily.with_columns(
                pl.col("long_liquidations_usd", "short_liquidations_usd", "liquidations_usd") * factor
            )
        )
    summed = (
        pl.concat(totals)
        .group_by("asset", "day", maintain_order=True)
        .agg(
            pl.col("long_liquidations_usd", "short_liquidations_usd", "liquidations_usd").sum(),
            pl.col("previous_open_interest_share").first(),
        )
        .with_columns(
            (pl.col("long_liquidations_usd") / pl.col("liquidations_usd")).alias("long_share"),
            pl.lit(", ".join(f"feed:{number}" for number in range(len(stories)))).alias("feed_set"),
            pl.lit("venue").alias("venues"),
        )
    )
    return replace(
        marts,
        liquidations_daily=summed,
        liquidations_by_venue_daily=pl.concat(by_venue),
        open_interest_by_venue_daily=pl.concat(weights),
    )


def test_the_multiple_is_the_mean_over_feeds_weighted_by_contracts(parameters: Parameters) -> None:
    """Three quarters of the contracts at a feed of which a day brought twice the usual, one quarter at six times."""
    first = [*calm_days(100, 1), quiet_day(long_usd=30e6, short_usd=10e6)]
    second = [*calm_days(100, 2), quiet_day(long_usd=20e6, short_usd=20e6)]
    usual = [median(day.long_usd + day.short_usd for day in days[-31:-1]) for days in (first, second)]
    row = daily_features(over_feeds([first, second], [3e9, 1e9], [1.0, 50.0]), parameters).row(-1, named=True)
    of_first, of_second = (40e6 / each for each in usual)
    multiple = 0.75 * of_first + 0.25 * of_second
    assert row["liquidation_multiple"] == pytest.approx(multiple)
    longs = 0.75 * of_first * 0.75 + 0.25 * of_second * 0.5
    assert row["comparable_long_share"] == pytest.approx(longs / multiple)
    assert row["long_share"] == pytest.approx((30e6 + 50 * 20e6) / (40e6 + 50 * 40e6))
    assert row["median_liquidations_usd"] == pytest.approx(usual[0] + 50 * usual[1])


def test_a_feed_whose_contracts_nobody_knows_speaks_only_where_no_other_does(parameters: Parameters) -> None:
    first, second = ([*calm_days(100, seed), FLUSH] for seed in (1, 2))
    alone, other = (
        daily_features(over_feeds([days], [1e9], [1.0]), parameters)["liquidation_multiple"][-1]
        for days in (first, second)
    )
    known = daily_features(over_feeds([first, second], [1e9, None], [1.0, 1.0]), parameters)
    assert known["liquidation_multiple"][-1] == pytest.approx(alone)
    unknown = daily_features(over_feeds([first, second], [None, None], [1.0, 1.0]), parameters)
    assert unknown["liquidation_multiple"][-1] == pytest.approx((alone + other) / 2)


@examples(12)
@given(
    seed=st.integers(0, 99),
    factors=st.lists(st.floats(1e-3, 1e3), min_size=2, max_size=2),
    shares=st.lists(st.floats(0.1, 1.0), min_size=2, max_size=2),
    story=st.lists(st.sampled_from(STORY), min_size=1, max_size=5),
)
def test_how_much_any_one_feed_sees_changes_no_label(
    seed: int, factors: list[float], shares: list[float], story: list[Day], parameters: Parameters
) -> None:
    stories = [[*calm_days(110, seed + number), *story] for number in range(2)]
    contracts = [1e9 * share for share in shares]
    said = ("event", "runner_up", "regime", "phase", "flags", "grade", "support_status", "resolution", "missing_inputs")
    as_seen, scaled = (
        classify(daily_features(over_feeds(stories, contracts, each), parameters), parameters, LONG_AFTER).days
        for each in ([1.0, 1.0], factors)
    )
    assert_frame_equal(as_seen.select(said), scaled.select(said))


def test_a_feed_begins_anew_with_another_version_and_has_a_label_after_twenty_days(
    history: list[Day], parameters: Parameters
) -> None:
    anew = [replace(day, feed_set="feed:contract@2023", long_usd=50e6) for day in calm_days(40, 9)]
    days = [*history, *anew[:21], replace(FLUSH, feed_set="feed:contract@2023", long_usd=200e6)]
    found = classify(daily_features(marts_of({"BTC": days}), parameters), parameters, LONG_AFTER).days
    first = found.row(len(history), named=True)
    assert (first["liquidation_multiple"], first["missing_inputs"]) == (None, "liquidations_baseline")
    assert found["missing_inputs"][len(history) + 19] == "liquidations_baseline"
    last = found.row(-1, named=True)
    assert (last["missing_inputs"], last["event"]) == (None, "leverage_flush")
    usual = median(day.long_usd + day.short_usd for day in anew[:21])
    assert last["liquidation_multiple"] == pytest.approx(208e6 / usual)


def test_a_feed_that_joins_has_no_say_before_it_has_a_past(history: list[Day], parameters: Parameters) -> None:
    """A second feed for a hundred days: the first alone decides until the other has twenty days, and again after it."""
    marts = marts_of({"BTC": [*history, *calm_days(100, 9), quiet_day()]})
    joined, last = FIRST_DAY + timedelta(days=len(history)), FIRST_DAY + timedelta(days=len(history) + 100)
    both = pl.col("day").is_between(joined, last, closed="left")
    feed_set = pl.when(both).then(pl.lit("feed:contract, other:contract")).otherwise(pl.lit("feed:contract"))
    other = marts.liquidations_by_venue_daily.filter(both).with_columns(
        venue=pl.lit("other"),
        liquidations_usd=pl.col("liquidations_usd") * pl.col("day").dt.day(),
        counted_as=pl.lit("other:contract"),
    )
    weight = marts.open_interest_by_venue_daily.with_columns(venue=pl.lit("other"))
    found = daily_features(
        replace(
            marts,
            liquidations_daily=marts.liquidations_daily.with_columns(feed_set.alias("feed_set")),
            liquidations_by_venue_daily=pl.concat([marts.liquidations_by_venue_daily, other]),
            open_interest_by_venue_daily=pl.concat([marts.open_interest_by_venue_daily, weight]),
        ),
        parameters,
    )
    alone = daily_features(marts, parameters)
    apart = (found["liquidation_multiple"] - alone["liquidation_multiple"]).abs() > 1e-9
    assert apart.arg_true().to_list() == list(range(len(history) + 20, len(history) + 100))
