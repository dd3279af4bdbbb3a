"""What Dagster says of a recorded feed: judged by what was heard, with the checks of a fetched one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest import tape
from orchestration.raw_checks import raw_check_results
from orchestration.tape_assets import standing
from warehouse.refresh import Loaded
from warehouse.tape import Heard

NOW = datetime(2026, 2, 2, 6, tzinfo=UTC)  # the last complete day is 2026-02-01
LANDED = datetime(2026, 2, 2, 5)


def passed(heard: Heard | None, *, rows: int = 0, lately: int = 0, quarantined: int = 0) -> dict[str, bool]:
    loaded = Loaded(heard, lately, quarantined, None, None, rows)
    return {str(r.check_name): r.passed for r in raw_check_results(tape.EVENTS[0], standing(loaded, NOW))}


@pytest.mark.parametrize(
    ("heard", "rows", "reached"),
    [
        (None, True, True),  # no recorder has run: nothing is due
        (Heard(datetime(2026, 2, 1, 23), None, LANDED), True, True),  # of its first day nothing whole is due
        (Heard(datetime(2026, 1, 30), datetime(2026, 1, 31, 23), LANDED), False, False),
        (Heard(datetime(2026, 1, 30), None, LANDED), False, False),  # asked for, never acknowledged
        (Heard(datetime(2026, 1, 30), datetime(2026, 2, 1, 1), LANDED), False, True),  # heard, and no order came
    ],
)
def test_a_tape_is_due_from_the_first_whole_day_after_its_recorder_began(heard, rows, reached):
    assert passed(heard) == {"has_rows": rows, "few_quarantined": True, "up_to_date": reached}


def test_more_than_a_hundredth_of_a_day_in_quarantine_fails():
    heard = Heard(datetime(2026, 1, 30), datetime(2026, 2, 2, 5), LANDED)
    assert passed(heard, rows=990, lately=990, quarantined=10)["few_quarantined"]
    assert not passed(heard, rows=989, lately=989, quarantined=11)["few_quarantined"]
