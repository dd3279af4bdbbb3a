"""The gate: every required input in turn, what is stale, partial or absurd, and the hours before the end."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import polars as pl
import pytest

from regimes import Classification, DailyMarts, Parameters, classify, daily_features
from regimes.data_quality import naive_utc
from regimes.words.missing_inputs import missing_input_names
from tests.regimes.synthetic_marts import FIRST_DAY, LONG_AFTER, Day, calm_days, last_regimes, marts_of, quiet_day

DAY_END = datetime.combine(FIRST_DAY, datetime.min.time()) + timedelta(days=221)


def classified(marts: DailyMarts, parameters: Parameters, now: datetime = LONG_AFTER) -> Classification:
    return classify(daily_features(marts, parameters), parameters, now)


def last_regime(days: list[Day], parameters: Parameters, now: datetime = LONG_AFTER) -> dict[str, Any]:
    return last_regimes({"BTC": days}, parameters, now)["BTC"]


def test_a_day_with_everything_has_a_label(history: list[Day], parameters: Parameters) -> None:
    row = last_regime([*history, quiet_day()], parameters)
    assert row["event"] == "consolidation"
    assert row["missing_inputs"] is None
    assert (row["data_status"], row["is_final"], row["known_inputs_share"]) == ("complete", True, 1.0)


DROPS: dict[str, dict[str, object]] = {
    "ohlc": {"priced": False},
    "long_liquidations": {"long_usd": None},
    "short_liquidations": {"short_usd": None},
    "open_interest": {"open_interest_known": False},
    "funding": {"funding_bp": None},
    "netflow": {"inflow": None, "outflow": None},
    "liquidations_zero": {"long_usd": 0.0, "short_usd": 0.0},
    "open_interest_jump": {"open_interest_change_pct": 51.0},
}


def test_dropping_a_required_input_is_insufficient_data_with_its_name(
    history: list[Day], parameters: Parameters
) -> None:
    rows = last_regimes({name: [*history, quiet_day(**drop)] for name, drop in DROPS.items()}, parameters)
    for name, row in rows.items():
        assert row["event"] == row["regime"] == "insufficient_data"
        assert row["missing_inputs"] == name
        assert row["data_status"] == "insufficient"
        assert missing_input_names(parameters.gate)[name] in row["explanation"]
        assert [row[column] for column in ("score", "confidence", "runner_up", "flags")] == [None] * 4
    assert len(rows) == len(DROPS)


def test_the_day_before_is_required_where_a_change_is(history: list[Day], parameters: Parameters) -> None:
    drops = {"previous_close": {"priced": False}, "previous_open_interest": {"open_interest_known": False}}
    moved = {"inflow": 25_100.0, "open_interest_change_pct": 0.1}
    stories = {name: [*history, quiet_day(**moved, **drop), quiet_day()] for name, drop in drops.items()}
    for name, row in last_regimes(stories, parameters).items():
        assert (row["event"], row["missing_inputs"]) == ("insufficient_data", name)
    none = [quiet_day(inflow=25_100.0 + i, open_interest_known=False) for i in range(2)]
    row = last_regime([*history, *none], parameters)
    assert row["missing_inputs"] == "open_interest,previous_open_interest"


def test_a_fall_of_just_under_half_of_open_interest_is_believed(history: list[Day], parameters: Parameters) -> None:
    row = last_regime([*history, quiet_day(open_interest_change_pct=-49.0)], parameters)
    assert row["missing_inputs"] is None


def test_fewer_than_sixty_days_are_no_baseline(parameters: Parameters) -> None:
    regimes = classified(marts_of({"BTC": calm_days(70)}), parameters).days
    named = regimes["missing_inputs"].to_list()
    others = "open_interest_baseline,funding_baseline,netflow_baseline"
    assert named[19] == f"price_baseline,liquidations_baseline,{others}"
    # Liquidations are held against a month of which twenty days will do; everything else against a quarter.
    assert {*named[20:60]} == {f"price_baseline,{others}"}
    assert named[60] == "price_baseline,open_interest_baseline"  # a change needs one day more
    assert named[61] is None


def test_values_that_repeat_are_stale(history: list[Day], parameters: Parameters) -> None:
    still = replace(quiet_day(), return_pct=0.0, open_interest_change_pct=0.0)
    row = last_regime([*history, *[still] * 3], parameters)
    assert row["missing_inputs"] == "ohlc_stale,open_interest_stale,netflow_stale"
    # Two equal days of open interest happen in small markets, and funding rests at its base for weeks.
    moved = [replace(still, return_pct=0.1 * i, inflow=25_000.0 + i, open_interest_change_pct=i - 1) for i in (2, 1)]
    assert last_regime([*history, *moved], parameters)["missing_inputs"] is None


def test_contracts_that_hang_are_stale_while_their_value_moves_with_the_price(
    history: list[Day], parameters: Parameters
) -> None:
    hanging = [quiet_day(return_pct=0.5 * i, inflow=25_000.0 + i, open_interest_change_pct=0.0) for i in (1, 2, 3)]
    marts = marts_of({"BTC": [*history, *hanging]})
    assert classified(marts, parameters).days["missing_inputs"][-1] == "open_interest_stale"
    # Where inverse contracts move on, linear ones at rest are no feed that hangs.
    inverse = pl.int_range(pl.len()).cast(pl.Float64).alias("inverse_open_interest_usd")
    both = replace(marts, open_interest_daily=marts.open_interest_daily.with_columns(inverse))
    assert classified(both, parameters).days["missing_inputs"][-1] is None


def test_a_gap_in_what_a_day_is_held_against_is_named(history: list[Day], parameters: Parameters) -> None:
    """Eleven days are missing from the last month, which a quarter of days does not notice."""
    flush = quiet_day(return_pct=-6.0, low_pct=-9.0, long_usd=40e6, open_interest_change_pct=-7.0)
    known = [quiet_day(return_pct=0.2 * i, inflow=25_000.0 + i, open_interest_change_pct=0.1 * i) for i in range(1, 6)]
    gaps = {
        "liquidations_baseline": {"long_usd": None, "short_usd": None},
        "price_baseline": {"priced": False},
    }
    stories = {
        name: [*history[:-11], *(replace(day, **gap) for day in history[-11:]), *known, flush]
        for name, gap in gaps.items()
    }
    for name, row in last_regimes(stories, parameters).items():
        assert (row["event"], row["missing_inputs"], row["grade"]) == ("insufficient_data", name, None)
        assert missing_input_names(parameters.gate)[name] in row["explanation"]


@pytest.mark.parametrize("column", ["liquidations_usd", "long_share"])
def test_sides_of_liquidations_without_what_they_add_up_to_are_missing(
    column: str, history: list[Day], parameters: Parameters
) -> None:
    marts = marts_of({"BTC": [*history, quiet_day()]})
    last = pl.col("day") == pl.col("day").max()
    liquidations = marts.liquidations_daily.with_columns(pl.when(~last).then(pl.col(column)).alias(column))
    row = classified(replace(marts, liquidations_daily=liquidations), parameters).days.row(-1, named=True)
    assert row["event"] == "insufficient_data"
    assert row["missing_inputs"] == "long_liquidations,short_liquidations"
    assert row["explanation"] is not None


def test_a_close_without_its_move_is_missing_the_move(history: list[Day], parameters: Parameters) -> None:
    marts = marts_of({"BTC": [*history, quiet_day()]})
    last = pl.col("day") == pl.col("day").max()
    for name in ("return_pct", "low_vs_previous_close_pct"):
        unknown = pl.when(~last).then(pl.col(name)).alias(name)
        prices = marts.prices_daily.with_columns(unknown)
        row = classified(replace(marts, prices_daily=prices), parameters).days.row(-1, named=True)
        assert (row["event"], row["missing_inputs"]) == ("insufficient_data", "previous_close")
        assert row["explanation"] is not None


def with_venues(marts: DailyMarts, small_from: int, missing: str) -> DailyMarts:
    """A second venue with a quarter of the open interest and liquidations, absent from `missing` at last."""
    frames = {}
    for name, measure in (
        ("open_interest_by_venue_daily", "open_interest_usd"),
        ("funding_by_venue_daily", "funding_8h_bp"),
        ("liquidations_by_venue_daily", "liquidations_usd"),
    ):
        frame = getattr(marts, name)
        share = 1.0 if measure == "funding_8h_bp" else 1 / 3
        second = frame.with_columns(pl.lit("okx").alias("venue"), pl.col(measure) * share)
        second = second.filter(pl.col("day") >= FIRST_DAY + timedelta(days=small_from))
        if name == missing:
            second = second.filter(pl.col("day") < frame["day"].max())
        frames[name] = pl.concat([frame, second])
    return replace(marts, **frames)


@pytest.mark.parametrize("name", ["open_interest", "funding", "liquidations"])
def test_under_four_fifths_of_the_venue_weight_a_total_is_partial(
    name: str, history: list[Day], parameters: Parameters
) -> None:
    marts = marts_of({"BTC": [*history, quiet_day()]})
    gone = classified(with_venues(marts, 0, f"{name}_by_venue_daily"), parameters).days
    assert gone["missing_inputs"][-1] == f"{name}_partial"
    # A venue that has been there for a month only weighs less than a fifth of the baseline.
    young = classified(with_venues(marts, len(history) - 30, f"{name}_by_venue_daily"), parameters).days
    assert young["missing_inputs"][-1] is None


@pytest.mark.parametrize("seen", [1e-3, 1e3])
def test_a_venue_is_missed_for_its_contracts_however_much_its_feed_sees(
    seen: float, history: list[Day], parameters: Parameters
) -> None:
    marts = with_venues(marts_of({"BTC": [*history, quiet_day()]}), 0, "liquidations_by_venue_daily")
    of_okx = pl.when(pl.col("venue") == "okx").then(seen).otherwise(1.0)
    scaled = marts.liquidations_by_venue_daily.with_columns(
        pl.col("long_liquidations_usd", "liquidations_usd") * of_okx
    )
    row = classified(replace(marts, liquidations_by_venue_daily=scaled), parameters).days.row(-1, named=True)
    assert row["missing_inputs"] == "liquidations_partial"


def away(marts: DailyMarts, venue: str, days: int) -> DailyMarts:
    """Funding of the venue is missing on the last days."""
    funding = marts.funding_by_venue_daily
    kept = (pl.col("venue") != venue) | (pl.col("day") <= pl.col("day").max() - timedelta(days=days))
    return replace(marts, funding_by_venue_daily=funding.filter(kept))


def test_a_venue_that_stays_away_fades_with_the_baseline(history: list[Day], parameters: Parameters) -> None:
    """A month without the funding of the venue with three quarters of contracts, as while its archive is to come."""
    marts = with_venues(marts_of({"BTC": [*history, quiet_day()]}), 0, "none")
    named = {days: classified(away(marts, "binance", days), parameters).days["missing_inputs"][-1] for days in (30, 89)}
    assert named == {30: "funding_partial", 89: None}
    # A quarter of them is in four fifths of what is left of the baseline after a month.
    assert classified(away(marts, "okx", 30), parameters).days["missing_inputs"][-1] is None


def test_funding_of_part_of_the_day_is_partial(history: list[Day], parameters: Parameters) -> None:
    marts = marts_of({"BTC": history})
    last = pl.col("day") == pl.col("day").max()
    half = marts.funding_by_venue_daily.with_columns(pl.col("is_complete") & ~last)
    row = classified(replace(marts, funding_by_venue_daily=half), parameters).days.row(-1, named=True)
    assert row["missing_inputs"] == "funding_partial"


def test_netflow_may_be_missing_until_a_day_is_final(history: list[Day], parameters: Parameters) -> None:
    stories = {
        "without": [*history, quiet_day(inflow=None, outflow=None)],
        "with": [*history, quiet_day()],
    }
    early = last_regimes(stories, parameters, DAY_END + timedelta(minutes=30))
    row = early["without"]
    assert (row["event"], row["data_status"], row["is_final"]) == ("consolidation", "provisional", False)
    assert row["missing_inputs"] == "netflow"
    assert row["explanation"].endswith("; exchange flows are still to come.")
    assert (early["with"]["data_status"], early["with"]["missing_inputs"]) == ("provisional", None)
    assert row["confidence"] < early["with"]["confidence"]
    late = last_regimes(stories, parameters, DAY_END + timedelta(minutes=330))
    row = late["without"]
    assert (row["event"], row["data_status"], row["is_final"]) == ("insufficient_data", "insufficient", True)
    assert (late["with"]["data_status"], late["with"]["is_final"]) == ("complete", True)


def test_the_present_may_be_told_in_any_zone() -> None:
    moment = datetime(2024, 5, 6, 7)
    assert naive_utc(moment.replace(tzinfo=UTC).astimezone(timezone(timedelta(hours=9)))) == moment
    assert naive_utc(moment) == moment


def test_only_netflow_is_excused_while_provisional(history: list[Day], parameters: Parameters) -> None:
    soon = DAY_END + timedelta(minutes=30)
    row = last_regime([*history, quiet_day(inflow=None, outflow=None, funding_bp=None)], parameters, soon)
    assert (row["event"], row["missing_inputs"]) == ("insufficient_data", "funding,netflow")
    never = [replace(day, inflow=None, outflow=None) for day in history]
    row = last_regime([*never, quiet_day(inflow=None, outflow=None)], parameters, soon)
    assert (row["event"], row["missing_inputs"]) == ("insufficient_data", "netflow,netflow_baseline")


def test_a_day_that_has_not_ended_is_not_judged(history: list[Day], parameters: Parameters) -> None:
    row = last_regime([*history, quiet_day()], parameters, DAY_END - timedelta(seconds=1))
    assert (row["event"], row["missing_inputs"], row["is_final"]) == (
        "insufficient_data",
        "unfinished_day",
        False,
    )


OPTIONAL: dict[str, Callable[[Day], Day]] = {
    "exchange_reserve": lambda day: replace(day, reserve=None),
    "active_addresses": lambda day: replace(day, addresses=None),
}


def test_a_missing_optional_input_lowers_coverage_and_confidence(history: list[Day], parameters: Parameters) -> None:
    stories = {name: [*history, without(quiet_day())] for name, without in OPTIONAL.items()}
    rows = last_regimes({"full": [*history, quiet_day()], **stories}, parameters)
    full = rows.pop("full")
    for name, row in rows.items():
        assert (row["event"], row["missing_inputs"]) == ("consolidation", None)
        assert name in row["missing_optional_inputs"].split(",")
        assert row["known_inputs_share"] < full["known_inputs_share"]
        assert row["confidence"] < full["confidence"]
