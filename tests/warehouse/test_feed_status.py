"""What readers are told of each feed: its reach, and how its last pull went."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import polars as pl
import pytest

from ingest.catalogue import Catalogue, load_catalogue
from ingest.feeds import FEEDS
from ingest.http import Traffic
from ingest.pull import Pulled
from tables.published.operations import FEED_STATUS
from tests.warehouse.small_warehouse import FEED, NOW, RUN, day, land, land_broken, rows
from warehouse.feed_status import record_pull, write_feed_status
from warehouse.marts import comments_of
from warehouse.raw_loading import load_segments
from warehouse.run_context import write_run_context


def status(connection, feed: str = FEED.name, catalogue: Catalogue | None = None) -> dict[str, object]:
    write_feed_status(connection, catalogue or load_catalogue(), RUN.calendar, RUN.now)
    cursor = connection.execute("SELECT * FROM marts.feed_status WHERE feed = ?", [feed])
    return dict(zip([column[0] for column in cursor.description], cursor.fetchone(), strict=True))


def test_the_status_of_a_feed_is_its_reach_and_its_last_pull(connection, landing):
    land(landing, 1)
    land(landing, 3, hour=1)
    land_broken(landing)
    landing.write(FEED, rows().clear(), [day(2, absent=True)], NOW)
    load_segments(connection, landing)
    write_run_context(connection, RUN, load_catalogue())
    record_pull(connection, Pulled(FEED.name, skipped="no connection"), "first", NOW)
    record_pull(connection, Pulled(FEED.name, notes=["late"]), "second", NOW + timedelta(hours=1))
    found = status(connection)
    asked = len(load_catalogue().instruments[FEED.name])  # of three days one has rows, and of the symbols one
    assert found == {
        "feed": FEED.name, "venue": "coinalyze", "series": "liquidations", "first_day": date(2026, 2, 1),
        "last_day": date(2026, 2, 3), "due_day": date(2026, 2, 1),
        "present_rows_share": pytest.approx(1 / (3 * asked)), "row_count": 2,
        "quarantined_count": 1, "gap_count": 1, "oldest_gap_at": datetime(2026, 2, 2, 7, 0, 0, 1),
        "pulled_at": datetime(2026, 2, 2, 7), "skipped": None, "notes": "late", "licence": FEED.licence,
    }  # fmt: skip
    assert list(found) == list(FEED_STATUS.columns)


@pytest.mark.parametrize(
    ("ends", "share", "due"),
    [
        pytest.param((None, None), 2 / 6, date(2026, 2, 1), id="both go on"),
        pytest.param((None, date(2026, 1, 30)), 2 / 4, date(2026, 2, 1), id="one has ended"),
        pytest.param((date(2026, 1, 31), date(2026, 1, 30)), 2 / 3, None, id="both have ended"),
        pytest.param((date(2026, 1, 31), date(2025, 12, 1)), 2 / 2, None, id="one ended before the first day"),
        pytest.param((date(2026, 2, 1), date(2026, 2, 1)), 2 / 6, date(2026, 2, 1), id="both end on the last day"),
    ],
)
def test_a_contract_counts_until_it_ends_and_an_ended_feed_owes_no_day(connection, landing, ends, share, due):
    two_days = pl.concat([rows(), rows()]).with_columns(
        open_at=pl.Series([datetime(2026, 1, 30), datetime(2026, 1, 31)])
    )
    landing.write(FEED, two_days, [day(1)], NOW)
    load_segments(connection, landing)
    whole = load_catalogue()
    one, other = whole.instruments[FEED.name][:2]
    instruments = (replace(one, last_day=ends[0]), replace(other, last_day=ends[1]))
    found = status(connection, catalogue=replace(whole, instruments={FEED.name: instruments}))
    assert (found["present_rows_share"], found["due_day"]) == (pytest.approx(share), due)


def test_a_feed_that_was_never_asked_has_a_status_too(connection):
    write_run_context(connection, RUN, load_catalogue())
    found = status(connection, "coinmetrics_network")
    assert (found["row_count"], found["first_day"], found["pulled_at"], found["skipped"]) == (0, None, None, None)
    assert connection.execute("SELECT count(*) FROM marts.feed_status").fetchone() == (len(FEEDS),)


def test_the_status_says_what_its_columns_are(connection):
    write_run_context(connection, RUN, load_catalogue())
    status(connection)
    said = connection.execute(
        "SELECT column_name, comment FROM duckdb_columns() WHERE schema_name = 'marts' AND table_name = 'feed_status'"
    ).fetchall()
    assert dict(said) == comments_of(FEED_STATUS)


def test_every_pull_is_written_down(connection):
    pulled = Pulled(FEED.name, 5, 1, ["a", "b"], ["one", "two"], "no connection", Traffic(9, 2, 1234))
    record_pull(connection, pulled, "run", NOW)
    record_pull(connection, Pulled(FEED.name), "next run", NOW)
    first, second = connection.execute("SELECT * FROM ops.pulls ORDER BY rowid").fetchall()
    moment = datetime(2026, 2, 2, 6)
    assert first == (FEED.name, "run", moment, 5, 1, 2, 9, 2, 1234, "no connection", "one\ntwo")
    assert second == (FEED.name, "next run", moment, 0, 0, 0, 0, 0, 0, None, None)
