"""The checks of a recorded feed in Dagster: the same as for a fetched one, but judged by what was recorded."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest import tape
from orchestration.raw_checks import raw_check_results
from orchestration.tape_assets import tape_state
from warehouse.recorded_feeds import RecordedSpan
from warehouse.refresh import LoadedTape

NOW = datetime(2026, 2, 2, 6, tzinfo=UTC)  # the last complete day is 2026-02-01
LANDED = datetime(2026, 2, 2, 5)


def passed(span: RecordedSpan | None, *, rows: int = 0, lately: int = 0, quarantined: int = 0) -> dict[str, bool]:
    loaded = LoadedTape(span, lately, quarantined, None, None, rows)
    return {str(r.check_name): r.passed for r in raw_check_results(tape.EVENTS[0], tape_state(loaded, NOW))}


@pytest.mark.parametrize(
    ("span", "rows", "is_current"),
    [
        (None, True, True),  # no recorder has run: nothing is due
        (RecordedSpan(datetime(2026, 2, 1, 23), None, LANDED), True, True),  # of its first day nothing whole is due
        (RecordedSpan(datetime(2026, 1, 30), datetime(2026, 1, 31, 23), LANDED), False, False),
        (RecordedSpan(datetime(2026, 1, 30), None, LANDED), False, False),  # asked for, never acknowledged
        (RecordedSpan(datetime(2026, 1, 30), datetime(2026, 2, 1, 1), LANDED), False, True),  # heard, and no order came
    ],
)
def test_a_tape_is_due_from_the_first_whole_day_after_its_recorder_began(span, rows, is_current):
    assert passed(span) == {"has_rows": rows, "few_quarantined": True, "up_to_date": is_current}


def test_more_than_a_hundredth_of_a_day_in_quarantine_fails():
    span = RecordedSpan(datetime(2026, 1, 30), datetime(2026, 2, 2, 5), LANDED)
    assert passed(span, rows=990, lately=990, quarantined=10)["few_quarantined"]
    assert not passed(span, rows=989, lately=989, quarantined=11)["few_quarantined"]
