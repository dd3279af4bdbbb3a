"""The raw tables, made from the feeds' schemas, and the ledger of the segments loaded into them.

Loading a segment and writing it down is one transaction: a crash at any point neither loses nor doubles a row.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import groupby
from operator import itemgetter

import duckdb
import polars as pl

from ingest.coverage import Coverage
from ingest.errors import IngestError
from ingest.feed import Feed, Part
from ingest.feeds import LANDED
from ingest.landing import INGESTED_AT, QUARANTINE, QUARANTINE_SCHEMA, RECORDS, REVISIONS, Landing, Segment
from ingest.schema import comment_of
from ingest.windows import Window
from regimes import REVISION_COLUMNS
from warehouse.connection import first_row, identifier, literal, transaction

SQL_TYPES: dict[type[pl.DataType], str] = {
    pl.String: "VARCHAR",
    pl.Float64: "DOUBLE",
    pl.Int64: "BIGINT",
    pl.Boolean: "BOOLEAN",
    pl.Date: "DATE",
    pl.Datetime: "TIMESTAMP",
}
LINEAGE = {
    INGESTED_AT: ("TIMESTAMP", "When the row was fetched (UTC)"),
    "segment": ("VARCHAR", "Landed file the row came from"),
}

# Where what is held begins and ends: where one part ends and another begins nothing changes, so that years of daily
# parts are a few edges, and the rest need not become objects.
EDGES = """
    WITH parts AS (SELECT series, channel, is_absent, start_at, end_at FROM ops.coverage WHERE feed = ?),
    edges AS (
        SELECT series, channel, is_absent, start_at AS moment, 1 AS parts FROM parts
        UNION ALL
        SELECT series, channel, is_absent, end_at, -1 FROM parts
    )
    SELECT series, channel, is_absent, moment, sum(parts) AS begun
    FROM edges
    GROUP BY series, channel, is_absent, moment
    HAVING begun <> 0
    ORDER BY series, channel, is_absent, moment
"""
ARCHIVES_HELD = """
    SELECT part.series, part.start_at, part.end_at, part.row_count, part.url, part.sha256
    FROM ops.coverage AS part JOIN raw.load_ledger AS loaded ON loaded.segment = part.segment
    WHERE part.feed = ? AND part.channel = 'archive' AND part.sha256 IS NOT NULL AND part.end_at > ?
    QUALIFY row_number() OVER (PARTITION BY part.url ORDER BY loaded.ingested_at DESC) = 1
    ORDER BY part.url
"""
OWN_FILES = "SELECT DISTINCT sha256 FROM ops.coverage WHERE feed = ? AND channel = 'inbox' AND sha256 IS NOT NULL"


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make what is missing of schemas, raw tables and ledger.

    A raw table whose columns are not its schema's any more is dropped with its ledger rows: landing fills it anew.
    All of it is one transaction.
    """
    with transaction(connection):
        connection.execute("CREATE SCHEMA IF NOT EXISTS raw")
        connection.execute("CREATE SCHEMA IF NOT EXISTS ops")
        connection.execute("""
            CREATE TABLE IF NOT EXISTS raw.load_ledger (
                segment VARCHAR PRIMARY KEY, feed VARCHAR NOT NULL, row_count BIGINT NOT NULL,
                size_bytes BIGINT NOT NULL, ingested_at TIMESTAMP NOT NULL, loaded_at TIMESTAMP NOT NULL
            )""")
        connection.execute("""
            CREATE TABLE IF NOT EXISTS ops.coverage (
                feed VARCHAR NOT NULL, series VARCHAR NOT NULL, channel VARCHAR NOT NULL, start_at TIMESTAMP NOT NULL,
                end_at TIMESTAMP NOT NULL, row_count BIGINT NOT NULL, url VARCHAR, sha256 VARCHAR,
                is_absent BOOLEAN NOT NULL, segment VARCHAR NOT NULL
            )""")
        # An archive that was asked for again is absent as often, or there after all.
        connection.execute("""
            CREATE OR REPLACE VIEW ops.known_gaps AS
            SELECT DISTINCT ON (feed, url) * FROM ops.coverage AS gap
            WHERE is_absent AND NOT EXISTS (
                SELECT 1 FROM ops.coverage AS found
                WHERE found.feed = gap.feed AND found.url = gap.url AND NOT found.is_absent
            )""")
        described = {feed.name: feed for feed in LANDED}
        standing = _standing(connection)
        for table, columns in _wanted().items():
            if standing.get(table) != columns:
                _create(connection, table, columns)
                if table in described:
                    _describe(connection, described[table])


def load_segments(connection: duckdb.DuckDBPyConnection, landing: Landing, feed: Feed | None = None) -> int:
    """Load the segments that the ledger lacks, oldest first, of one feed or of all; returns the rows loaded.

    Of all means the records of what no venue can be asked for again as well.

    Raises IngestError when a segment cannot be read: what was loaded before stays.
    """
    folders = [feed.name, QUARANTINE] if feed else [*(f.name for f in LANDED), *RECORDS]
    ledger = connection.execute("SELECT segment FROM raw.load_ledger WHERE list_contains(?, feed)", [folders])
    known = {name for (name,) in ledger.fetchall()}
    return sum(_load(connection, landing, segment) for segment in landing.segments(folders, known))


def coverage(connection: duckdb.DuckDBPyConnection, feed: str) -> Coverage:
    """What the loaded segments of `feed` answer for, and which of the user's files they hold."""
    held = Coverage()
    for (series, channel, absent), edges in groupby(connection.execute(EDGES, [feed]).fetchall(), itemgetter(0, 1, 2)):
        windows, running = [], 0
        for *_, moment, begun in edges:
            if running == 0:
                start = _utc(moment)
            running += begun
            if running == 0:
                windows.append(Window(start, _utc(moment)))
        held.hold(series, channel, windows, absent=absent)
    held.know_content(sum_of for (sum_of,) in connection.execute(OWN_FILES, [feed]).fetchall())
    return held


def archives_held(connection: duckdb.DuckDBPyConnection, feed: Feed, since: datetime) -> tuple[Part, ...]:
    """The archives of `feed` whose windows end after `since`, each with the sum it was last taken by."""
    found = connection.execute(ARCHIVES_HELD, [feed.name, _naive(since)]).fetchall()
    return tuple(
        Part(series, "archive", Window(_utc(start), _utc(end)), rows, url, sha256)
        for series, start, end, rows, url, sha256 in found
    )


def last_landed(connection: duckdb.DuckDBPyConnection, feed: Feed) -> datetime | None:
    """When the newest loaded segment of `feed` was fetched (UTC), None without one."""
    (moment,) = first_row(connection, "SELECT max(ingested_at) FROM raw.load_ledger WHERE feed = ?", [feed.name]) or (
        None,
    )
    return _utc(moment) if moment else None


def reach(connection: duckdb.DuckDBPyConnection, feed: Feed) -> tuple[datetime | None, datetime | None, int]:
    """First and last observation (UTC) and number of rows of a feed's raw table."""
    observed = identifier(feed.observed)
    first, last, rows = first_row(
        connection,
        f"SELECT min({observed})::TIMESTAMP, max({observed})::TIMESTAMP, count(*) FROM raw.{identifier(feed.name)}",  # noqa: S608
    ) or (None, None, 0)
    return first, last, rows


def days_with_rows(connection: duckdb.DuckDBPyConnection, feed: Feed, first: date, last: date) -> int:
    """On how many days from `first` to `last` each symbol of a feed has rows, summed over the symbols."""
    observed, symbol = identifier(feed.observed), identifier(feed.key[0])
    if feed.stamped_at_end:
        observed = f"{observed} - INTERVAL 1 MICROSECOND"
    (found,) = first_row(
        connection,
        f"SELECT count(DISTINCT ({symbol}, CAST({observed} AS DATE))) FROM raw.{identifier(feed.name)}"  # noqa: S608
        f" WHERE CAST({observed} AS DATE) BETWEEN ? AND ?",
        [first, last],
    ) or (0,)
    return int(found)


def _wanted() -> dict[str, dict[str, str]]:
    """Name and SQL type of each column, by raw table."""
    lineage = {name: sql_type for name, (sql_type, _) in LINEAGE.items()}
    typed = {
        **{feed.name: feed.rows_schema() for feed in LANDED},
        REVISIONS: {column.name: column.dtype for column in REVISION_COLUMNS},
    }
    tables = {t: {name: SQL_TYPES[dtype.base_type()] for name, dtype in typed[t].items()} for t in typed}
    return {
        t: {**c, **lineage} for t, c in (tables | {QUARANTINE: dict.fromkeys(QUARANTINE_SCHEMA, "VARCHAR")}).items()
    }


def _create(connection: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str]) -> None:
    name = f"raw.{identifier(table)}"
    connection.execute(f"DROP TABLE IF EXISTS {name}")
    connection.execute("DELETE FROM raw.load_ledger WHERE feed = ?", [table])
    connection.execute("DELETE FROM ops.coverage WHERE feed = ?", [table])
    connection.execute(f"CREATE TABLE {name} ({', '.join(f'{identifier(c)} {t}' for c, t in columns.items())})")


def _standing(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Name and SQL type of each column as they stand, by raw table: one query, for DuckDB looks through them all."""
    found: dict[str, dict[str, str]] = {}
    for table, column, sql_type in connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE schema_name = 'raw'"
        " ORDER BY table_name, column_index"
    ).fetchall():
        found.setdefault(table, {})[column] = sql_type
    return found


def _required(feed: str) -> set[str]:
    """The columns without which a segment cannot be loaded. One that may be null came later than older segments."""
    if feed in RECORDS:
        return set()
    (named,) = (one for one in LANDED if one.name == feed)
    return {name for name, column in named.schema.columns.items() if not column.nullable}


def _describe(connection: duckdb.DuckDBPyConnection, feed: Feed) -> None:
    table = f"raw.{identifier(feed.name)}"
    connection.execute(f"COMMENT ON TABLE {table} IS {literal(feed.description)}")
    for name, column in feed.schema.columns.items():
        connection.execute(f"COMMENT ON COLUMN {table}.{identifier(name)} IS {literal(comment_of(column))}")
    for name, (_, comment) in LINEAGE.items():
        connection.execute(f"COMMENT ON COLUMN {table}.{identifier(name)} IS {literal(comment)}")


def _load(connection: duckdb.DuckDBPyConnection, landing: Landing, segment: Segment) -> int:
    path, parts = landing.path(segment), landing.parts(segment)
    try:
        landed = pl.read_parquet_schema(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise IngestError(
            f"{segment.name} is not readable: {error}; restore it from a backup, or move it away"
        ) from error
    stands = {name for name, *_ in connection.execute(f"DESCRIBE raw.{identifier(segment.feed)}").fetchall()}
    if lost := _required(segment.feed) - set(landed):
        raise IngestError(
            f"{segment.name} lacks {', '.join(sorted(lost))}, which its feed has by now; move it away and fetch it anew"
        )
    columns = ", ".join(identifier(name) for name in landed if name in stands)
    with transaction(connection):
        connection.execute(
            f"INSERT INTO raw.{identifier(segment.feed)} ({columns}, segment) SELECT {columns}, ? FROM read_parquet(?)",  # noqa: S608
            [segment.name, str(path)],
        )
        (count,) = first_row(connection, "SELECT count(*) FROM read_parquet(?)", [str(path)]) or (0,)
        connection.execute(
            "INSERT INTO raw.load_ledger VALUES (?, ?, ?, ?, ?, ?)",
            [
                segment.name,
                segment.feed,
                count,
                path.stat().st_size,
                _naive(segment.ingested_at),
                _naive(datetime.now(UTC)),
            ],
        )
        _write_parts(connection, segment, parts)
    return int(count)


def _write_parts(connection: duckdb.DuckDBPyConnection, segment: Segment, parts: Iterable[Part]) -> None:
    frame = pl.DataFrame(
        [
            (segment.feed, p.series, p.channel, _naive(p.window.start), _naive(p.window.end), p.rows, p.url, p.sha256,
             p.absent, segment.name)
            for p in parts
        ],
        schema={
            "feed": pl.String, "series": pl.String, "channel": pl.String, "start_at": pl.Datetime("us"),
            "end_at": pl.Datetime("us"), "row_count": pl.Int64, "url": pl.String, "sha256": pl.String,
            "is_absent": pl.Boolean, "segment": pl.String,
        },
        orient="row",
    )  # fmt: skip
    connection.register("parts_of_segment", frame)
    connection.execute("INSERT INTO ops.coverage BY NAME SELECT * FROM parts_of_segment")
    connection.unregister("parts_of_segment")


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)
