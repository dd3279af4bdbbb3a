"""Within the day, the bar of the day is not asked for: it is not over."""

from datetime import UTC, datetime

import pytest

from ingest.fetch.pages import EPOCH
from ingest.fetch.rows import Fields
from ingest.fetch.shapes import Windowed
from ingest.windows import Window

MIDNIGHT = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(("interval", "until"), [("1d", MIDNIGHT), ("1h", datetime(2026, 2, 1, 14, tzinfo=UTC))])
def test_bars_are_asked_for_up_to_the_last_whole_one(interval: str, until: datetime) -> None:
    fetch = Windowed(None, "", Fields(None, {}), None, drops_forming=True)  # type: ignore[arg-type]
    asked = Window(EPOCH, datetime(2026, 2, 1, 14, tzinfo=UTC))
    assert fetch.whole_bars(asked, interval) == Window(EPOCH, until)
    started_within = Window(datetime(2026, 2, 1, 3, tzinfo=UTC), asked.end)
    assert bool(fetch.whole_bars(started_within, interval)) is (interval == "1h")
