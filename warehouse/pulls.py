"""How each pull of a feed went: written down by the run, read for the feed's status and the fingerprint."""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb

from ingest.pull import Pulled

PULLS = """
    CREATE TABLE IF NOT EXISTS ops.pulls (
        feed VARCHAR NOT NULL, run_id VARCHAR NOT NULL, pulled_at TIMESTAMP NOT NULL, row_count BIGINT NOT NULL,
        quarantined BIGINT NOT NULL, segments BIGINT NOT NULL, requests BIGINT NOT NULL, retries BIGINT NOT NULL,
        received_bytes BIGINT NOT NULL, skipped VARCHAR, notes VARCHAR
    )"""


def make_pulls(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `ops.pulls` where it is missing: before a first pull there is nothing to say, and who asks may ask."""
    connection.execute(PULLS)


def record_pull(connection: duckdb.DuckDBPyConnection, pulled: Pulled, run_id: str, now: datetime) -> None:
    """Write down how a pull went, for `status` and for the published `feed_status`."""
    make_pulls(connection)
    connection.execute(
        "INSERT INTO ops.pulls VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            pulled.feed, run_id, now.astimezone(UTC).replace(tzinfo=None), pulled.rows, pulled.quarantined,
            len(pulled.segments), pulled.traffic.requests, pulled.traffic.retries, pulled.traffic.bytes, pulled.skipped,
            "\n".join(pulled.notes) or None,
        ],
    )  # fmt: skip
