"""What separates a label from those that it is easily taken for, and what a day's sentence may then say."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import polars as pl
import pytest

from regimes import Classification, Parameters, classify, daily_features
from tests.regimes.synthetic_marts import FIRST_DAY, LONG_AFTER, Day, last_regimes, marts_of, quiet_day, with_fund_flows

FLUSH = quiet_day(
    return_pct=-6.0,
    low_pct=-9.0,
    high_pct=0.2,
    long_usd=45e6,
    short_usd=8e6,
    open_interest_change_pct=-8.0,
    inflow=25_300.0,
)


def classified(days: list[Day], parameters: Parameters) -> Classification:
    return classify(daily_features(marts_of({"BTC": days}), parameters), parameters, LONG_AFTER)


def last(days: list[Day], parameters: Parameters) -> dict[str, Any]:
    return last_regimes({"BTC": days}, parameters)["BTC"]


def drifting(history: list[Day], a_day: float) -> list[Day]:
    """The history with contracts that grow or shrink by the same part every day, give or take a tenth of a percent."""
    return [replace(day, open_interest_change_pct=a_day + 0.1 * (-1) ** i) for i, day in enumerate(history)]


def slow(days: int, change: float, **values: Any) -> list[Day]:
    return [
        quiet_day(open_interest_change_pct=change, return_pct=-0.4, inflow=25_000.0 + 50 * i, **values)
        for i in range(days)
    ]


def test_one_shock_is_no_bleeding_on_the_days_after_it(history: list[Day], parameters: Parameters) -> None:
    """Contracts opened again end it; contracts that go on falling are the aftermath of the wave for three days."""
    opened = quiet_day(open_interest_change_pct=2.0, return_pct=1.5, high_pct=1.8)
    stories = {
        "opened": [*history, FLUSH, opened],
        "still": [*history, FLUSH, quiet_day(open_interest_change_pct=-1.0, return_pct=-0.5)],
        "slow": [*history, *slow(6, -1.8)],
    }
    rows = last_regimes(stories, parameters)
    assert rows["slow"]["event"] == "deleveraging"
    for name in ("opened", "still"):
        assert (rows[name]["event"] == "deleveraging", rows[name]["regime"]) == (False, "leverage_flush")


def test_a_day_on_which_contracts_were_opened_is_no_bleeding(history: list[Day], parameters: Parameters) -> None:
    stories = {f"{change}": [*history, *slow(6, -1.8), *slow(1, change, outflow=25_700.0)] for change in (-0.8, 0.8)}
    rows = last_regimes(stories, parameters)
    assert [row["event"] == "deleveraging" for row in rows.values()] == [True, False]


def test_bleeding_counts_what_no_wave_brought(history: list[Day], parameters: Parameters) -> None:
    wave = replace(FLUSH, open_interest_change_pct=-9.0)
    days = [*history, wave, *slow(5, -0.1)]
    row = classified(days, parameters).days.row(-1, named=True)
    assert row["open_interest_change_7d_pct"] < -9.0
    assert -4.0 < row["open_interest_bleed_7d_pct"] < 0.0
    assert row["event"] != "deleveraging"
    # Liquidations of the day on which the contracts went are unknown: it may have been a wave.
    unknown = [*history, replace(wave, long_usd=None, short_usd=None), *days[-5:]]
    row = classified(unknown, parameters).days.row(-1, named=True)
    assert row["open_interest_change_7d_pct"] < -9.0
    assert row["open_interest_bleed_7d_pct"] is None


def test_up_is_up_in_a_quarter_that_goes_up(history: list[Day], parameters: Parameters) -> None:
    """Slower growth than usual is no bleeding, and a slower fall no growth."""
    stories = {
        "up": [*drifting(history, 1.0), *slow(3, 0.35)],
        "down": [*drifting(history, -1.0), *slow(3, -0.2, funding_bp=0.9)],
    }
    rows = last_regimes(stories, parameters)
    assert rows["up"]["open_interest_change_7d_z"] < -1.0
    assert rows["up"]["open_interest_change_7d_sigma"] > 0.0
    assert "deleveraging" not in (rows["up"]["event"], rows["up"]["runner_up"])
    assert rows["down"]["open_interest_change_7d_z"] > 1.0
    assert not {"leverage_buildup", "short_buildup"} & {rows["down"]["event"], rows["down"]["runner_up"]}


def test_funding_that_cools_from_a_height_makes_no_short_buildup(history: list[Day], parameters: Parameters) -> None:
    hot = [quiet_day(funding_bp=7.0, inflow=25_000.0 + i, open_interest_change_pct=0.1 * i) for i in range(1, 8)]
    cooling = quiet_day(funding_bp=6.0, return_pct=-0.3, open_interest_change_pct=4.0)
    low = replace(cooling, funding_bp=-0.3)
    rows = last_regimes({"cooling": [*history, *hot, cooling], "low": [*history, low]}, parameters)
    assert "short_buildup" not in (rows["cooling"]["event"], rows["cooling"]["runner_up"])
    assert rows["low"]["event"] == "short_buildup"


def test_a_dip_of_funding_is_held_against_its_own_spread(history: list[Day], parameters: Parameters) -> None:
    """Four tenths of a basis point below the week: much where funding hardly moves, nothing where it swings."""
    swinging = [replace(day, funding_bp=0.6 + 1.5 * (-1) ** i) for i, day in enumerate(history)]
    opened = quiet_day(return_pct=-0.3, open_interest_change_pct=4.0)
    stories = {
        "still": [*history, replace(opened, funding_bp=0.2)],
        "swinging": [*swinging, replace(opened, funding_bp=swinging[-1].funding_bp + 0.3)],
    }
    rows = last_regimes(stories, parameters)
    assert rows["still"]["funding_vs_7d_median_sigma"] < -1.0
    assert abs(rows["swinging"]["funding_vs_7d_median_sigma"]) < 0.5


PRESSED = replace(FLUSH, inflow=37_000.0)


@pytest.mark.parametrize(("opened", "closed"), [(0.0, -5.0), (2.0, -8.0), (5.0, -10.0)])
def test_an_inflow_does_not_veto_a_flush_in_which_contracts_were_closed(
    opened: float, closed: float, history: list[Day], parameters: Parameters
) -> None:
    """Five percent beyond what was opened just before, or so much in a day that nothing before makes up for it."""
    before = [quiet_day(open_interest_change_pct=opened, inflow=25_000.0 + i) for i in (1, 2)]
    row = last([*history, *before, replace(PRESSED, open_interest_change_pct=closed)], parameters)
    assert (row["event"], row["flags"]) == ("leverage_flush", "spot_pressure")


def test_where_closing_hardly_goes_beyond_opening_an_inflow_leaves_both_readings(
    history: list[Day], parameters: Parameters
) -> None:
    before = [quiet_day(open_interest_change_pct=2.3, inflow=25_000.0 + i) for i in (1, 2)]
    row = last([*history, *before, replace(PRESSED, open_interest_change_pct=-6.0)], parameters)
    assert {row["event"], row["runner_up"]} == {"leverage_flush", "spot_selloff"}
    assert row["runner_up_score"] > 0.7


@pytest.mark.parametrize("change", [0.5, -1.0, -20.0])
def test_a_panic_is_capitulation_whatever_became_of_open_interest(
    change: float, history: list[Day], parameters: Parameters
) -> None:
    panic = quiet_day(
        return_pct=-18.0, low_pct=-25.0, long_usd=80e6, short_usd=8e6, open_interest_change_pct=change, inflow=60_000.0
    )
    assert last([*history, panic], parameters)["event"] == "capitulation"


def test_a_break_on_inflow_after_a_flush_is_conviction(history: list[Day], parameters: Parameters) -> None:
    """The flush is still in the three days: only what is closed on the day itself explains an inflow."""
    resolved = {}
    for name, change in (("kept", 1.0), ("closed", -6.0)):
        broken = quiet_day(
            return_pct=-6.0, low_pct=-6.5, long_usd=20e6, open_interest_change_pct=change, inflow=40_000.0
        )
        resolved[name] = classified([*history, FLUSH, broken], parameters).days["resolution"][-1]
    assert resolved == {"kept": "spot_conviction", "closed": "flush_extended"}


def test_who_sold_is_not_said_before_it_is_known(history: list[Day], parameters: Parameters) -> None:
    broken = quiet_day(return_pct=-6.0, low_pct=-6.5, long_usd=20e6, open_interest_change_pct=-1.0)
    days = [*history, FLUSH, replace(broken, inflow=None, outflow=None)]
    half_an_hour_after = datetime.combine(FIRST_DAY, time()) + timedelta(days=len(days), minutes=30)
    for funds in (days, with_fund_flows(days)):
        row = last_regimes({"BTC": funds}, parameters, half_an_hour_after)["BTC"]
        assert (row["data_status"], row["resolution"], row["scenario"]) == ("provisional", None, "leverage_flush")
    late = last([*history, FLUSH, broken], parameters)
    assert late["resolution"] == "flush_extended"


def test_a_reset_is_complete_only_where_its_figures_are_known(history: list[Day], parameters: Parameters) -> None:
    days = [*history, FLUSH, *slow(2, 0.1)]
    assert last(days, parameters)["flags"] == "reset_complete"
    marts = marts_of({"BTC": days})
    unknown = marts.open_interest_daily.with_columns(
        pl.lit(None, pl.Float64).alias(f"open_interest{unit}_change_3d_pct") for unit in ("", "_usd")
    )
    features = daily_features(replace(marts, open_interest_daily=unknown), parameters)
    assert classify(features, parameters, LONG_AFTER).days["flags"][-1] is None


def test_gross_inflow_that_is_unknown_is_no_half_of_a_pressure(history: list[Day], parameters: Parameters) -> None:
    marts = marts_of({"BTC": [*history, replace(FLUSH, inflow=25_800.0)]})
    assert classify(daily_features(marts, parameters), parameters, LONG_AFTER).days["flags"][-1] is None
    last_day = pl.col("day") == pl.col("day").max()
    net = marts.exchange_flows_daily.with_columns(
        pl.when(~last_day).then(pl.col(name)).alias(name) for name in ("inflow_coin", "outflow_coin")
    )
    features = daily_features(replace(marts, exchange_flows_daily=net), parameters)
    row = classify(features, parameters, LONG_AFTER).days.row(-1, named=True)
    assert (row["gross_inflow_z"], row["event"], row["flags"]) == (None, "leverage_flush", None)


def test_a_day_of_absurd_open_interest_resolves_nothing_and_leaves_no_trace(
    history: list[Day], parameters: Parameters
) -> None:
    glitch = quiet_day(return_pct=-6.0, low_pct=-6.5, long_usd=20e6, open_interest_change_pct=-60.0)
    back = [quiet_day(open_interest_change_pct=150.0, return_pct=6.4, inflow=25_100.0), *slow(6, 0.1)]
    days = classified([*history, FLUSH, glitch, *back], parameters).days
    after = days[len(history) + 1 :]
    assert after.select("missing_inputs", "resolution").row(0) == ("open_interest_jump", None)
    assert after["data_status"].to_list() == ["insufficient"] * 2 + ["complete"] * 6
    for horizon, known_from in ((3, 4), (7, 8)):
        changes = after[f"open_interest_change_{horizon}d_pct"].to_list()
        assert changes[:known_from] == [None] * min(known_from, len(changes))
        assert all(abs(each) < 20 for each in changes[known_from:])


def test_a_selloff_on_gross_inflow_is_told_as_such(history: list[Day], parameters: Parameters) -> None:
    """As much as usual left again: the net is ordinary, and it is no sign of fewer withdrawals."""
    fall = quiet_day(return_pct=-4.5, low_pct=-5.0, open_interest_change_pct=1.0, inflow=45_000.0, outflow=45_400.0)
    row = last([*history, fall], parameters)
    assert (row["event"], row["netflow_z"] < 0.25) == ("spot_selloff", True)
    assert "as an unusual 45.0 thousand BTC gross was sent to exchanges, while" in row["explanation"]


@pytest.mark.parametrize(("change", "words"), [
    (1.0, "open interest on Binance fell 9.0 % within 24 hours and ended the day 1.0 % higher and"),
    (-2.0, "open interest on Binance fell 9.0 % within 24 hours and ended the day 2.0 % lower and"),
])  # fmt: skip
def test_a_flush_on_the_way_says_what_was_closed_and_what_was_opened_again(
    change: float, words: str, history: list[Day], parameters: Parameters
) -> None:
    row = last([*history, replace(FLUSH, open_interest_change_pct=change, open_interest_fall_24h_pct=-9.0)], parameters)
    assert row["event"] == "leverage_flush"
    assert words in row["explanation"]
    assert ("not fresh shorts opened" in row["explanation"]) == (change < 0)


def test_leverage_is_said_to_be_built_with_funding_where_it_is(history: list[Day], parameters: Parameters) -> None:
    building = [
        quiet_day(open_interest_change_pct=1.8, return_pct=0.5, inflow=25_000.0 + 100 * i, reserve=3_500_000.0)
        for i in range(7)
    ]
    for rate, words in ((0.75, "in the upper half of its year"), (0.58, "close to the middle of its range")):
        days = [*history, *(replace(day, funding_bp=rate) for day in building)]
        row = last(days, parameters)
        assert (row["event"], words in row["explanation"]) == ("leverage_buildup", True), row["explanation"]
