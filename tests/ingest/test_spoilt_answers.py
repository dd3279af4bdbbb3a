"""Whatever a venue answers, a pull ends: it costs rows or its feed, says why in printable words, and tells no key."""

from __future__ import annotations

from pathlib import Path
from random import Random

import polars as pl
import pytest

import ingest.landing
from ingest.catalogue import load_catalogue
from ingest.coverage import Coverage
from ingest.feed import Feed, Request
from ingest.feeds import FEEDS, feed_named
from ingest.http import MarketSession
from ingest.landing import QUARANTINE, Landing
from ingest.market import Market
from ingest.pull import pull
from tests.ingest.scripted_venues import at, days
from tests.ingest.spoiling import TEXTS, Spoiler
from tests.ingest.venue_answers import FORCED_DAY, AnsweringAdapter
from warehouse.connection import build_database
from warehouse.raw_loading import load_segments
from warehouse.raw_tables import create_tables

MARK = "s3cr3t"
KEY = f'{MARK}/K+ey="quoted" <b>\\\\{MARK}'  # what JSON, HTML, addresses and Python each write in another way
EACH = 260  # spoilt answers of each feed: more than 10,000 of all of them
NOW = at("2026-02-02T04:00")
VENUE_FEEDS = [feed for feed in FEEDS if feed.hosts]
CATALOGUE = load_catalogue()


@pytest.fixture(autouse=True)
def without_syncing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is not what is tested."""
    monkeypatch.setattr(ingest.landing, "force_to_disk", lambda path: None)


def request_for(feed: Feed, adapter: AnsweringAdapter) -> Request:
    day = FORCED_DAY if feed.ended else "2026-01-31"
    return Request(
        feed=feed,
        instruments=CATALOGUE.instruments[feed.name][:1],
        window=days(day, day),
        now=NOW,
        session=MarketSession(Market("sample"), {}, simulation=adapter, pause=lambda seconds: None),
        held=Coverage(),
        keys={feed.key_variable: KEY} if feed.key_variable else {},
    )


def spoilt(feed: Feed, number: int, landing: Landing) -> int:
    """One pull, one way in which its answers are spoilt, and what must hold of it. Returns how many were spoilt."""
    spoiler = Spoiler(f"{feed.name} {number}")
    pulled = pull(request_for(feed, AnsweringAdapter(spoiler)), landing)
    for said in filter(None, (pulled.skipped, *pulled.notes)):
        assert said.isprintable(), said
        assert MARK not in said, said
    if spoiler.echoes:
        for folder in (feed.name, QUARANTINE):
            for segment in landing.segments([folder]):
                assert MARK not in str(pl.read_parquet(landing.path(segment)).to_dicts())
    return spoiler.spoilt


def loads(landing: Landing, tmp_path: Path) -> None:
    """What landed is taken by the database."""
    with build_database(tmp_path / "build.duckdb") as connection:
        create_tables(connection)
        load_segments(connection, landing)


@pytest.mark.parametrize("feed", VENUE_FEEDS, ids=lambda feed: feed.name)
def test_a_good_answer_of_every_feed_lands(feed, tmp_path):
    pulled = pull(request_for(feed, AnsweringAdapter(lambda number, request, good: None)), Landing(tmp_path))
    assert pulled.rows > 0
    assert pulled.skipped is None


@pytest.mark.parametrize("feed", VENUE_FEEDS, ids=lambda feed: feed.name)
def test_a_few_spoilt_answers_of_every_feed_end_no_pull(feed, tmp_path):
    for number in range(3):
        spoilt(feed, -number - 1, Landing(tmp_path / "landing"))


@pytest.mark.proof
@pytest.mark.parametrize("feed", VENUE_FEEDS, ids=lambda feed: feed.name)
def test_spoilt_answers_of_every_feed_end_no_pull_and_what_lands_can_be_loaded(feed, tmp_path):
    assert EACH * len(VENUE_FEEDS) >= 10_000
    landing = Landing(tmp_path / "landing")
    number = answers = 0
    while answers < EACH:
        answers += spoilt(feed, number, landing)
        number += 1
        assert number < 2 * EACH
    loads(landing, tmp_path)


@pytest.mark.proof
def test_spoilt_files_of_a_user_end_no_pull(tmp_path):
    random = Random("files")
    feed = feed_named("inbox_fund_flows")
    good = 'asset,day,netflow_usd,source\nBTC,2026-01-28,-125,my sheet\nETH,2026-01-29,80.5,"my, sheet"\n'
    landing = Landing(tmp_path / "landing")
    for number in range(EACH):
        body = bytearray(good.encode())
        for _ in range(random.choice((1, 2, 8))):
            position = random.randrange(len(body) + 1)
            new = random.choice(
                (random.randbytes(3), random.choice(TEXTS).encode("utf-8", "surrogatepass"), b'"', b",")
            )
            body[position : position + random.choice((0, 1, 5))] = new
        file = landing.inbox / feed.name / f"{number}\x1b[31m.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
        pulled = pull(request_for(feed, AnsweringAdapter(lambda number, request, good: None)), landing)
        assert all(note.isprintable() for note in pulled.notes)
        assert pulled.skipped is None
        file.unlink()
    loads(landing, tmp_path)
