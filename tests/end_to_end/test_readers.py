"""Four readers in a loop while releases are published: never an error, never two releases mixed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pipelines import copied, leverage, next_morning

from warehouse.connection import build_database, identifier
from warehouse.location import Warehouse
from warehouse.publishing import Release, publish

READER = Path(__file__).with_name("published_reader.py")
READERS = 4
RELEASES = 15


@contextmanager
def watched(warehouse: Path, stop: Path, pause: float) -> Iterator[list[dict]]:
    """Readers from before the block to after it, `pause` seconds between two looks; the list is what each saw."""
    command = [sys.executable, READER, warehouse / "published", stop, str(pause)]
    readers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(READERS)]
    saw: list[dict] = []
    try:
        yield saw
    finally:
        stop.touch()
        saw += [json.loads(reader.communicate(timeout=60)[0]) for reader in readers]


@pytest.mark.slow
def test_readers_see_whole_releases_while_runs_go_on(sample: Path, tmp_path: Path) -> None:
    warehouse, days = copied(sample, tmp_path / "warehouse"), ("2026-01-28", "2026-01-29")
    with watched(warehouse, tmp_path / "stop", 0.5) as saw:
        for day in days:
            ran = leverage("run", "--warehouse", warehouse, "--now", next_morning(day))
            assert ran.status == 0, ran.said
    assert [reader["wrong"] for reader in saw] == [[]] * READERS
    assert min(reader["opens"] for reader in saw) > 10
    assert {day for reader in saw for day in reader["days"]} == {"2026-01-27", *days}


@pytest.mark.slow
def test_readers_see_whole_releases_however_fast_they_follow(sample: Path, tmp_path: Path) -> None:
    """Releases one after the other, each a day shorter, so that a mixed one shows in its last days."""
    located = Warehouse(copied(sample, tmp_path / "warehouse"))
    last = date(2026, 1, 27)
    with build_database(located.build) as connection, watched(located.root, tmp_path / "stop", 0.01) as saw:
        tables = connection.execute(
            "SELECT DISTINCT table_name FROM duckdb_columns() WHERE schema_name = 'marts' AND column_name = 'day'"
        ).fetchall()
        names = sorted(name for (name,) in tables)
        for number in range(1, RELEASES + 1):
            day = last - timedelta(days=number)
            for name in names:
                connection.execute(f"DELETE FROM marts.{identifier(name)} WHERE day > ?", [day])
            told = {"last_day": day.isoformat(), "day": day.isoformat()}
            release = Release([*names, "feed_status", "regime_labels"], {"last_day": str(day)}, told, simulated=True)
            publish(connection, located, release, datetime(2026, 1, 28, 6, tzinfo=UTC))
    assert [reader["wrong"] for reader in saw] == [[]] * READERS
    seen = {day for reader in saw for day in reader["days"]}
    assert len(seen) > RELEASES / 2, "they looked often enough to see most of the releases"
