"""One feed brought up to date: landing first, then only what the venue has and we lack, and a record of how it went."""

from datetime import datetime

import pytest

from ingest.catalogue import Catalogue, load_catalogue
from ingest.errors import HostUnreachable, IngestError
from ingest.feeds import feed_named
from ingest.http import MarketSession, Traffic
from ingest.landing import Landing
from ingest.market import Market
from tests.ingest.venue_answers import AnsweringAdapter
from tests.warehouse.small_warehouse import FEED, NOW, RUN, SYMBOL, land
from warehouse import refresh as refresh_module
from warehouse.connection import build_database
from warehouse.refresh import Refresher

DAY = 86_400


class Venue:
    """Coinalyze with a row for each day asked for, the longs of `values` where they name a day; or nothing at all."""

    def __init__(self, values: dict[int, object] | None = None, error: Exception | None = None) -> None:
        self.values, self.error, self.asked = values or {}, error, []

    @property
    def traffic(self) -> Traffic:
        return Traffic(len(self.asked), 0, 0)

    def get_json(self, url, params=None, *, headers=None, judge=None):
        self.asked.append(params)
        if self.error:
            raise self.error
        days = range(params["from"], params["to"], DAY)
        return [
            {"symbol": SYMBOL, "history": [{"t": t, "l": self.values.get(n, 1), "s": 1} for n, t in enumerate(days)]}
        ]


@pytest.fixture
def refresh(warehouse):
    """Refresh the feed from a venue and say how the pull went."""
    instruments = tuple(i for i in load_catalogue().instruments[FEED.name] if i.symbol == SYMBOL)

    def refreshed(venue: Venue):
        catalogue = Catalogue({FEED.name: instruments}, {})
        return Refresher(warehouse, catalogue, venue, {"COINALYZE_API_KEY": "any"}).refresh(FEED, RUN, "run").pulled

    return refreshed


def counted(warehouse, what: str) -> int:
    with build_database(warehouse.build) as connection:
        return connection.execute(f"SELECT count(*) FROM {what}").fetchone()[0]


def test_a_first_refresh_loads_the_whole_calendar_and_a_second_asks_for_nothing(refresh, warehouse):
    pulled = refresh(Venue())
    assert (pulled.rows, pulled.skipped, len(pulled.segments)) == (3, None, 1)
    assert counted(warehouse, f"raw.{FEED.name}") == 3
    venue = Venue()
    again = refresh(venue)
    assert (again.rows, venue.asked) == (0, [])
    assert counted(warehouse, f"raw.{FEED.name}") == 3
    assert counted(warehouse, "ops.pulls") == 2


def test_it_says_how_far_the_raw_table_reaches_afterwards(warehouse):
    venue, keys = Venue({1: -5}), {"COINALYZE_API_KEY": "any"}
    done = Refresher(warehouse, load_catalogue(), venue, keys).refresh(FEED, RUN, "run")
    assert (done.first, done.last, done.rows) == (datetime(2026, 1, 30), datetime(2026, 2, 1), 2)


def test_broken_rows_are_in_quarantine_and_nowhere_else(refresh, warehouse):
    pulled = refresh(Venue({1: -5}))
    assert (pulled.rows, pulled.quarantined) == (2, 1)
    assert counted(warehouse, f"raw.{FEED.name}") == 2
    assert counted(warehouse, "raw.quarantine") == 1
    assert counted(warehouse, f"raw.{FEED.name} WHERE long_coin < 0") == 0


def test_what_has_landed_is_loaded_although_the_venue_is_out_of_reach(refresh, warehouse):
    land(Landing(warehouse.landing))
    pulled = refresh(Venue(error=HostUnreachable("no connection", host="api.coinalyze.net")))
    assert pulled.skipped == "no connection (api.coinalyze.net)"
    assert counted(warehouse, f"raw.{FEED.name}") == 1
    with build_database(warehouse.build) as connection:
        (skipped,) = connection.execute("SELECT skipped FROM ops.pulls").fetchone()
    assert skipped == pulled.skipped


def test_a_database_that_was_deleted_is_rebuilt_without_asking_again(refresh, warehouse):
    refresh(Venue())
    warehouse.build.unlink()
    venue = Venue()
    refresh(venue)
    assert venue.asked == []
    assert counted(warehouse, f"raw.{FEED.name}") == 3


def test_a_database_that_is_gone_when_it_is_opened_again_is_made_again(warehouse):
    instruments = tuple(i for i in load_catalogue().instruments[FEED.name] if i.symbol == SYMBOL)
    refresher = Refresher(warehouse, Catalogue({FEED.name: instruments}, {}), Venue(), {"COINALYZE_API_KEY": "any"})
    refresher.refresh(FEED, RUN, "run")
    refresher.release()
    warehouse.build.unlink()
    refresher.refresh(FEED, RUN, "run")
    refresher.release()
    assert counted(warehouse, f"raw.{FEED.name}") == 3


def test_a_day_that_landed_and_was_never_loaded_is_not_asked_for(refresh, warehouse):
    land(Landing(warehouse.landing), 1)
    venue = Venue()
    refresh(venue)
    (asked,) = venue.asked
    assert asked["to"] == int(NOW.replace(hour=0).timestamp()) - DAY - 1


def test_feeds_that_have_begun_land_ahead_and_are_loaded_with_their_own_counts(warehouse):
    catalogue = load_catalogue()
    session = MarketSession(Market.parse("sample"), {}, simulation=AnsweringAdapter(lambda *_: None))
    refresher = Refresher(warehouse, catalogue, session, {"COINALYZE_API_KEY": "any"})
    feeds = [feed_named(name) for name in ("okx_funding", "bybit_funding", FEED.name)]
    refresher.begin(feeds, RUN)
    refresher.begin(feeds, RUN)  # as each step of a run does
    refreshed = {feed.name: refresher.refresh(feed, RUN, "run") for feed in feeds}
    for feed in feeds:
        assert refreshed[feed.name].rows == refreshed[feed.name].pulled.rows > 0
        assert counted(warehouse, f"raw.{feed.name}") == refreshed[feed.name].rows
    with build_database(warehouse.build) as connection:
        pulls = dict(connection.execute("SELECT feed, requests FROM ops.pulls").fetchall())
    assert pulls == {name: one.pulled.traffic.requests for name, one in refreshed.items()}
    assert refresher.refresh(feeds[0], RUN, "run").pulled.rows == 0, "a second refresh pulls anew"
    session.close()
    refresher.close()


def test_a_segment_that_cannot_be_loaded_costs_its_feed_and_no_other(warehouse, monkeypatch):
    def loading(connection, landing, feed):
        if feed is FEED:
            raise IngestError("a segment lacks a column")
        return loaded(connection, landing, feed)

    loaded = refresh_module.load_segments
    monkeypatch.setattr(refresh_module, "load_segments", loading)
    session = MarketSession(Market.parse("sample"), {}, simulation=AnsweringAdapter(lambda *_: None))
    refresher = Refresher(warehouse, load_catalogue(), session, {"COINALYZE_API_KEY": "any"})
    other = feed_named("okx_funding")
    refresher.begin([FEED, other], RUN)
    with pytest.raises(IngestError, match="lacks a column"):
        refresher.refresh(FEED, RUN, "run")
    assert refresher.refresh(other, RUN, "run").rows > 0
    session.close()
    refresher.close()
