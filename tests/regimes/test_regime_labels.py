"""What makes each label, told as days; and the symmetries that a label must respect."""

import math
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import polars as pl
import pytest

from regimes import Classification, Label, Parameters, classify, daily_features, regime_labels
from regimes.classifier import label_score
from regimes.labels import DEFINITIONS, SCORED
from regimes.memberships import membership_column, with_memberships
from regimes.parameters import LabelRule, Part
from tests.regimes.synthetic_marts import (
    FIRST_DAY,
    LONG_AFTER,
    Day,
    calm_days,
    last_regimes,
    marts_of,
    quiet_day,
    settled_days,
)

FLUSH = quiet_day(
    return_pct=-6.0,
    low_pct=-9.0,
    high_pct=0.2,
    long_usd=40e6,
    short_usd=8e6,
    open_interest_change_pct=-7.0,
)
SQUEEZE = FLUSH.mirrored()


def classified(days: list[Day], parameters: Parameters) -> Classification:
    return classify(daily_features(marts_of({"BTC": days}), parameters), parameters, LONG_AFTER)


def last(days: list[Day], parameters: Parameters) -> dict[str, Any]:
    return last_regimes({"BTC": days}, parameters)["BTC"]


def test_the_reference_day_is_a_flush_with_good_confidence(history: list[Day], parameters: Parameters) -> None:
    """A dip of a 6.1 % range that closes back, mostly longs liquidated, open interest down, funding back at
    base from hot, coins leaving exchanges, addresses elevated: a leverage reset, not a structural break."""
    heating = [
        quiet_day(funding_bp=2.0 + 0.1 * i, open_interest_change_pct=0.8, inflow=25_000.0 + 50 * i) for i in range(4)
    ]
    reference = Day(
        return_pct=-1.6,
        low_pct=-5.6,
        high_pct=0.5,
        long_usd=36e6,
        short_usd=7e6,
        open_interest_change_pct=-6.0,
        funding_bp=0.5,
        inflow=27_000.0,
        outflow=31_000.0,
        addresses=730_000.0,
    )
    row = last([*history, *heating, reference], parameters)
    assert row["event"] == row["regime"] == "leverage_flush"
    assert row["family"] == "mechanical"
    assert row["confidence"] > 0.75
    assert row["flags"] is None
    assert row["explanation"] == (
        "BTC fell 1.6 %, at its low 5.6 %, as 43.0 million USD of positions were closed by force (on Binance, a "
        "floor), 4.3 times the usual day and 84 % of them longs; open interest on Binance fell 6.0 % and funding came "
        "back to base, 0.5 bp per 8 hours, and coins left exchanges on balance: positions were closed, not fresh "
        "shorts opened."
    )


def test_a_flush_does_not_hang_on_how_much_open_interest_fell(history: list[Day], parameters: Parameters) -> None:
    falls = {f"{fall}": [*history, replace(FLUSH, open_interest_change_pct=-fall)] for fall in (4.0, 5.0, 6.0, 8.0)}
    for row in last_regimes(falls, parameters).values():
        assert row["event"] == "leverage_flush"
        assert row["confidence"] > 0.75


def stories() -> dict[str, list[Day]]:
    """For each label the days that end in it, after the settled history."""
    step = [0.0, 100.0, 200.0, 300.0, 400.0, 500.0, 600.0]
    return {
        "leverage_flush": [FLUSH],
        "short_squeeze": [SQUEEZE],
        "capitulation": [
            replace(FLUSH, return_pct=-18.0, low_pct=-25.0, open_interest_change_pct=-20.0, inflow=60_000.0)
        ],
        "spot_selloff": [quiet_day(return_pct=-4.5, low_pct=-5.0, open_interest_change_pct=1.0, inflow=36_000.0)],
        "deleveraging": [
            quiet_day(open_interest_change_pct=-2.2, return_pct=-0.6, low_pct=-1.2, inflow=25_000.0 + x) for x in step
        ],
        "short_buildup": [quiet_day(return_pct=-1.5, low_pct=-2.0, open_interest_change_pct=5.0, funding_bp=-0.3)],
        "leverage_buildup": [
            # A growing reserve keeps the leverage ratio out of its top tenth.
            quiet_day(
                open_interest_change_pct=1.8,
                return_pct=0.5,
                funding_bp=0.7,
                inflow=25_000.0 + x,
                reserve=3_500_000.0,
            )
            for x in step
        ],
        "overheated": [
            quiet_day(open_interest_change_pct=1.8, return_pct=0.5, funding_bp=3.9, inflow=25_000.0 + x) for x in step
        ],
        "spot_rally": [quiet_day(return_pct=4.0, high_pct=4.3, open_interest_change_pct=-1.0, outflow=31_000.0)],
        "consolidation": [quiet_day()],
        "long_squeeze": [replace(FLUSH, open_interest_change_pct=2.0)],
        "leveraged_rally": [
            quiet_day(return_pct=4.5, high_pct=5.0, open_interest_change_pct=5.0, funding_bp=1.2, outflow=25_100.0)
        ],
        "unattributed_selloff": [
            quiet_day(return_pct=-4.5, low_pct=-5.0, long_usd=5.5e6, open_interest_change_pct=0.5, funding_bp=0.7)
        ],
        "unattributed_rally": [
            quiet_day(return_pct=4.5, high_pct=5.0, open_interest_change_pct=5.0, funding_bp=0.6, outflow=25_100.0)
        ],
        "mixed": [quiet_day(low_pct=-2.0, high_pct=2.0, long_usd=8e6, short_usd=8e6)],
        "insufficient_data": [quiet_day(funding_bp=None)],
    }


def test_each_label_has_its_story(history: list[Day], parameters: Parameters) -> None:
    rows = last_regimes({label: [*history, *days] for label, days in stories().items()}, parameters)
    assert {label: row["event"] for label, row in rows.items()} == {label.value: label.value for label in Label}
    for label, row in rows.items():
        starts = (f"{label} ", f"Open interest in {label} ", f"No label for {label}: ")
        assert row["explanation"].startswith(starts)
        assert row["explanation"].endswith(".")


def test_shock_and_liquidation_predicates_are_mirrors(parameters: Parameters) -> None:
    """The same days upside down; moves over several days compound, so only their parameters are compared."""
    days = [*calm_days(150, 4), FLUSH]
    pairs = [
        ("price_down", "price_up"),
        ("longs_liquidated", "shorts_liquidated"),
        ("forced_long_closing", "forced_short_closing"),
        ("no_forced_closing", "no_forced_closing"),
        ("price_quiet", "price_quiet"),
    ]
    straight, mirrored = (
        with_memberships(daily_features(marts_of({"BTC": each}), parameters), parameters)
        for each in (days, [day.mirrored() for day in days])
    )
    for down, up in pairs:
        ours, theirs = straight[membership_column(down)], mirrored[membership_column(up)]
        assert ours.to_list() == pytest.approx(theirs.to_list(), abs=1e-9, nan_ok=False), down


def test_an_inflow_on_a_day_of_closing_is_a_flag_and_less_confidence_but_no_other_label(
    history: list[Day], parameters: Parameters
) -> None:
    calm = last([*history, FLUSH], parameters)
    pressed = last([*history, replace(FLUSH, inflow=37_000.0)], parameters)
    assert calm["flags"] is None
    assert (pressed["event"], pressed["flags"]) == ("leverage_flush", "spot_pressure")
    assert pressed["confidence"] < 0.8 * calm["confidence"]
    assert "moved to exchanges" in pressed["explanation"]


def test_an_inflow_under_kept_leverage_is_spot_selling(history: list[Day], parameters: Parameters) -> None:
    kept = replace(FLUSH, inflow=37_000.0, open_interest_change_pct=-1.0)
    assert last([*history, kept], parameters)["event"] == "spot_selloff"


def test_the_sign_of_netflow_is_no_evidence(parameters: Parameters) -> None:
    """Coins leave on most days; where they always leave, half of the usual outflow is an unusual inflow."""
    leaving = [replace(day, outflow=day.outflow + 20_000.0) for day in settled_days(120)]
    falls = quiet_day(return_pct=-4.5, low_pct=-5.0, open_interest_change_pct=1.0, outflow=34_000.0)
    row = last([*leaving, falls], parameters)
    assert row["event"] == "spot_selloff"
    assert "fewer coins than usual left exchanges" in row["explanation"]


def test_flows_that_are_unknown_prove_no_selling(history: list[Day], parameters: Parameters) -> None:
    now = datetime.combine(FIRST_DAY, time()) + timedelta(days=221, minutes=30)
    selling = replace(stories()["spot_selloff"][0], inflow=None, outflow=None)
    flush = replace(FLUSH, inflow=None, outflow=None)
    rows = last_regimes({"selling": [*history, selling], "flush": [*history, flush]}, parameters, now)
    assert rows["selling"]["event"] not in ("spot_selloff", "capitulation", "insufficient_data")
    assert rows["flush"]["event"] == "leverage_flush"


def test_hours_that_are_unknown_are_no_half_of_a_shock(history: list[Day], parameters: Parameters) -> None:
    """A low and a high beyond the usual: with calm hours, and without any."""
    marts = marts_of({"BTC": [*history, quiet_day(low_pct=-3.0, high_pct=3.0, worst_24h_pct=0.0, best_24h_pct=0.0)]})
    hours = [pl.lit(None, pl.Float64).alias(name) for name in ("worst_return_24h_pct", "best_return_24h_pct")]
    unknown = replace(marts, rolling_24h_daily=marts.rolling_24h_daily.with_columns(hours))
    calm, none = (with_memberships(daily_features(each, parameters), parameters)[-1] for each in (marts, unknown))
    for predicate in ("low_seen", "high_seen"):
        column = membership_column(predicate)
        assert 0.0 < none[column].item() == calm[column].item() < 0.5


def test_contracts_opened_while_longs_are_closed_by_force_are_no_short_buildup(
    history: list[Day], parameters: Parameters
) -> None:
    opened = replace(stories()["short_buildup"][0], return_pct=-4.0, low_pct=-4.5)
    forced = replace(opened, long_usd=40e6, short_usd=4e6)
    rows = last_regimes({"opened": [*history, opened], "forced": [*history, forced]}, parameters)
    assert rows["opened"]["event"] == "short_buildup"
    assert "short_buildup" not in (rows["forced"]["event"], rows["forced"]["runner_up"])


def test_fresh_shorts_is_raised_beside_the_label(history: list[Day], parameters: Parameters) -> None:
    row = last([*history, replace(stories()["short_buildup"][0], return_pct=-4.0, low_pct=-4.5)], parameters)
    assert row["flags"] == "fresh_shorts"


def test_evidence_reproduces_the_scores(parameters: Parameters) -> None:
    """On ordinary days, with memberships between 0 and 1: geometric mean of core and guards, and help."""
    result = classified([*calm_days(220, 8), FLUSH, SQUEEZE], parameters)
    share = parameters.scores.supporting_share
    ranked = {
        (row["day"], label): score
        for row in result.days.iter_rows(named=True)
        for label, score in (
            (row["event"], row["score"]),
            (row["runner_up"], row["runner_up_score"]),
        )
    }
    partial = 0
    for (day, label), rows in result.evidence.group_by("day", "label"):
        evidence = rows.to_dicts()
        core = [each for each in evidence if each["role"] != "supporting"]
        supporting = [each for each in evidence if each["role"] == "supporting"]
        if any(each["membership"] is None for each in evidence):
            continue
        assert sum(each["weight"] for each in core) == pytest.approx(1.0)
        score = math.prod(each["membership"] ** each["weight"] for each in core)
        if supporting:
            assert sum(each["weight"] for each in supporting) == pytest.approx(1.0)
            score *= 1 - share + share * sum(each["membership"] * each["weight"] for each in supporting)
        if (day, label) in ranked:
            assert ranked[day, label] == pytest.approx(score)
            partial += 0.2 < score < 0.8
        assert all(each["unit"] and each["mart"] and each["feature"] for each in evidence)
    assert partial > 50


def test_what_is_unknown_counts_by_its_role(parameters: Parameters) -> None:
    frame = pl.DataFrame(
        {
            "membership.core": [0.8, None, 0.8],
            "membership.guard": [0.9, 0.9, None],
            "membership.help": [1.0, 1.0, None],
        },
        schema_overrides={f"membership.{name}": pl.Float64 for name in ("core", "guard", "help")},
    )
    rule = LabelRule(
        label="any",
        core=(Part(predicate="core", weight=1.0),),
        guards=(Part(predicate="guard", weight=3.0),),
        yields=(),
        supporting=(Part(predicate="help", weight=1.0),),
    )
    unknown, share = parameters.scores.unknown, parameters.scores.supporting_share
    assert frame.select(label_score(rule, parameters)).to_series().to_list() == [
        pytest.approx(0.8**0.25 * 0.9**0.75),
        0.0,
        pytest.approx(0.8**0.25 * unknown**0.75 * (1 - share + share * unknown)),
    ]


def test_scores_and_runner_up_are_consistent(parameters: Parameters) -> None:
    result = classified(calm_days(220, 8), parameters)
    judged = result.days.filter(pl.col("data_status") == "complete")
    assert judged.height > 150
    for row in judged.iter_rows(named=True):
        assert 0 <= row["confidence"] <= 1
        if row["family"] != "none":
            assert row["score"] >= parameters.scores.floor
        if row["runner_up"] is not None:
            assert parameters.scores.alternative_floor <= row["runner_up_score"] <= 1
        assert row["runner_up"] != row["event"]
    keys = ["asset", "day", "label", "predicate"]
    assert not result.evidence.select(keys).is_duplicated().any()
    assert set(result.evidence["day"]) <= set(judged["day"])


def test_the_dictionary_of_labels_is_stable() -> None:
    table = regime_labels()
    assert table.select("label", "family").rows() == [
        ("leverage_flush", "mechanical"),
        ("long_squeeze", "mechanical"),
        ("deleveraging", "mechanical"),
        ("capitulation", "spot_down"),
        ("spot_selloff", "spot_down"),
        ("short_squeeze", "squeeze"),
        ("short_buildup", "build"),
        ("leverage_buildup", "build"),
        ("overheated", "build"),
        ("leveraged_rally", "build"),
        ("spot_rally", "spot_up"),
        ("consolidation", "quiet"),
        ("unattributed_selloff", "none"),
        ("unattributed_rally", "none"),
        ("mixed", "none"),
        ("insufficient_data", "none"),
    ]
    assert table["label_order"].to_list() == list(range(1, 17))
    assert table["colour"].n_unique() == 16
    assert table["colour"].str.contains(r"^#[0-9a-f]{6}$").all()
    assert len(SCORED) == len(DEFINITIONS) - 1
