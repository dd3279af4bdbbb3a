"""Features by their definitions, and what a baseline may not cross: feeds, pulls, later days, assets."""

from dataclasses import fields, replace
from datetime import datetime, timedelta
from statistics import median

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from regimes import DailyMarts, MartError, Parameters, classify, daily_features
from regimes.features import funding_state
from tests.properties import examples
from tests.regimes.synthetic_marts import FIRST_DAY, LONG_AFTER, Day, calm_days, marts_of, quiet_day


def last_row(days: list[Day], parameters: Parameters) -> dict[str, object]:
    return daily_features(marts_of({"BTC": days}), parameters).row(-1, named=True)


def changed(marts: DailyMarts, **frames: pl.DataFrame) -> DailyMarts:
    return replace(marts, **frames)


def test_price_and_liquidation_features_follow_their_definitions(history: list[Day], parameters: Parameters) -> None:
    day = quiet_day(return_pct=-4.0, low_pct=-9.0, high_pct=0.5, long_usd=60e6, short_usd=20e6)
    row = last_row([*history, day], parameters)
    assert row["low_vs_previous_close_pct"] == pytest.approx(-9.0)
    assert row["high_vs_previous_close_pct"] == pytest.approx(0.5)
    growth = 1.0
    for each in (*history[-2:], day):
        growth *= 1 + each.return_pct / 100
    assert row["return_3d_pct"] == pytest.approx(100 * (growth - 1))
    usual = median(each.long_usd + each.short_usd for each in history[-30:])
    assert row["liquidation_multiple"] == pytest.approx(80e6 / usual)
    assert row["long_share"] == pytest.approx(0.75)
    totals = [each.long_usd + each.short_usd for each in history]
    assert row["liquidation_percentile"] == pytest.approx(100 * sum(t < 80e6 for t in totals) / len(totals))
    returns = [each.return_pct for each in history[-90:]]
    centre = median(returns)
    sigma = max(1.4826 * median(abs(x - centre) for x in returns), 1.0)
    assert row["return_z"] == pytest.approx((-4.0 - centre) / sigma)


def test_funding_features_follow_their_definitions(history: list[Day], parameters: Parameters) -> None:
    hot = [replace(day, funding_bp=2.4) for day in history[-4:]]
    row = last_row([*history[:-4], *hot, quiet_day(funding_bp=0.9)], parameters)
    week = [day.funding_bp for day in (*history[-7:-4], *hot)]
    assert row["funding_vs_7d_median_bp"] == pytest.approx(0.9 - median(week))
    assert row["funding_vs_3d_mean_bp"] == pytest.approx(0.9 - 2.4)
    assert row["funding_max_10d_bp"] == pytest.approx(2.4)
    assert row["funding_state"] == "base"
    assert row["funding_normalised"] is True
    assert last_row([*history, quiet_day(funding_bp=0.6)], parameters)["funding_normalised"] is False
    assert last_row([*history, *hot, quiet_day(funding_bp=1.6)], parameters)["funding_normalised"] is False


@pytest.mark.parametrize(
    ("rate", "state"),
    [
        (-0.25, "negative"),
        (-0.24, "low"),
        (0.24, "low"),
        (0.25, "base"),
        (1.25, "base"),
        (1.26, "elevated"),
        (2.0, "hot"),
        (4.49, "hot"),
        (4.5, "overheated"),
        (None, None),
    ],
)
def test_funding_states_have_the_documented_bounds(
    rate: float | None, state: str | None, parameters: Parameters
) -> None:
    frame = pl.DataFrame({"rate": [rate]}, schema={"rate": pl.Float64})
    assert frame.select(funding_state(pl.col("rate"), parameters.funding)).item() == state


def test_flows_and_activity_follow_their_definitions(history: list[Day], parameters: Parameters) -> None:
    day = quiet_day(inflow=40_000.0, outflow=31_000.0, addresses=800_000.0, reserve=4_000_000.0)
    row = last_row([*history, day], parameters)
    assert row["netflow_coin"] == pytest.approx(9_000.0)
    netflows = [each.inflow - each.outflow for each in history]
    assert row["netflow_3d_coin"] == pytest.approx(9_000.0 + sum(netflows[-2:]))
    centre = median(netflows[-90:])
    mad = median(abs(x - centre) for x in netflows[-90:])
    assert row["netflow_z"] == pytest.approx((9_000.0 - centre) / max(1.4826 * mad, 0.0002 * 4_000_000.0))
    same_weekday = [each.addresses for each in history[-7 * 8 :: 7]]
    assert len(same_weekday) == 8
    assert row["address_ratio"] == pytest.approx(800_000.0 / median(same_weekday))


def test_netflow_has_a_floor_that_grows_with_the_reserve(history: list[Day], parameters: Parameters) -> None:
    still = [replace(day, outflow=day.inflow, reserve=10_000_000.0) for day in history]
    row = last_row([*still, quiet_day(inflow=22_000.0, outflow=20_000.0, reserve=10_000_000.0)], parameters)
    assert row["netflow_z"] == pytest.approx(1.0)  # 2,000 coins over 0.02 % of ten million
    small = [replace(day, outflow=day.inflow, reserve=1_000.0) for day in history]
    row = last_row([*small, quiet_day(inflow=21_000.0, outflow=20_000.0, reserve=1_000.0)], parameters)
    assert row["netflow_z"] == pytest.approx(2.0)  # 1,000 coins over the fixed 500


def test_contracts_that_do_not_change_show_no_closing_under_a_fall_of_ten_percent(
    history: list[Day], parameters: Parameters
) -> None:
    marts = marts_of({"BTC": [*history, quiet_day(return_pct=-10.0, low_pct=-10.5)]})
    in_contracts = daily_features(marts, parameters).row(-1, named=True)
    assert in_contracts["open_interest_change_1d_pct"] == pytest.approx(0.0, abs=1e-9)
    assert in_contracts["open_interest_change_basis"] == "contracts"
    without = [pl.lit(None, pl.Float64).alias(f"open_interest_change_{lag}d_pct") for lag in (1, 3, 7)]
    in_usd = changed(marts, open_interest_daily=marts.open_interest_daily.with_columns(without))
    adjusted = daily_features(in_usd, parameters).row(-1, named=True)
    assert adjusted["open_interest_change_1d_pct"] == pytest.approx(-10.0 + 8.5)
    assert adjusted["open_interest_change_basis"] == "usd_adjusted"
    assert abs(adjusted["open_interest_change_1d_z"]) < 1.5


# Rates in bp against those of the history, and open interest in USD; of okx nobody knows it, so it weighs a hundredth.
FUNDING_VENUES = {"binance": (1.0, 3e9), "bybit": (-2.0, 2e9), "gate": (3.0, 1e9), "okx": (9.0, None)}


COMPARISONS = [
    "comparable_funding_8h_bp",
    "funding_z", "funding_percentile", "funding_vs_7d_median_bp", "funding_vs_3d_mean_bp", "funding_max_10d_bp",
    "median_funding_bp", "median_funding_7d_bp",
]  # fmt: skip


def funded(marts: DailyMarts, venues: set[str], away: str | None = None, days: slice = slice(0)) -> DailyMarts:
    """The marts with funding of those venues, of which one is away on some of the days."""
    absent = marts.funding_daily["day"][days].implode()
    paid = pl.concat(
        marts.funding_by_venue_daily.with_columns(
            venue=pl.lit(venue),
            funding_8h_bp=pl.col("funding_8h_bp") * (1.0 + 0.1 * abs(apart)) + apart,
            weight_usd=pl.lit(weight, pl.Float64),
            is_weight_assumed=pl.lit(weight is None),
        )
        for venue, (apart, weight) in FUNDING_VENUES.items()
        if venue in venues
    ).filter((pl.col("venue") != (away or "")) | ~pl.col("day").is_in(absent))
    paid = paid.with_columns(pl.col("weight_usd").fill_null(0.01 * pl.col("weight_usd").sum().over("day"))).sort(
        "day", "venue"
    )
    together = paid.group_by("asset", "day", maintain_order=True).agg(
        ((pl.col("funding_8h_bp") * pl.col("weight_usd")).sum() / pl.col("weight_usd").sum()).alias("funding_8h_bp")
    )
    return changed(marts, funding_daily=together, funding_by_venue_daily=paid)


@pytest.mark.parametrize("venue", ["binance", "bybit", "gate"])
@pytest.mark.parametrize(("away", "level"), [(slice(-3, None), "never"), (slice(0, -3), "always")])
def test_a_venue_that_vanishes_or_joins_moves_the_level_of_funding_and_no_comparison(
    venue: str, away: slice, level: str, history: list[Day], parameters: Parameters
) -> None:
    """What funding is held against and with is of the others, as if the venue had never been there."""
    marts = marts_of({"BTC": history})
    found = daily_features(funded(marts, {*FUNDING_VENUES}, venue, away), parameters).tail(3)
    never = daily_features(funded(marts, {*FUNDING_VENUES} - {venue}), parameters).tail(3)
    always = daily_features(funded(marts, {*FUNDING_VENUES}), parameters).tail(3)
    assert (never["funding_8h_bp"] - always["funding_8h_bp"]).abs().min() > 0.4
    assert found["funding_8h_bp"].to_list() == pytest.approx(
        {"never": never, "always": always}[level]["funding_8h_bp"].to_list()
    )
    assert_frame_equal(found.select(COMPARISONS), never.select(COMPARISONS), abs_tol=1e-8)


def test_a_flow_baseline_stays_within_one_pull(history: list[Day], parameters: Parameters) -> None:
    later = [replace(day, pulled_at=datetime(2029, 12, 31, 6)) for day in calm_days(5, 9)]
    row = last_row([*history, *later], parameters)
    assert row["netflow_z"] is None
    assert row["missing_inputs"] == "netflow_baseline"


def test_an_instrument_that_ends_is_no_fall_of_the_leverage_ratio(history: list[Day], parameters: Parameters) -> None:
    whole = marts_of({"BTC": [*history, quiet_day()]})
    after = pl.col("day") >= FIRST_DAY + timedelta(days=200)
    fewer = whole.open_interest_daily.with_columns(
        pl.when(after).then(0.8).otherwise(1.0).alias("left"),
        pl.when(after).then(pl.lit("CONTRACT")).otherwise(pl.lit("CONTRACT,INVERSE")).alias("instruments"),
    ).with_columns(pl.col("open_interest_usd") * pl.col("left"))
    ended = daily_features(changed(whole, open_interest_daily=fewer), parameters).row(-1, named=True)
    both = daily_features(whole, parameters).row(-1, named=True)
    assert ended["leverage_ratio"] == pytest.approx(0.8 * both["leverage_ratio"])
    assert ended["leverage_percentile"] == pytest.approx(both["leverage_percentile"], abs=0.5)


def test_leverage_remembers_the_last_reserve_for_two_days(history: list[Day], parameters: Parameters) -> None:
    """Nothing else of the flows is remembered, and the reserve still counts as missing."""
    unknown = replace(quiet_day(), reserve=None, inflow=None, outflow=None)
    found = daily_features(marts_of({"BTC": [*history, unknown, unknown, unknown]}), parameters).tail(4)
    known, *since = found.select("leverage_ratio", "leverage_percentile", "open_interest_usd", "close_usd").rows()
    reserve_coin = known[2] / known[0] / known[3]
    for ratio, rank, open_interest, close in since[:2]:
        assert ratio == pytest.approx(open_interest / (reserve_coin * close))
        assert rank is not None
    assert since[2][:2] == (None, None)
    assert found["netflow_z"].to_list()[1:] == [None, None, None]
    assert all("exchange_reserve" in missing for missing in found["missing_optional_inputs"].to_list()[1:])


def test_assets_do_not_touch_each_other(parameters: Parameters) -> None:
    days = {"BTC": calm_days(120, 1), "ETH": calm_days(130, 2)}
    together = daily_features(marts_of(days), parameters)
    for asset, own in days.items():
        alone = daily_features(marts_of({asset: own}), parameters)
        assert_frame_equal(together.filter(pl.col("asset") == asset), alone)


@examples(5)
@given(kept=st.integers(70, 215), seed=st.integers(0, 50))
def test_later_rows_change_nothing_earlier(kept: int, seed: int, parameters: Parameters) -> None:
    days = calm_days(220, seed)
    crash = quiet_day(return_pct=-15.0, low_pct=-20.0, long_usd=300e6, open_interest_change_pct=-20.0)
    now = LONG_AFTER
    whole = daily_features(marts_of({"BTC": [*days, crash]}), parameters)
    early = daily_features(marts_of({"BTC": days[:kept]}), parameters)
    assert_frame_equal(whole.head(kept), early, check_exact=True)
    known, at_the_time = classify(whole, parameters, now), classify(early, parameters, now)
    assert_frame_equal(known.days.head(kept), at_the_time.days, check_exact=True)
    until = FIRST_DAY + timedelta(days=kept)
    assert_frame_equal(known.evidence.filter(pl.col("day") < until), at_the_time.evidence, check_exact=True)


def test_a_mart_without_a_needed_column_is_refused() -> None:
    marts = marts_of({"BTC": calm_days(5)})
    with pytest.raises(MartError, match="prices_daily lacks close_usd"):
        changed(marts, prices_daily=marts.prices_daily.drop("close_usd"))


def test_a_number_that_is_not_finite_is_unknown(history: list[Day], parameters: Parameters) -> None:
    marts = marts_of({"BTC": history})
    last = pl.col("day") == pl.col("day").max()
    for broken in (float("nan"), float("inf")):
        rates = marts.funding_daily.with_columns(
            pl.when(last).then(broken).otherwise(pl.col("funding_8h_bp")).alias("funding_8h_bp")
        )
        row = daily_features(changed(marts, funding_daily=rates), parameters).row(-1, named=True)
        assert row["funding_8h_bp"] is None
        assert row["missing_inputs"] == "funding"


def test_a_hole_in_the_calendar_is_a_row_that_names_what_is_missing(history: list[Day], parameters: Parameters) -> None:
    marts = marts_of({"BTC": history})
    hole = FIRST_DAY + timedelta(days=150)
    daily = [field.name for field in fields(DailyMarts) if "_by_venue_" not in field.name]
    holed = changed(marts, **{name: getattr(marts, name).filter(pl.col("day") != hole) for name in daily})
    features = daily_features(holed, parameters)
    assert features.height == len(history)
    row = features.filter(pl.col("day") == hole).row(0, named=True)
    assert row["missing_inputs"] == "ohlc,long_liquidations,short_liquidations,open_interest,funding,netflow"
