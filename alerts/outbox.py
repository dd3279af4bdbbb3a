"""Alerts that are to be delivered and those that were, one row per alert and channel, in an SQLite file.

The row is written before the first attempt, so that a process that dies loses nothing. A process claims the rows that
it is about to send, so that two processes do not send the same alert.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

FILE = "alerts.sqlite"  # in the warehouse's directory
CLAIM = timedelta(minutes=5)  # longer than one process takes for one channel's attempts
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)  # between runs; doubled after every failure
GIVEN_UP_AFTER = timedelta(hours=24)
KEPT = timedelta(days=90)

SCHEMA = """
CREATE TABLE IF NOT EXISTS deliveries (
    alert TEXT NOT NULL,
    channel TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    added_at TEXT NOT NULL,
    not_before TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    claimed_until TEXT,
    sent_at TEXT,
    given_up_at TEXT,
    reason TEXT,
    PRIMARY KEY (alert, channel)
)"""


@dataclass(frozen=True)
class Delivery:
    """One alert for one channel. Times are UTC. `reason` says why the last attempt failed."""

    alert: str
    channel: str
    title: str
    text: str
    attempts: int
    reason: str | None
    given_up: bool = False


class Outbox:
    """The file below a directory; made when it is missing."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE

    def add(
        self, alert: str, channels: Iterable[str], title: str, text: str, now: datetime, not_before: datetime
    ) -> None:
        """Add an alert for each channel that does not have it yet."""
        rows = [(alert, channel, title, text, _stamp(now), _stamp(not_before)) for channel in channels]
        with self._open() as database:
            database.executemany(
                "INSERT INTO deliveries (alert, channel, title, text, added_at, not_before) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                rows,
            )

    def claim(self, channel: str, now: datetime) -> list[Delivery]:
        """The due deliveries of a channel, oldest first, which no other process gets before the claim ends."""
        due = (
            "channel = ? AND sent_at IS NULL AND given_up_at IS NULL"
            " AND not_before <= ? AND coalesce(claimed_until, '') <= ?"
        )
        with self._open() as database:
            found = database.execute(
                f"SELECT alert, channel, title, text, attempts, reason FROM deliveries WHERE {due}"  # noqa: S608 - a constant
                " ORDER BY added_at, alert",
                (channel, _stamp(now), _stamp(now)),
            ).fetchall()
            database.executemany(
                "UPDATE deliveries SET claimed_until = ? WHERE alert = ? AND channel = ?",
                [(_stamp(now + CLAIM), alert, channel) for alert, *_ in found],
            )
        return [Delivery(*row) for row in found]

    def sent(self, deliveries: Sequence[Delivery], now: datetime) -> None:
        """Note that these were delivered; they are never sent again."""
        with self._open() as database:
            database.executemany(
                "UPDATE deliveries SET sent_at = ?, attempts = attempts + 1, reason = NULL"
                " WHERE alert = ? AND channel = ?",
                [(_stamp(now), one.alert, one.channel) for one in deliveries],
            )
            database.execute("DELETE FROM deliveries WHERE added_at < ?", (_stamp(now - KEPT),))

    def failed(self, deliveries: Sequence[Delivery], reason: str, now: datetime) -> None:
        """Note a failure. The next attempt is due after a wait that doubles; after a day there is none."""
        with self._open() as database:
            for one in deliveries:
                wait = min(FIRST_WAIT * 2 ** min(one.attempts, 10), LONGEST_WAIT)
                database.execute(
                    "UPDATE deliveries SET attempts = attempts + 1, reason = ?, not_before = ?, claimed_until = NULL,"
                    " given_up_at = CASE WHEN added_at <= ? THEN ? END WHERE alert = ? AND channel = ?",
                    (reason, _stamp(now + wait), _stamp(now - GIVEN_UP_AFTER), _stamp(now), one.alert, one.channel),
                )

    def undelivered(self) -> list[Delivery]:
        """What is waiting after a failure, and what was given up."""
        if not self._path.exists():
            return []
        with self._open() as database:
            found = database.execute(
                "SELECT alert, channel, title, text, attempts, reason, given_up_at IS NOT NULL FROM deliveries"
                " WHERE sent_at IS NULL AND attempts > 0 ORDER BY added_at, alert, channel"
            ).fetchall()
        return [Delivery(*row) for row in found]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """The database in one transaction, which keeps other writers out."""
        database = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        try:
            database.execute("BEGIN IMMEDIATE")
            database.execute(SCHEMA)
            yield database
            database.execute("COMMIT")
        except BaseException:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise
        finally:
            database.close()


def _stamp(moment: datetime) -> str:
    """A time as text that sorts by time; all are in UTC."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")
