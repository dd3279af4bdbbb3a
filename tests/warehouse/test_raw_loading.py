"""From segments to raw rows: once each, whole or not at all, and the same again from landing alone."""

import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ingest.feeds import feed_named
from ingest.landing import QUARANTINE
from tests.warehouse.small_warehouse import FEED, NOW, SYMBOL, Interrupted, day, everything, land, land_broken, rows
from warehouse.connection import build_database
from warehouse.raw_coverage import feed_coverage
from warehouse.raw_loading import load_segments
from warehouse.raw_tables import create_tables


def loaded(connection, table: str = FEED.name) -> int:
    return connection.execute(f"SELECT count(*) FROM raw.{table}").fetchone()[0]


def test_a_segment_is_loaded_with_where_it_came_from_and_when(connection, landing):
    segment = land(landing)
    assert load_segments(connection, landing) == 1
    moment = datetime(2026, 2, 2, 6)
    assert connection.execute(f"SELECT * FROM raw.{FEED.name}").fetchall() == [
        (SYMBOL, datetime(2026, 2, 1), 1.5, 0.5, None, None, moment, segment.name)
    ]
    (ledger,) = connection.execute("SELECT * EXCLUDE (loaded_at) FROM raw.load_ledger").fetchall()
    file = landing.path(segment).stat()
    assert ledger == (segment.name, FEED.name, 1, file.st_size, moment, file.st_mtime_ns)


def test_a_segment_is_loaded_once(connection, landing):
    land(landing)
    assert [load_segments(connection, landing) for _ in range(3)] == [1, 0, 0]
    assert loaded(connection) == 1


def test_restated_values_are_more_rows_the_later_with_a_later_moment(connection, landing):
    for hour, value in enumerate((1.0, 2.0, 1.0)):
        land(landing, long_coin=value, hour=hour)
    load_segments(connection, landing)
    values = connection.execute(f"SELECT long_coin FROM raw.{FEED.name} ORDER BY ingested_at").fetchall()
    assert values == [(1.0,), (2.0,), (1.0,)]


def test_one_feed_is_loaded_alone_but_never_without_its_quarantine(connection, landing):
    land(landing)
    land_broken(landing)
    landing.write(feed_named("coinalyze_funding"), rows().rename({"long_coin": "open"}), [day(1)], NOW)
    assert load_segments(connection, landing, FEED) == 2
    assert loaded(connection, "coinalyze_funding") == 0


def test_quarantined_rows_are_loaded_with_reason_and_payload(connection, landing):
    segment = land_broken(landing)
    load_segments(connection, landing)
    assert connection.execute("SELECT feed, symbol, reason, payload, segment FROM raw.quarantine").fetchall() == [
        (FEED.name, SYMBOL, "long_coin: not negative", '{"long_coin":"-1"}', segment.name)
    ]
    assert loaded(connection) == 0
    assert connection.execute("SELECT feed, row_count FROM raw.load_ledger").fetchall() == [(QUARANTINE, 1)]


# --- whole or not at all


@pytest.mark.parametrize("method", ["commit", "register"])
def test_a_load_that_fails_before_its_end_leaves_nothing(connection, landing, method):
    land(landing, 1)
    load_segments(connection, landing)
    before = everything(connection)
    land(landing, 2, hour=1)

    def die() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_segments(Interrupted(connection, method, die), landing)
    assert everything(connection) == before
    assert load_segments(connection, landing) == 1
    assert loaded(connection) == 2


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.warehouse.small_warehouse import Interrupted
from ingest.landing import Landing
from warehouse.connection import build_database
from warehouse.location import Warehouse
from warehouse.raw_loading import load_segments

there = Warehouse(Path(sys.argv[1]))
with build_database(there.build) as connection:
    die = lambda: os.kill(os.getpid(), signal.SIGKILL)
    load_segments(Interrupted(connection, "commit", die), Landing(there.landing))
"""


def test_a_process_killed_between_insert_and_commit_leaves_nothing_half(warehouse, landing):
    with build_database(warehouse.build) as connection:
        create_tables(connection)
    land(landing)
    path = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[2])])
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(warehouse.root)],
        env={**os.environ, "PYTHONPATH": path},
        timeout=60,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    with build_database(warehouse.build) as connection:
        assert loaded(connection) == loaded(connection, "load_ledger") == 0
        assert feed_coverage(connection, FEED.name).missing(SYMBOL, day(1).window) == [day(1).window]
        assert load_segments(connection, landing) == 1
        assert loaded(connection) == 1


def test_a_database_rebuilt_from_landing_is_the_same(warehouse, landing):
    for hour in range(3):
        land(landing, 1, hour + 1.0, hour=hour)
    land_broken(landing)
    landing.write(FEED, rows().clear(), [day(2, absent=True)], NOW + timedelta(hours=9))
    with build_database(warehouse.build) as connection:
        create_tables(connection)
        load_segments(connection, landing)
        grown = everything(connection)
    warehouse.build.unlink()
    with build_database(warehouse.build) as connection:
        create_tables(connection)
        load_segments(connection, landing)
        assert everything(connection) == grown
    assert len(grown[f"raw.{FEED.name}"]) == 3
