"""How each pull went is written down."""

from datetime import datetime

from small_warehouse import FEED, NOW

from ingest.http import Traffic
from ingest.pull import Pulled
from warehouse.pulls import record_pull


def test_every_pull_is_written_down(connection):
    pulled = Pulled(FEED.name, 5, 1, ["a", "b"], ["one", "two"], "no connection", Traffic(9, 2, 1234))
    record_pull(connection, pulled, "run", NOW)
    record_pull(connection, Pulled(FEED.name), "next run", NOW)
    first, second = connection.execute("SELECT * FROM ops.pulls ORDER BY rowid").fetchall()
    moment = datetime(2026, 2, 2, 6)
    assert first == (FEED.name, "run", moment, 5, 1, 2, 9, 2, 1234, "no connection", "one\ntwo")
    assert second == (FEED.name, "next run", moment, 0, 0, 0, 0, 0, 0, None, None)
