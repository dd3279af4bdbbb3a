"""Events: once each, no flapping at a bound, and nothing that comes later changes one."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from regimes import load_parameters
from regimes.hourly_events import new_events
from tables import field
from tables.frames import dtypes
from tables.published.hourly import EVENT, READINGS_HOURLY
from tests.properties import examples

RULE = load_parameters().hourly_events
FIRST = datetime(2026, 1, 31, 1)
NO_EVENTS = pl.DataFrame(schema=dtypes(field(name) for name in EVENT))


def reading(hour: int, event: str = "mixed", *, asset: str = "BTC", **changes: Any) -> dict[str, Any]:
    end = FIRST + timedelta(hours=hour)
    known = {
        "asset": asset,
        "window_ended_at": end,
        "available_at": end + timedelta(minutes=1),
        "revision": 1,
        "event": event,
        "confidence": 0.6,
        "data_status": "insufficient" if event == "insufficient_data" else "provisional",
        "explanation": f"{event}.",
        "close_usd": 100.0,
        "support_usd": 90.0,
        "support_band_usd": 1.0,
    }
    if event == "insufficient_data":
        known["confidence"] = None
    return known | changes


def frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dtypes(READINGS_HOURLY.fields))


def events_of(rows: list[dict[str, Any]], known: pl.DataFrame = NO_EVENTS) -> list[tuple[str, int]]:
    found = new_events(frame(rows), known, RULE, FIRST + timedelta(days=9))
    return [(row["kind"], (row["happened_at"] - FIRST) // timedelta(hours=1)) for row in found.to_dicts()]


def labels(*several: str) -> list[dict[str, Any]]:
    return [reading(hour, label) for hour, label in enumerate(several)]


def closes(*several: float) -> list[dict[str, Any]]:
    return [reading(hour, close_usd=close) for hour, close in enumerate(several)]


def test_a_flush_begins_with_its_second_clear_reading_in_a_row() -> None:
    rows = labels("mixed", "leverage_flush", "leverage_flush", "leverage_flush")
    assert events_of(rows) == [("flush_begins", 2)]
    rows[1]["confidence"] = RULE.begin_confidence - 0.01
    assert events_of(rows) == [("flush_begins", 3)]


def test_one_clear_reading_among_unclear_ones_begins_nothing_and_delays_nothing() -> None:
    """As contracts are closed late, in the aftermath of a squeeze: the flush a day later is still announced."""
    late = [0.22, 0.26, 0.24, 0.24, 0.59, 0.33, 0.26, 0.27, 0.34, 0.43]
    rows = [reading(hour, "leverage_flush", confidence=confidence) for hour, confidence in enumerate(late)]
    rows += [reading(hour, "consolidation") for hour in range(10, 20)]
    assert events_of(rows) == []
    rows += [reading(hour, "leverage_flush", confidence=0.65) for hour in range(20, 30)]
    assert events_of(rows) == [("flush_begins", 21)]


def test_an_event_carries_its_id_its_sentence_and_its_figures() -> None:
    (event,) = new_events(frame(labels("leverage_flush", "leverage_flush")), NO_EVENTS, RULE, FIRST).to_dicts()
    assert event["event_id"] == "BTC/flush_begins/2026-01-31T02:00Z"
    assert (event["asset"], event["sentence"], event["happened_at"]) == (
        "BTC",
        "leverage_flush.",
        FIRST + timedelta(hours=1),
    )
    assert json.loads(event["figures"])["close_usd"] == 100.0


def test_a_label_that_hovers_at_its_bound_begins_one_flush() -> None:
    assert events_of(labels(*["mixed", "leverage_flush"] * 40)) == []
    assert events_of(labels(*["mixed", "leverage_flush", "leverage_flush"] * 30)) == [("flush_begins", 2)]
    slowly = [label for _ in range(3) for label in ["leverage_flush"] * 2 + ["mixed"] * 7]
    assert events_of(labels(*slowly)) == [("flush_begins", 1)]


def test_another_flush_two_days_later_is_announced() -> None:
    flush = ["leverage_flush"] * 2
    assert events_of(labels(*flush, *["mixed"] * 46, *flush)) == [("flush_begins", 1), ("flush_begins", 49)]


def test_longs_that_are_forced_to_sell_in_a_flush_are_no_squeeze() -> None:
    flush, squeeze = ["leverage_flush"] * 2, ["long_squeeze"] * 2
    assert events_of(labels(*flush, *squeeze, *flush)) == [("flush_begins", 1)]
    assert events_of(labels("mixed", "short_squeeze", "short_squeeze")) == [("squeeze_begins", 2)]


def test_hours_without_a_reading_neither_end_nor_confirm_anything() -> None:
    gap, flush = ["insufficient_data"] * 30, ["leverage_flush"] * 2
    assert [kind for kind, _ in events_of(labels(*flush, *gap, *flush))].count("flush_begins") == 1


def test_data_is_lost_after_two_hours_and_not_again_while_it_flickers() -> None:
    rows = labels("mixed", "mixed", "insufficient_data", "mixed", *["insufficient_data"] * 3)
    assert events_of(rows) == [("data_lost", 5)]
    flickering = ["insufficient_data", "insufficient_data", "mixed"] * 8
    assert events_of(labels("mixed", "mixed", *flickering)) == [("data_lost", 3)]


def test_an_asset_that_never_had_a_reading_has_lost_none() -> None:
    assert events_of(labels(*["insufficient_data"] * 5)) == []


def test_a_level_is_broken_and_reclaimed_by_more_than_its_band() -> None:
    hold = [100.0] * 12
    assert events_of(closes(100.0, 89.5, 90.5)) == []
    rows = closes(100.0, 88.5, *[89.5] * 12, 90.9, 91.1)
    assert events_of(rows) == [("level_broken", 1), ("level_reclaimed", 15)]
    assert json.loads(new_events(frame(rows), NO_EVENTS, RULE, FIRST)["figures"][1])["level_usd"] == 90.0
    assert events_of(closes(*hold, *[88.0, 92.0] * 20))[0] == ("level_broken", 12)


def test_a_market_that_swings_around_a_level_announces_at_most_once_in_the_cooldown() -> None:
    found = events_of(closes(100.0, *[88.0, 92.0] * 24))
    hours = [hour for _, hour in found]
    assert all(later - one >= RULE.level_cooldown_hours for one, later in pairwise(hours))


def test_a_break_before_the_first_reading_is_no_news() -> None:
    assert events_of(closes(80.0, 80.0, 80.0)) == []


def test_a_reset_is_complete_once() -> None:
    flagged = [reading(hour, flags="reset_complete" if hour % 3 else None) for hour in range(40)]
    assert events_of(flagged) == [("reset_complete", 2)]


LABELS = st.sampled_from(
    ["mixed", "leverage_flush", "long_squeeze", "short_squeeze", "insufficient_data", "consolidation"]
)
READINGS = st.lists(
    st.tuples(
        LABELS, st.floats(80.0, 100.0), st.floats(0.0, 1.0), st.sampled_from([None, "reset_complete"]), st.booleans()
    ),
    max_size=120,
)


def drawn(story: list[tuple[str, float, float, str | None, bool]]) -> list[dict[str, Any]]:
    """Readings, some of them with a later revision that says the opposite."""
    rows = []
    for hour, (label, close, confidence, flags, revised) in enumerate(story):
        changes: dict[str, Any] = {"close_usd": close, "flags": flags}
        if label != "insufficient_data":
            changes["confidence"] = confidence
        rows.append(reading(hour, label, **changes))
        if revised:
            later = FIRST + timedelta(hours=hour + 5)
            rows.append(reading(hour, "leverage_flush", revision=2, available_at=later, close_usd=50.0))
    return sorted(rows, key=lambda row: (row["available_at"], row["window_ended_at"]))


@examples(60)
@given(READINGS, st.integers(0, 130))
def test_later_readings_change_no_earlier_event(story: list[Any], cut: int) -> None:
    rows = drawn(story)
    whole, part = events_of(rows), events_of(rows[:cut])
    assert not set(part) - set(whole)


@examples(60)
@given(READINGS, st.lists(st.integers(0, 130), max_size=6))
def test_each_event_is_made_once_across_restarts(story: list[Any], stops: list[int]) -> None:
    rows, known = drawn(story), NO_EVENTS
    for stop in [*sorted(stops), len(rows), len(rows)]:
        made = new_events(frame(rows[:stop]), known, RULE, FIRST)
        known = pl.concat([known, made])
    assert known["event_id"].is_unique().all()
    assert set(known["event_id"]) == set(new_events(frame(rows), NO_EVENTS, RULE, FIRST)["event_id"])


@examples(60)
@given(READINGS)
def test_no_kind_comes_again_within_its_cooldown(story: list[Any]) -> None:
    cooldown = {
        "flush_begins": RULE.flush.cooldown_hours,
        "squeeze_begins": RULE.squeeze.cooldown_hours,
        "reset_complete": RULE.reset.cooldown_hours,
        "data_lost": RULE.data.cooldown_hours,
        "level_broken": 2 * RULE.level_cooldown_hours,
        "level_reclaimed": 2 * RULE.level_cooldown_hours,
    }
    found = events_of(drawn(story))
    assert all(count == 1 for count in Counter(found).values())
    for kind, least in cooldown.items():
        hours = [hour for one, hour in found if one == kind]
        assert all(later - one >= least for one, later in pairwise(hours)), kind
