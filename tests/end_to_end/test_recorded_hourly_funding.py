"""Kraken's and Hyperliquid's recorded funding through the real clients: every rate as published, every hole told."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from ingest.catalogue import load_catalogue
from ingest.coverage import Coverage
from ingest.feed import Request
from ingest.feeds import feed_named
from ingest.http import MarketSession
from ingest.landing import Landing
from ingest.market import Market
from ingest.pull import Pulled, pull
from ingest.windows import Window
from tests.end_to_end.recorded_market import NOW, RecordedMarket
from tests.recordings import NOT_RECORDED, RECORDED

pytestmark = pytest.mark.skipif(not RECORDED.is_dir(), reason=NOT_RECORDED)

HOUR = timedelta(hours=1)
WHOLE = Window.of_days(date(2024, 9, 1), date(2026, 2, 1))


@pytest.fixture(scope="module")
def session() -> Iterator[MarketSession]:
    market = RecordedMarket()
    opened = MarketSession(Market.parse(market.url), {}, pause=lambda _: None)  # no answer changes there
    yield opened
    opened.close()
    market.stop()


def pulled(feed: str, session: MarketSession, landing: Landing) -> tuple[Pulled, pl.DataFrame, Coverage]:
    """What a pull of all days of Bitcoin brought, the rows as landed, and what is held after it."""
    now, held = datetime.fromisoformat(NOW), Coverage()
    instruments = tuple(i for i in load_catalogue().instruments[feed] if i.asset == "BTC")
    request = Request(feed_named(feed), instruments, WHOLE, now, session, held)
    done = pull(request, landing)
    return done, pl.concat([pl.read_parquet(landing.path(s)) for s in landing.segments([feed])]), held


def recorded(name: str) -> dict[datetime, float]:
    """The recorded rates of the days asked for, the settlement at the end of the last one included, by hour."""
    with gzip.open(RECORDED / "data" / f"{name}.csv.gz", "rt", newline="") as file:
        rates = {int(r["time"]) // 3_600_000: float(r["funding_rate"]) for r in csv.DictReader(file)}
    hours = {datetime.fromtimestamp(hour * 3600, UTC): rate for hour, rate in rates.items()}
    return {hour.replace(tzinfo=None): rate for hour, rate in hours.items() if hour <= WHOLE.end}


def test_hyperliquids_rates_are_those_recorded_and_its_holes_stay_holes(session: MarketSession, tmp_path: Path):
    done, rows, held = pulled("hyperliquid_funding", session, Landing(tmp_path))
    published = recorded("hyperliquid_BTC_funding")
    landed = dict(rows.select("settled_at", "funding_rate").iter_rows())
    assert landed.keys() == published.keys()
    assert landed == pytest.approx(published, abs=1e-10)  # it is served with ten decimal places
    holes = held.of("BTC", "rest", absent=True)
    lacking = {hole.start + n * HOUR for hole in holes for n in range((hole.end - hole.start) // HOUR)}
    assert (len(holes), len(lacking)) == (16, 3520)
    days = {hour.date() for hour in lacking} - {hour.date() for hour in published}
    assert len(days) == 144
    assert done.notes == ["BTC: the venue lacks 3520 hours of funding between 2024-09-17 and 2025-12-21 (holes: 16)"]
    assert held.missing("BTC", WHOLE) == holes, "until the venue has answered with nothing once more"


def test_krakens_rates_are_those_recorded_and_what_is_older_stays_missing(session: MarketSession, tmp_path: Path):
    done, rows, held = pulled("kraken_funding", session, Landing(tmp_path))
    published = recorded("kraken_PF_XBTUSD_funding")
    assert dict(rows.select("settled_at", "relative_rate").iter_rows()) == published
    first = min(published).replace(tzinfo=UTC)
    older, *holes = held.missing("PF_XBTUSD", WHOLE)
    assert older == Window(WHOLE.start, first)
    lacking = {hole.start + n * HOUR for hole in holes for n in range((hole.end - hole.start) // HOUR)}
    assert not lacking & {hour.replace(tzinfo=UTC) for hour in published}
    assert (done.skipped, done.quarantined) == (None, 0)
    assert any("PF_XBTUSD: nothing older than the last year" in note for note in done.notes)
