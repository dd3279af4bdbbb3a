"""What `run`, `status` and `doctor` say first: how many feeds are current, and which assets have no reading."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from ingest.market import Market
from warehouse.missing_readings import MissingReading, missing_readings, texts
from warehouse.reading import OpenRelease

CONNECT_SECONDS = 2.0
OWN_FILES = "inbox"  # the venue of the feeds of the user's own files
NAMED = 8  # assets, or notes of a feed, that are named; more of them are counted


def feeds_of(release: OpenRelease) -> list[dict[str, Any]]:
    """The rows of feed_status by name, each with `is_late`: a day that was due at publication is missing."""
    feeds = release.rows("SELECT * FROM feed_status ORDER BY feed")
    due = None if feeds and "due_day" in feeds[0] else _due_days(release.latest)
    for feed in feeds:
        expected = feed["due_day"] if due is None else due.get(feed["feed"])
        feed["is_late"] = expected is not None and (feed["last_day"] is None or feed["last_day"] < expected)
    return feeds


def _due_days(latest: dict[str, Any]) -> dict[str, date | None]:
    """The last day that each feed should have had, for a release whose feed_status does not say it."""
    from ingest.feeds import FEEDS, RECORDED  # a second of imports

    first, last = date.fromisoformat(latest["first_day"]), date.fromisoformat(latest["last_day"])
    published_at = datetime.fromisoformat(latest["published_at"])
    due = {feed.name: feed.due(first, last, published_at) for feed in FEEDS}
    return due | dict.fromkeys((feed.name for feed in RECORDED), last)


def missing_of(release: OpenRelease) -> list[MissingReading]:
    """The assets of the release that had a reading and have none for its last day."""
    return missing_readings(release.connection)


def summary(latest: dict[str, Any], feeds: Sequence[dict[str, Any]], missing: Sequence[MissingReading]) -> str:
    """`17 of 40 feeds current, BTC has no reading since 2026-02-27: liquidations missing`."""
    current = sum(not feed["is_late"] and not feed["skipped"] for feed in feeds)
    counted = f"{current} of {len(feeds)} feeds current"
    if missing:
        return ", ".join([counted, *texts(missing)])
    read = [asset for asset, newest in latest["assets"].items() if newest["data_status"] != "insufficient"]
    if not read:
        return f"{counted}, no asset has a reading yet"
    if len(read) > NAMED:
        return f"{counted}, {len(read)} of {len(latest['assets'])} assets have a reading for {latest['last_day']}"
    return f"{counted}, {' and '.join(read)} {'has' if len(read) == 1 else 'have'} a reading for {latest['last_day']}"


def simulated_feeds(feeds: Sequence[dict[str, Any]]) -> str:
    """One line with the number and the venues of the simulated feeds, which are all but the user's own files.

    `feeds` are rows of feed_status in a release of the simulated market.
    """
    simulated = [feed for feed in feeds if feed["venue"] != OWN_FILES]
    venues = ", ".join(sorted({feed["venue"] for feed in simulated}))
    return f"simulated: {len(simulated)} feeds of {venues}; the others come with --market live"


def shortened(names: Sequence[str]) -> str:
    """The names, of which the first NAMED are named and the others counted."""
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def relay_trouble(market: Market) -> str | None:
    """One line when the market is a relay that accepts no connection, else None."""
    if not market.url:
        return None
    parts = urlsplit(market.url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        with socket.create_connection((parts.hostname or "", port), CONNECT_SECONDS):
            return None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return f"the relay {market.url} accepts no connection ({reason}); start it, or choose another --market"
