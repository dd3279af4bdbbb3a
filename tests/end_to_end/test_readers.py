"""One more day while four readers look on: exactly that day is added, and nobody ever sees half a release."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.end_to_end.published_reader import READERS, watched
from tests.pipelines import copied, differing, published, up_to
from warehouse.connection import build_database, identifier
from warehouse.location import Warehouse
from warehouse.publishing.release import Release, publish

RELEASES = 8
pytestmark = [pytest.mark.slow, pytest.mark.proof]
LAST_DAYS = tuple(f"dim_{of}.{column}" for of in ("venues", "instruments", "instrument_terms", "funding_intervals")
                  for column in ("last_day", "day_count"))  # fmt: skip


def test_readers_see_whole_releases_while_a_run_goes_on(day_added: tuple[Path, list[dict]]) -> None:
    _, saw = day_added
    assert [reader["wrong"] for reader in saw] == [[]] * READERS
    assert min(reader["opens"] for reader in saw) > 10
    assert {day for reader in saw for day in reader["days"]} == {"2026-01-27", "2026-01-28"}


def test_one_day_is_added_and_no_earlier_one_changes(day_added: tuple[Path, list[dict]], sample: Path) -> None:
    before, after = published(sample), published(day_added[0])
    assert after["regimes_daily"]["day"].max() == date(2026, 1, 28)
    assets = before["regimes_daily"]["asset"].n_unique()
    assert after["regimes_daily"].height == before["regimes_daily"].height + assets
    # Flows are pulled whole each time; a span goes on and a scenario resolves on a later day.
    # Hourly tables keep their last 90 days.
    hourly = [name for name in before if name.endswith("_hourly")]
    told = (
        "feed_status", "exchange_flows_daily.pulled_at", "restatements", "regime_spans", "scenarios",
        *LAST_DAYS, *hourly,
    )  # fmt: skip
    assert differing(up_to(after, "2026-01-26"), up_to(before, "2026-01-26"), but=told) == []
    # The inverse contract's funding comes from an aggregator, whose last settlement of a day is the next day's open.
    of_funding = (
        "funding_by_venue_daily",
        "funding_daily",
        "leverage_features_daily",
        "regimes_daily",
        "regime_evidence",
        "readings",
    )
    assert differing(up_to(after, "2026-01-27"), before, but=(*told, *of_funding)) == []


def test_readers_see_whole_releases_however_fast_they_follow(sample: Path, tmp_path: Path) -> None:
    """Releases one after the other, each a day shorter, so that a mixed one shows in its last days."""
    located = Warehouse(copied(sample, tmp_path / "warehouse"))
    last = date(2026, 1, 27)
    with build_database(located.build) as connection, watched(located.root, tmp_path / "stop", pause=0.01) as saw:
        tables = connection.execute(
            "SELECT DISTINCT table_name FROM duckdb_columns() WHERE schema_name = 'marts' AND column_name = 'day'"
        ).fetchall()
        names = sorted(name for (name,) in tables)
        dayless = sorted(set(published(sample)) - set(names))
        for number in range(1, RELEASES + 1):
            day = last - timedelta(days=number)
            for name in names:
                connection.execute(f"DELETE FROM marts.{identifier(name)} WHERE day > ?", [day])
            told = {"last_day": day.isoformat(), "day": day.isoformat()}
            release = Release([*names, *dayless], {"last_day": str(day)}, told, simulated=True)
            publish(connection, located, release, datetime(2026, 1, 28, 6, tzinfo=UTC))
    assert [reader["wrong"] for reader in saw] == [[]] * READERS
    seen = {day for reader in saw for day in reader["days"]}
    assert len(seen) > RELEASES / 2, "they looked often enough to see most of the releases"
