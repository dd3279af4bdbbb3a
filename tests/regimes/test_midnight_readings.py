"""The readings at 24:00 compared with the labels of their days, with and without the feeds that are known later."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl

from regimes import Parameters, classify, daily_features
from regimes.midnight_readings import labels_before_flows, midnight_agreement, readings_at_midnight
from regimes.revisions import no_revisions
from tables.frames import dtypes
from tables.published.hourly import READINGS_HOURLY
from tests.regimes.synthetic_marts import LONG_AFTER, calm_days, marts_of, quiet_day

FIRST_DAY = date(2025, 10, 1)
CRASH = date(2026, 1, 19)
BEFORE = CRASH - timedelta(days=1)
FALL = quiet_day(return_pct=-6.0, low_pct=-9.0, long_usd=40e6, short_usd=8e6, open_interest_change_pct=-7.0)
SOLD = quiet_day(return_pct=-6.0, low_pct=-6.2, inflow=60_000.0)


def reading(day: date, event: str, revision: int = 1, hour: int = 24) -> dict[str, object]:
    end = datetime.combine(day, datetime.min.time()) + timedelta(hours=hour)
    return {"asset": "BTC", "window_ended_at": end, "event": event, "revision": revision}


def frame(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dtypes(READINGS_HOURLY.fields))


def test_the_first_reading_of_a_whole_day_counts() -> None:
    rows = frame(
        reading(CRASH, "mixed", hour=23),
        reading(CRASH, "long_squeeze"),
        reading(CRASH, "leverage_flush", revision=2),
        reading(date(2026, 1, 20), "insufficient_data"),
    )
    assert readings_at_midnight(rows).rows() == [("BTC", CRASH, "long_squeeze")]


def test_a_day_that_its_flows_decide_differs_from_its_final_label_alone(parameters: Parameters) -> None:
    marts = marts_of({"BTC": [*calm_days(110), SOLD, *calm_days(3, 3)]}, first_day=FIRST_DAY)
    days = classify(daily_features(marts, parameters), parameters, LONG_AFTER).days
    (final,) = days.filter(pl.col("day") == CRASH)["event"]
    (before,) = labels_before_flows(marts, parameters, LONG_AFTER).filter(pl.col("day") == CRASH)["event"]
    assert final == "spot_selloff"
    assert before != final
    found = {
        each.compared_with: each
        for each in midnight_agreement(frame(reading(CRASH, before)), days, marts, parameters, LONG_AFTER)
    }
    assert set(found) == {"the label before its flows are known", "the final label"}
    known, later = found["the label before its flows are known"], found["the final label"]
    assert (known.same, known.days, known.differing) == (1, 1, None)
    assert (later.same, later.days) == (0, 1)
    assert later.differing == f"BTC {CRASH}: read {before}, then spot_selloff"


def test_only_a_label_that_was_provisional_when_it_was_published_is_a_first_one(parameters: Parameters) -> None:
    marts = marts_of({"BTC": [*calm_days(110), FALL, *calm_days(3, 3)]}, first_day=FIRST_DAY)
    days = classify(daily_features(marts, parameters), parameters, LONG_AFTER).days
    published = [
        {"day": CRASH, "event": "leverage_flush", "revision": 1, "is_backfill": False, "is_final": False},
        {"day": CRASH, "event": "spot_selloff", "revision": 2, "is_backfill": False, "is_final": True},
        {"day": BEFORE, "event": "mixed", "revision": 1, "is_backfill": False, "is_final": True},
    ]
    revisions = pl.DataFrame([{"asset": "BTC"} | row for row in published], schema=no_revisions().schema)
    rows = frame(reading(CRASH, "leverage_flush"), reading(BEFORE, "consolidation"))
    found = list(midnight_agreement(rows, days, marts, parameters, LONG_AFTER, revisions))
    (first,) = (each for each in found if each.compared_with == "the first label, published as provisional")
    assert (first.same, first.days) == (1, 1)


def test_without_readings_nothing_is_compared(parameters: Parameters) -> None:
    marts = marts_of({"BTC": calm_days(90)}, first_day=FIRST_DAY)
    days = classify(daily_features(marts, parameters), parameters, LONG_AFTER).days
    assert list(midnight_agreement(frame(), days, marts, parameters, LONG_AFTER)) == []
