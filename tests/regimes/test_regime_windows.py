"""Windows of 24 hours and chunks of assets: both give what the calendar days and all assets at once give."""

from dataclasses import fields, replace
from datetime import datetime, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from regimes import (
    Classification,
    DailyMarts,
    MartError,
    Parameters,
    classify,
    classify_in_chunks,
    daily_features,
    features_in_chunks,
    window_labels,
)
from tests.regimes.synthetic_marts import FIRST_DAY, LONG_AFTER, Day, calm_days, marts_of, quiet_day

FLUSH = quiet_day(
    return_pct=-6.0, low_pct=-9.0, high_pct=0.2, long_usd=40e6, short_usd=8e6, open_interest_change_pct=-7.0
)
BEFORE = 120


def cut(marts: DailyMarts, position: int, end: datetime) -> dict[str, pl.DataFrame]:
    """The rows of one day of the marts as a window with that end."""
    of_day = pl.col("day") == FIRST_DAY + timedelta(days=position)
    frames = {field.name: getattr(marts, field.name).filter(of_day) for field in fields(DailyMarts)}
    moment = pl.lit(end, pl.Datetime("us")).alias("window_ended_at")
    return {name: frame.drop("day").with_columns(moment) for name, frame in frames.items()}


def midnight_after(position: int) -> datetime:
    return datetime.combine(FIRST_DAY, datetime.min.time()) + timedelta(days=position + 1)


def test_windows_that_end_at_midnight_are_the_calendar_days(parameters: Parameters) -> None:
    days = [*calm_days(BEFORE), FLUSH, quiet_day(), FLUSH.mirrored(), quiet_day(return_pct=0.3)]
    marts = marts_of({"BTC": days, "ETH": [*calm_days(BEFORE, 9), *reversed(days[BEFORE:])]})
    whole = classify(daily_features(marts, parameters), parameters, LONG_AFTER).days
    several = [cut(marts, BEFORE + place, midnight_after(BEFORE + place)) for place in range(4)]
    windows = {name: pl.concat([each[name] for each in several]) for name in several[0]}
    found = window_labels(marts, windows, parameters, LONG_AFTER)
    assert found["window_ended_at"].to_list() == [midnight_after(BEFORE + place) for place in range(4) for _ in "BE"]
    expected = whole.filter(pl.col("day") >= FIRST_DAY + timedelta(days=BEFORE)).sort("day", "asset")
    assert_frame_equal(found.drop("window_ended_at"), expected, check_exact=True)


def test_a_shock_that_midnight_cuts_in_two_is_whole_in_its_window(parameters: Parameters) -> None:
    """Each day has half of the fall, the liquidations and the closing; the 24 hours around midnight have all of it."""
    half = replace(
        FLUSH,
        return_pct=-2.0,
        low_pct=-2.2,
        long_usd=9e6,
        short_usd=4e6,
        open_interest_change_pct=-1.2,
        inflow=25_020.0,
    )
    marts = marts_of({"BTC": [*calm_days(BEFORE), half, replace(half, inflow=25_010.0)]})
    whole = marts_of({"BTC": [*calm_days(BEFORE), half, FLUSH]})
    noon = midnight_after(BEFORE) + timedelta(hours=12)
    (row,) = window_labels(marts, cut(whole, BEFORE + 1, noon), parameters, LONG_AFTER).to_dicts()
    assert (row["event"], row["window_ended_at"]) == ("leverage_flush", noon)
    by_day = classify(daily_features(marts, parameters), parameters, LONG_AFTER).days
    assert "leverage_flush" not in by_day["event"].tail(2).to_list()


def test_a_window_is_judged_as_of_its_own_end(parameters: Parameters) -> None:
    """At noon the 24 hours until then are over; their flows may be missing for as long as those of a day."""
    late = replace(FLUSH, inflow=None, outflow=None)
    marts = marts_of({"BTC": [*calm_days(BEFORE), late]})
    noon = midnight_after(BEFORE - 1) + timedelta(hours=12)
    window = cut(marts, BEFORE, noon)
    minutes = timedelta(minutes=parameters.gate.provisional_minutes)
    for now, status in (
        (noon - timedelta(minutes=1), "insufficient"),
        (noon, "provisional"),
        (noon + minutes, "insufficient"),
    ):
        assert window_labels(marts, window, parameters, now)["data_status"].to_list() == [status]


def test_a_window_names_its_marts_and_its_end(parameters: Parameters) -> None:
    marts = marts_of({"BTC": calm_days(5)})
    with pytest.raises(MartError, match="prices_hourly is no daily mart"):
        window_labels(marts, {"prices_hourly": marts.prices_daily}, parameters, LONG_AFTER)
    with pytest.raises(MartError, match="prices_daily lacks window_ended_at"):
        window_labels(marts, {"prices_daily": marts.prices_daily}, parameters, LONG_AFTER)


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_chunks_of_assets_change_nothing(size: int, parameters: Parameters) -> None:
    stories: dict[str, list[Day]] = {
        name: [*calm_days(90 + seed, seed), FLUSH, quiet_day(), FLUSH.mirrored()]
        for seed, name in enumerate(("SOL", "BTC", "ETH"))
    }
    marts = marts_of(stories)
    features = daily_features(marts, parameters)
    whole = classify(features, parameters, LONG_AFTER)
    chunked = features_in_chunks(marts, parameters, size)
    assert_frame_equal(chunked, features, check_exact=True)
    parts = classify_in_chunks(chunked, parameters, LONG_AFTER, size)
    for table in fields(Classification):
        assert_frame_equal(getattr(parts, table.name), getattr(whole, table.name), check_exact=True)


def test_no_asset_is_no_chunk(parameters: Parameters) -> None:
    marts = marts_of({"BTC": calm_days(5)})
    nothing = DailyMarts(**{field.name: getattr(marts, field.name).clear() for field in fields(DailyMarts)})
    features = features_in_chunks(nothing, parameters)
    assert features.height == classify_in_chunks(features, parameters, LONG_AFTER).days.height == 0
