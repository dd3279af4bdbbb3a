"""The tables of the schemas `raw` (one per feed, made from its schema) and `ops` (ledgers of loads and pulls)."""

from __future__ import annotations

import duckdb

from ingest.feed import Feed
from ingest.feeds import LANDED
from ingest.landing import EVENTS, INGESTED_AT, QUARANTINE, QUARANTINE_SCHEMA, READINGS, REVISIONS
from ingest.schema import column_of
from tables import field
from tables.published.hourly import EVENT, READING
from tables.published.regimes import REVISION
from warehouse.connection import identifier, literal, transaction
from warehouse.revision_names import landed_name

LINEAGE = (INGESTED_AT, "segment")  # columns that every raw table has besides those of its feed
LOAD_LEDGER = """
    CREATE TABLE IF NOT EXISTS raw.load_ledger (
        segment VARCHAR PRIMARY KEY, feed VARCHAR NOT NULL, row_count BIGINT NOT NULL,
        size_bytes BIGINT NOT NULL, ingested_at TIMESTAMP NOT NULL, loaded_at TIMESTAMP NOT NULL, modified_ns BIGINT
    )"""
LOAD_LEDGER_BEFORE_0_4 = "ALTER TABLE raw.load_ledger ADD COLUMN IF NOT EXISTS modified_ns BIGINT"
COVERAGE = """
    CREATE TABLE IF NOT EXISTS ops.coverage (
        feed VARCHAR NOT NULL, series VARCHAR NOT NULL, channel VARCHAR NOT NULL, start_at TIMESTAMP NOT NULL,
        end_at TIMESTAMP NOT NULL, row_count BIGINT NOT NULL, url VARCHAR, sha256 VARCHAR,
        is_absent BOOLEAN NOT NULL, answered_at TIMESTAMP, segment VARCHAR NOT NULL
    )"""
# A build database of an earlier version has no moments of absences: those are as of the segments that say them.
ANSWERED_AT = """
    ALTER TABLE ops.coverage ADD COLUMN IF NOT EXISTS answered_at TIMESTAMP;
    UPDATE ops.coverage SET answered_at = loaded.ingested_at
    FROM raw.load_ledger AS loaded
    WHERE coverage.is_absent AND coverage.answered_at IS NULL AND loaded.segment = coverage.segment"""
# A window that was requested several times is one gap, and none once its rows came.
KNOWN_GAPS = """
    CREATE OR REPLACE VIEW ops.known_gaps AS
    SELECT
        feed, series, channel, start_at, end_at, any_value(url) AS url,
        min(answered_at) AS first_answered_at, max(answered_at) AS last_answered_at
    FROM ops.coverage AS gap
    WHERE is_absent AND NOT EXISTS (
        SELECT 1 FROM ops.coverage AS found
        WHERE found.feed = gap.feed AND found.series = gap.series AND NOT found.is_absent
            AND found.start_at <= gap.start_at AND found.end_at >= gap.end_at
    )
    GROUP BY feed, series, channel, start_at, end_at"""
# What the dbt models that are built by day were built from, a row for each thing: warehouse/tables_by_day.py.
BUILT_FROM = """
    CREATE TABLE IF NOT EXISTS ops.built_from (model VARCHAR NOT NULL, fact VARCHAR NOT NULL, segment VARCHAR)"""
PULLS = """
    CREATE TABLE IF NOT EXISTS ops.pulls (
        feed VARCHAR NOT NULL, run_id VARCHAR NOT NULL, pulled_at TIMESTAMP NOT NULL, row_count BIGINT NOT NULL,
        quarantined BIGINT NOT NULL, segments BIGINT NOT NULL, requests BIGINT NOT NULL, retries BIGINT NOT NULL,
        received_bytes BIGINT NOT NULL, skipped VARCHAR, notes VARCHAR
    )"""


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the missing schemas and tables, in one transaction.

    A raw table whose columns differ from its feed's schema is dropped together with its ledger rows, so that the next
    load fills it from landing.
    """
    with transaction(connection):
        connection.execute("CREATE SCHEMA IF NOT EXISTS raw")
        connection.execute("CREATE SCHEMA IF NOT EXISTS ops")
        for statement in (LOAD_LEDGER, LOAD_LEDGER_BEFORE_0_4, COVERAGE, ANSWERED_AT, KNOWN_GAPS, BUILT_FROM, PULLS):
            connection.execute(statement)
        feeds = {feed.name: feed for feed in LANDED}
        existing = _existing_columns(connection)
        for table, columns in _expected_columns().items():
            if existing.get(table) != columns:
                _create_raw_table(connection, table, columns)
                if table in feeds:
                    _comment_raw_table(connection, feeds[table])


def _expected_columns() -> dict[str, dict[str, str]]:
    """Name and SQL type of each column, by raw table."""
    columns = {
        feed.name: {name: column_of(column).field.sql_type for name, column in feed.schema.columns.items()}
        for feed in LANDED
    }
    columns[REVISIONS] = {landed_name(name): field(name).sql_type for name in REVISION}
    columns[READINGS] = {name: field(name).sql_type for name in READING}
    columns[EVENTS] = {name: field(name).sql_type for name in EVENT}
    columns[QUARANTINE] = dict.fromkeys(QUARANTINE_SCHEMA, "VARCHAR")
    lineage = {name: field(name).sql_type for name in LINEAGE}
    return {table: {**own, **lineage} for table, own in columns.items()}


def _existing_columns(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Name and SQL type of each column, by raw table. One query for all, because each reads the whole catalog."""
    found: dict[str, dict[str, str]] = {}
    for table, column, sql_type in connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE schema_name = 'raw'"
        " ORDER BY table_name, column_index"
    ).fetchall():
        found.setdefault(table, {})[column] = sql_type
    return found


def _create_raw_table(connection: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str]) -> None:
    name = f"raw.{identifier(table)}"
    connection.execute(f"DROP TABLE IF EXISTS {name}")
    connection.execute("DELETE FROM raw.load_ledger WHERE feed = ?", [table])
    connection.execute("DELETE FROM ops.coverage WHERE feed = ?", [table])
    connection.execute(f"CREATE TABLE {name} ({', '.join(f'{identifier(c)} {t}' for c, t in columns.items())})")


def _comment_raw_table(connection: duckdb.DuckDBPyConnection, feed: Feed) -> None:
    table = f"raw.{identifier(feed.name)}"
    connection.execute(f"COMMENT ON TABLE {table} IS {literal(feed.description)}")
    comments = {name: column_of(column).comment({}) for name, column in feed.schema.columns.items()}
    comments |= {name: field(name).text for name in LINEAGE}
    for name, comment in comments.items():
        connection.execute(f"COMMENT ON COLUMN {table}.{identifier(name)} IS {literal(comment)}")
