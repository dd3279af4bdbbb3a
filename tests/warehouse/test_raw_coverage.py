"""What is known about a feed from its raw table: covered windows, missing archives, first and last row."""

from datetime import datetime, timedelta

from ingest.feed import Part
from ingest.feeds import feed_named
from ingest.windows import Window
from tests.warehouse.small_warehouse import FEED, NOW, SYMBOL, day, land, rows
from warehouse.raw_coverage import feed_coverage, observed_range
from warehouse.raw_loading import load_segments


def test_coverage_is_what_the_loaded_segments_answer_for(connection, landing):
    land(landing, 1)
    landing.write(FEED, rows().clear(), [day(2, absent=True)], NOW)
    load_segments(connection, landing)
    held = feed_coverage(connection, FEED.name)
    assert held.of(SYMBOL, "rest") == [day(1).window]
    assert held.of(SYMBOL, "archive", absent=True) == [day(2).window]
    assert held.missing(SYMBOL, Window(day(1).window.start, day(2).window.end)) == [day(2).window]
    assert feed_coverage(connection, "coinalyze_funding").of(SYMBOL, "rest") == []


def test_coverage_joins_what_touches_or_overlaps_and_nothing_else(connection, landing):
    noon = timedelta(hours=12)
    first, third, fifth = (day(number).window for number in (1, 3, 5))
    windows = [
        Window(first.start, third.end),  # the next two lie inside, and the last of them ends before this does
        Window(first.start, first.end),
        Window(first.end, first.end),
        Window(third.end, third.end + noon),
        fifth,
    ]
    parts = [Part(SYMBOL, "archive", window, 1, sha256="a sum") for window in reversed(windows)]
    between = Window(third.end + noon, fifth.start)
    parts += [Part("ETH", "archive", between, 1), Part(SYMBOL, "rest", between, 1)]
    parts += [Part("inbox", "inbox", first, 1, "file", sha256) for sha256 in ("one", "other")]
    landing.write(FEED, rows(), parts, NOW)
    load_segments(connection, landing)
    held = feed_coverage(connection, FEED.name)
    assert held.of(SYMBOL, "archive") == [Window(first.start, third.end + noon), fifth]
    assert held.of(SYMBOL, "rest") == [between]
    assert held.of("ETH", "archive") == [between]
    assert held.has_content("one")
    assert held.has_content("other")


def test_archives_that_a_venue_does_not_have_are_known_gaps(connection, landing):
    land(landing, 1)
    landing.write(FEED, rows().clear(), [day(2, absent=True)], NOW)
    load_segments(connection, landing)
    gaps = connection.execute("SELECT feed, start_at FROM ops.known_gaps").fetchall()
    assert gaps == [(FEED.name, datetime(2026, 2, 2))]


def test_reach_is_the_first_and_last_observation_and_the_rows(connection, landing):
    assert observed_range(connection, FEED) == (None, None, 0)
    for number in (3, 1, 2):
        land(landing, number, hour=number)
    load_segments(connection, landing)
    assert observed_range(connection, FEED) == (datetime(2026, 2, 1), datetime(2026, 2, 3), 3)
    assert observed_range(connection, feed_named("coinmetrics_network")) == (None, None, 0)
