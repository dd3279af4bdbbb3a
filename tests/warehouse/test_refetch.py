"""What is held, asked for again: gaps that have been filled, archives that were revised, rows that were broken.

By `--refetch`, and for some days by itself: then only the published sums are asked for, once a day.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from ingest.catalogue import Catalogue, load_catalogue
from ingest.errors import ArchiveAbsent, FeedUnavailable, HostUnreachable
from ingest.feeds import feed_named
from ingest.http import Traffic
from ingest.windows import Window
from warehouse.connection import build_database
from warehouse.location import Calendar
from warehouse.refresh import Refresher
from warehouse.run_context import RunContext

FEED = feed_named("binance_um_open_interest")
FIRST, LAST = date(2025, 11, 1), date(2025, 11, 3)  # older than REST keeps: archives alone
RUN = RunContext(datetime(2026, 2, 2, 6, tzinfo=UTC), Calendar(FIRST, LAST))
ALL = Window.of_days(FIRST, LAST)


class Archives:
    """Open interest of whole days, by the day's number; other days are absent."""

    def __init__(self, **coins: str) -> None:
        self.coins = {f"2025-11-0{day[1:]}": amount for day, amount in coins.items()}
        self.asked: list[str] = []
        self.compared: list[str] = []
        self.refusal: FeedUnavailable | None = None
        self.traffic = Traffic(0, 0, 0)

    def verified(self, url: str) -> tuple[bytes, str]:
        day = url[-14:-4]
        self.asked.append(day)
        if day not in self.coins:
            raise ArchiveAbsent("no such archive")
        body = self._zip(day)
        return body, hashlib.sha256(body).hexdigest()

    def published_sum(self, url: str) -> str:
        day = url[-14:-4]
        self.compared.append(day)
        if self.refusal:
            raise self.refusal
        if day not in self.coins:
            raise ArchiveAbsent("no such archive")
        return hashlib.sha256(self._zip(day)).hexdigest()

    def _zip(self, day: str) -> bytes:
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as archive:
            stamps = [f"{day} {hour:02d}:05:00" for hour in range(24)]
            text = "".join(f"{stamp},BTCUSDT,{self.coins[day]},1,1,1,1,1\n" for stamp in stamps)
            archive.writestr(zipfile.ZipInfo("rows.csv"), text)
        return held.getvalue()


@pytest.fixture
def refresh(warehouse):
    """Refresh the feed from the archives, with what is held of `again` asked for again."""
    instruments = tuple(i for i in load_catalogue().instruments[FEED.name] if i.symbol == "BTCUSDT")
    catalogue = Catalogue({FEED.name: instruments}, {})

    def refreshed(archives: Archives, again: Window | None = None, now: datetime = RUN.now):
        asked_again = {FEED.name: again} if again else {}
        present = replace(RUN, now=now)
        return Refresher(warehouse, catalogue, archives, {}, refetch=asked_again).refresh(FEED, present, "run").pulled

    return refreshed


def rows_of(warehouse, query: str) -> list[tuple]:
    with build_database(warehouse.build) as connection:
        return connection.execute(query).fetchall()


NEWEST = """
    SELECT day(snapshot_at), open_interest_coin FROM raw.binance_um_open_interest WHERE hour(snapshot_at) = 12
    QUALIFY row_number() OVER (PARTITION BY snapshot_at ORDER BY ingested_at DESC) = 1 ORDER BY ALL"""


def test_without_being_told_to_nothing_that_is_held_or_known_to_be_absent_is_asked_for(refresh):
    refresh(Archives(d1="10", d3="30"))
    later = Archives(d1="11", d2="20", d3="30")
    assert refresh(later).rows == 0
    assert later.asked == []


def test_an_archive_that_has_appeared_fills_its_gap(refresh, warehouse):
    refresh(Archives(d1="10", d3="30"))
    assert rows_of(warehouse, "SELECT start_at FROM ops.known_gaps") == [(datetime(2025, 11, 2),)]
    refresh(Archives(d1="10", d2="20", d3="30"), ALL)
    assert rows_of(warehouse, NEWEST) == [(1, 10.0), (2, 20.0), (3, 30.0)]
    assert rows_of(warehouse, "SELECT start_at FROM ops.known_gaps") == []
    later = Archives()
    refresh(later)
    assert later.asked == []


def test_a_gap_that_stays_is_one_gap(refresh, warehouse):
    for _ in range(3):
        refresh(Archives(d1="10", d3="30"), ALL)
    assert rows_of(warehouse, "SELECT count(*) FROM ops.known_gaps") == [(1,)]


def test_an_archive_with_another_checksum_is_a_restatement(refresh, warehouse):
    refresh(Archives(d1="10", d2="20", d3="30"))
    pulled = refresh(Archives(d1="10", d2="25", d3="30"), ALL)
    assert rows_of(warehouse, NEWEST) == [(1, 10.0), (2, 25.0), (3, 30.0)]
    assert len(pulled.segments) == 1
    versions = rows_of(warehouse, "SELECT count(DISTINCT sha256) FROM ops.coverage WHERE day(start_at) = 2")
    assert versions == [(2,)], "what was known before is still there"


def test_archives_that_are_the_same_again_are_not_landed_again(refresh):
    refresh(Archives(d1="10", d2="20", d3="30"))
    assert refresh(Archives(d1="10", d2="20", d3="30"), ALL).segments == []


def test_only_the_days_named_are_asked_for_again(refresh):
    refresh(Archives(d1="10", d2="20", d3="30"))
    later = Archives(d1="11", d2="21", d3="31")
    refresh(later, Window.of_days(FIRST, FIRST))
    # The next day as well: what is stamped at midnight belongs to the day before.
    assert later.asked == ["2025-11-01", "2025-11-02"]


def test_a_row_that_was_broken_is_mended(refresh, warehouse):
    refresh(Archives(d1="10", d2="-20", d3="30"))
    assert rows_of(warehouse, NEWEST) == [(1, 10.0), (3, 30.0)]
    refresh(Archives(d1="10", d2="20", d3="30"), ALL)
    assert rows_of(warehouse, NEWEST) == [(1, 10.0), (2, 20.0), (3, 30.0)]


SOON = datetime(2025, 11, 8, 6, tzinfo=UTC)
NEXT_DAY = SOON + timedelta(days=1)


def test_a_recent_archive_with_another_sum_is_fetched_again_by_itself(refresh, warehouse):
    refresh(Archives(d1="10", d2="20", d3="30"), now=SOON)
    later = Archives(d1="10", d2="25", d3="30")
    pulled = refresh(later, now=NEXT_DAY)
    assert later.compared == ["2025-11-01", "2025-11-02", "2025-11-03"]
    assert later.asked == ["2025-11-02"]
    assert rows_of(warehouse, NEWEST) == [(1, 10.0), (2, 25.0), (3, 30.0)]
    assert pulled.notes == ["BTCUSDT-metrics-2025-11-02.zip was published anew"]
    again = Archives(d1="10", d2="25", d3="30")
    assert refresh(again, now=NEXT_DAY + timedelta(days=1)).segments == []
    assert again.asked == [], "the sum it was last taken by counts"


def test_sums_are_compared_once_a_day_and_for_two_weeks(refresh):
    refresh(Archives(d1="10", d2="20", d3="30"), now=SOON)
    for now, compared in (
        (SOON + timedelta(hours=5), []),
        (datetime(2025, 11, 16, 6, tzinfo=UTC), ["2025-11-02", "2025-11-03"]),
    ):
        later = Archives(d1="10", d2="20", d3="30")
        refresh(later, now=now)
        assert later.compared == compared


@pytest.mark.parametrize(
    ("archives", "refusal", "notes"),
    [
        (Archives(d1="10", d3="30"), None, []),
        (
            Archives(d1="10", d2="20", d3="30"),
            HostUnreachable("no connection", host="data.binance.vision"),
            ["whether archives were revised is not known: no connection (data.binance.vision)"],
        ),
    ],
    ids=["withdrawn", "unreachable"],
)
def test_what_cannot_be_compared_stays_held(refresh, warehouse, archives, refusal, notes):
    refresh(Archives(d1="10", d2="20", d3="30"), now=SOON)
    archives.refusal = refusal
    pulled = refresh(archives, now=NEXT_DAY)
    assert (pulled.notes, pulled.skipped, pulled.segments, archives.asked) == (notes, None, [], [])
    assert rows_of(warehouse, NEWEST) == [(1, 10.0), (2, 20.0), (3, 30.0)]
