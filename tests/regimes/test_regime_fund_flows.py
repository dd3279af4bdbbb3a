"""Net flow of spot funds, for whoever has a file of it: the other half of spot selling, and nothing without one."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from statistics import median

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from regimes import Classification, Parameters, classify, daily_features
from regimes.parameters import Reference
from tests.regimes.synthetic_marts import (
    FIRST_DAY,
    LONG_AFTER,
    Day,
    calm_days,
    last_regimes,
    marts_of,
    quiet_day,
    with_fund_flows,
)

# The history has 220 days from a Monday on, so that the next one is a Thursday.
FALL = quiet_day(return_pct=-4.5, low_pct=-5.0, open_interest_change_pct=1.0)
REDEEMED = replace(FALL, fund_netflow=-800e6)
FLUSH = quiet_day(
    return_pct=-6.0, low_pct=-9.0, high_pct=0.2, long_usd=40e6, short_usd=8e6, open_interest_change_pct=-7.0
)
FRAMES = ("days", "evidence", "support", "scenarios", "spans")


def classified(days: list[Day], parameters: Parameters) -> Classification:
    return classify(daily_features(marts_of({"BTC": days}), parameters), parameters, LONG_AFTER)


def without_funds(parameters: Parameters) -> Parameters:
    """The rules with the half of the funds switched off."""
    inflow_alone = (Reference(predicate="abnormal_inflow"),)
    predicates = [
        each.model_copy(update={"conditions": inflow_alone}) if each.name == "spot_selling" else each
        for each in parameters.predicates
    ]
    return parameters.model_copy(update={"predicates": tuple(predicates)})


def test_an_outflow_from_funds_makes_a_selloff_of_a_fall(history: list[Day], parameters: Parameters) -> None:
    days = with_fund_flows([*history, REDEEMED])
    row = classified(days, parameters).days.row(-1, named=True)
    assert row["event"] == "spot_selloff"
    assert "as an unusual net 800 million USD was taken out of spot funds, while" in row["explanation"]
    for other in (classified([*history, FALL], parameters), classified(days, without_funds(parameters))):
        assert other.days.row(-1, named=True)["event"] == "unattributed_selloff"


def test_the_evidence_names_the_flow_that_carries_the_label(history: list[Day], parameters: Parameters) -> None:
    sent = replace(FALL, inflow=36_000.0)
    for day, feature, unit, source, words in (
        (REDEEMED, "fund_netflow_z", "usual deviations", "fund_flows_daily", "fund netflow -800 million USD"),
        (sent, "netflow_z", "usual deviations", "exchange_flows_daily", "netflow 10.8 thousand BTC"),
    ):
        evidence = classified(with_fund_flows([*history, day]), parameters).evidence
        (row,) = evidence.filter(pl.col("label_rank") == 1, pl.col("predicate") == "spot_selling").tail(1).to_dicts()
        assert (row["feature"], row["unit"], row["mart"], row["role"]) == (feature, unit, source, "core")
        assert row["baseline"].startswith(f"{words}, median of the 90 days before: ")


def test_either_flow_is_enough_and_neither_takes_from_the_other(history: list[Day], parameters: Parameters) -> None:
    sent = replace(FALL, inflow=36_000.0)
    flows = {"no report": None, "usual": 50e6, "into funds": 900e6, "out of funds": -50e6}
    rows = last_regimes({"none": [*history, sent]}, parameters) | last_regimes(
        {name: with_fund_flows([*history, replace(sent, fund_netflow=flow)]) for name, flow in flows.items()},
        parameters,
    )
    assert {row["event"] for row in rows.values()} == {"spot_selloff"}
    assert len({row["score"] for row in rows.values()}) == 1


def test_exchange_flows_that_are_still_to_come_hide_no_redemption(history: list[Day], parameters: Parameters) -> None:
    half_an_hour_after = datetime.combine(FIRST_DAY, time()) + timedelta(days=221, minutes=30)
    early = replace(REDEEMED, inflow=None, outflow=None)
    row = last_regimes({"BTC": with_fund_flows([*history, early])}, parameters, half_an_hour_after)["BTC"]
    assert (row["event"], row["data_status"]) == ("spot_selloff", "provisional")


def test_hardly_any_money_where_much_comes_in_is_told_as_such(history: list[Day], parameters: Parameters) -> None:
    """As for exchanges the sign is no evidence, and the sentence does not call it an outflow."""
    popular = [
        replace(day, fund_netflow=day.fund_netflow and 12 * day.fund_netflow) for day in with_fund_flows(history)
    ]
    row = classified([*popular, replace(FALL, fund_netflow=100e6)], parameters).days.row(-1, named=True)
    assert row["event"] == "spot_selloff"
    assert "as far less money than usual went into spot funds, while" in row["explanation"]


def test_a_redemption_that_closing_explains_is_no_spot_conviction(history: list[Day], parameters: Parameters) -> None:
    """After a flush on Monday a close below the band on Thursday: on a redemption, and as contracts are closed."""
    waiting = [quiet_day(return_pct=0.3, inflow=25_000.0 + i, open_interest_change_pct=0.1) for i in (1, 2)]
    resolved = {}
    for name, change in (("kept", 1.0), ("closed", -7.0)):
        last = replace(REDEEMED, return_pct=-6.0, low_pct=-6.5, long_usd=6e6, open_interest_change_pct=change)
        days = with_fund_flows([*history[:-3], FLUSH, *waiting, last])
        resolved[name] = classified(days, parameters).days["resolution"][-1]
    assert resolved == {"kept": "spot_conviction", "closed": "flush_extended"}


def test_who_has_no_file_is_told_the_same_to_the_last_bit(history: list[Day], parameters: Parameters) -> None:
    """As by rules that know of no funds, and as with ordinary fund flows: no score moves, no coverage is lowered."""
    days = [*history, FALL, replace(FALL, inflow=36_000.0), FLUSH, quiet_day(), *calm_days(20, 3)]
    ours = classified(days, parameters)
    assert ours.days["known_inputs_share"][-1] == 1.0
    assert {*ours.days["event"]} >= {"spot_selloff", "leverage_flush"}
    unaware = classified(days, without_funds(parameters))
    ordinary = classified(with_fund_flows(days), parameters)
    assert ordinary.days["fund_netflow_z"].drop_nulls().abs().max() < 0.75
    for name in FRAMES:
        frame, of_rules, of_flows = (getattr(said, name) for said in (ours, unaware, ordinary))
        funds = [column for column in frame.columns if "fund_netflow" in column]
        assert all(frame[column].null_count() == frame.height for column in funds)
        other = "parameter_hash"
        assert_frame_equal(frame.drop(other, strict=False), of_rules.drop(other, strict=False), check_exact=True)
        assert_frame_equal(frame.drop(funds), of_flows.drop(funds), check_exact=True)


def test_a_weekend_has_no_report_and_none_is_made_up(history: list[Day], parameters: Parameters) -> None:
    weekend = [replace(FALL, inflow=25_100.0), replace(FALL, inflow=25_000.0)]
    days = with_fund_flows([*history, quiet_day(), replace(REDEEMED, inflow=24_900.0), *weekend, quiet_day()])
    features = daily_features(marts_of({"BTC": days}), parameters).tail(4)
    assert features["day"].dt.weekday().to_list() == [5, 6, 7, 1]
    assert features["fund_netflow_usd"].is_null().to_list() == [False, True, True, False]
    assert features["fund_netflow_z"].is_null().to_list() == [False, True, True, False]
    reported = [day.fund_netflow for day in days[-91:-1] if day.fund_netflow is not None]
    assert len(reported) == 64
    assert features["median_fund_netflow_usd"][-1] == median(reported)
    events = classified(days[:-1], parameters).days["event"].tail(3).to_list()
    assert events == ["spot_selloff", "unattributed_selloff", "unattributed_selloff"]


@pytest.mark.parametrize(("reports", "known"), [(42, False), (43, True)])
def test_a_baseline_needs_two_thirds_of_the_weekdays(
    reports: int, known: bool, history: list[Day], parameters: Parameters
) -> None:
    assert parameters.windows.fund_flow_minimum_days == 43
    days = with_fund_flows([*history, REDEEMED])
    of_weekdays = [position for position, day in enumerate(days[:-1]) if day.fund_netflow is not None]
    first = of_weekdays[-reports]
    late = [replace(day, fund_netflow=None) if position < first else day for position, day in enumerate(days)]
    assert (last_row(late, parameters)["fund_netflow_z"] is not None) is known


def last_row(days: list[Day], parameters: Parameters) -> dict[str, object]:
    return daily_features(marts_of({"BTC": days}), parameters).row(-1, named=True)


def test_hardly_any_spread_is_floored_by_what_is_noise_among_exchanges(
    history: list[Day], parameters: Parameters
) -> None:
    """Equal flows have no spread: then 0.02 % of the reserve, 520 coins here, is one deviation."""
    equal = [replace(day, fund_netflow=50e6) for day in with_fund_flows([*history, quiet_day()])]
    row = last_row([*equal[:-1], replace(equal[-1], fund_netflow=0.0)], parameters)
    assert row["fund_netflow_z"] == pytest.approx(-50e6 / (520.0 * row["close_usd"]))
