"""`leverage now` and the hourly job: fetch what can be new within the day, build the hourly models, read 24 hours.

It works beside a daily run and the recorder: landing takes several writers, and the database is its own. No Dagster,
whose import takes longer than the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb

from ingest.catalogue import Catalogue
from ingest.feed import Feed, Request
from ingest.feeds import RECORDED
from ingest.http import MarketSession
from ingest.landing import Landing
from ingest.side_by_side import SideBySide
from ingest.windows import Window, day_start
from orchestration.session import open_session
from orchestration.window_models import build_windows, window_models
from regimes import load_parameters
from regimes.hourly_events import new_events
from regimes.hourly_readings import hourly_readings
from warehouse.choosing import market_catalogue
from warehouse.connection import naive_utc
from warehouse.errors import NotPublished
from warehouse.hourly_history import land_events, land_readings, landed_events, landed_readings
from warehouse.location import Calendar, Warehouse
from warehouse.lock import pipeline_lock
from warehouse.now_database import MODELLED_DAYS, drop_if_too_long, first_kept_day, now_database, window_frames
from warehouse.publishing.now_json import now_document, write_now_json
from warehouse.raw_coverage import feed_coverage
from warehouse.raw_loading import load_segments
from warehouse.raw_tables import create_tables
from warehouse.reading import open_release, read_latest
from warehouse.run_context import RunContext, write_run_context
from warehouse.settings import Settings
from warehouse.storage.sync import fetch_landing, fetch_published, put_landing, put_now_json
from warehouse.window_marts import calendar_days, completed, with_days_that_ended_since

HOUR = timedelta(hours=1)
READ_BACK = 24 * HOUR  # windows that were missed, or whose rows came late, are read for as long


@dataclass(frozen=True)
class Now:
    """The document of `now.json`, and how many readings and events are new."""

    document: dict[str, Any]
    new_readings: int
    new_events: int


def refresh_now(settings: Settings, now: datetime, *, wait: float = 0.0) -> Now:
    """Read the 24 hours up to the last full hour before `now` (UTC) for every asset, and publish `now.json`.

    Raises NotPublished for a warehouse without a daily run, WarehouseLocked while another refresh is running for
    longer than `wait` seconds.
    """
    warehouse, market = settings.resolved_warehouse(), settings.parsed_market()
    warehouse.refuse_other(str(market))
    fetch_published(warehouse)
    latest, calendar = read_latest(warehouse), warehouse.calendar()
    if latest is None or calendar is None:
        raise NotPublished(
            f"{warehouse.location} has no calendar day to compare with; run: leverage run, then leverage now"
        )
    catalogue = market_catalogue(market, settings.catalogue, warehouse.chosen())
    with pipeline_lock(warehouse.now_lock, wait):
        fetch_landing(warehouse)
        drop_if_too_long(warehouse, now.date())
        models = window_models(warehouse)
        with closing(open_session(market, catalogue, now)) as session:
            skipped = _fetch(warehouse, catalogue, session, settings.keys(), models.feeds, calendar, now)
        build_windows(warehouse, models)
        found = _read(warehouse, catalogue, latest, skipped, now)
        put_landing(warehouse)
        put_now_json(warehouse)
        return found


def last_hour(now: datetime) -> datetime:
    """The last full hour (UTC)."""
    return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _fetch(
    warehouse: Warehouse,
    catalogue: Catalogue,
    session: MarketSession,
    keys: dict[str, str],
    names: set[str],
    calendar: Calendar,
    now: datetime,
) -> dict[str, str]:
    """Land and load the news of the feeds behind the hourly models. Returns why some were not fetched, by name."""
    landing, today, skipped = Landing(warehouse.landing), now.date(), {}
    since = first_kept_day(today)
    with now_database(warehouse) as connection:
        create_tables(connection)
        recorded = [feed.name for feed in RECORDED if feed.name in names]
        if recorded:
            load_segments(connection, landing, folders=recorded, since=since)
        feeds = [feed for feed in catalogue.feeds if feed.name in names]
        load_segments(connection, landing, folders=[feed.name for feed in feeds], since=since)
        # The daily run asks for what is before its last day.
        asked = Window(day_start(max(since, min(calendar.last_day, today))), last_hour(now))
        fetched = [feed for feed in feeds if asked and feed.hosts]
        pulls = SideBySide(landing)
        pulls.begin([_request(connection, feed, catalogue, asked, now, session, keys) for feed in fetched])
        for feed in fetched:
            pulled = pulls.take(feed)
            if pulled and pulled.skipped:
                skipped[feed.name] = pulled.skipped
        load_segments(connection, landing, folders=[feed.name for feed in feeds], since=since)
        modelled = Calendar(today - timedelta(days=MODELLED_DAYS), today)
        write_run_context(connection, RunContext(now, modelled), catalogue)
    return skipped


def _request(
    connection: duckdb.DuckDBPyConnection,
    feed: Feed,
    catalogue: Catalogue,
    window: Window,
    now: datetime,
    session: MarketSession,
    keys: dict[str, str],
) -> Request:
    held = feed_coverage(connection, feed.name)
    return Request(feed, catalogue.instruments[feed.name], window, now, session, held, dict(keys))


def _read(
    warehouse: Warehouse, catalogue: Catalogue, latest: dict[str, Any], skipped: dict[str, str], now: datetime
) -> Now:
    """Read the windows that are new or have changed, land what they say, and publish `now.json`."""
    landing, parameters, hour = Landing(warehouse.landing), load_parameters(), last_hour(now)
    end = naive_utc(hour)
    ends = [end - back * HOUR for back in range(READ_BACK // HOUR)]
    assets = _ordered(latest, catalogue)
    with now_database(warehouse) as connection:
        with open_release(warehouse) as release:
            days = calendar_days(release, now.date())
        last_day = date.fromisoformat(latest["last_day"])
        found = window_frames(connection, min(last_day, (min(ends) - HOUR).date()))
        days = with_days_that_ended_since(days, found, last_day)
        windows = completed(found, days, assets, ends)
        known = landed_readings(connection, landing)
        readings = hourly_readings(days, windows, known, parameters, hour)
        land_readings(landing, readings, now)
        known = landed_readings(connection, landing)
        events = new_events(known, landed_events(connection, landing), parameters.hourly_events, now)
        land_events(landing, events, now)
        document = now_document(
            known,
            landed_events(connection, landing),
            hour=hour,
            now=now,
            market=latest["market"],
            simulated=latest["simulated"],
            skipped=skipped,
            order=assets,
        )
    write_now_json(warehouse, document)
    return Now(document, readings.height, events.height)


def _ordered(latest: dict[str, Any], catalogue: Catalogue) -> Sequence[str]:
    """The assets of the catalogue in the order of the release."""
    known = [asset for asset in latest["assets"] if asset in catalogue.assets]
    return [*known, *(asset for asset in catalogue.assets if asset not in known)]
