"""Where the published labels are kept: segments of revisions, loaded like everything that landed, never overwritten.

What makes a revision is decided in `regimes.revisions`.
"""

from __future__ import annotations

from datetime import datetime

import duckdb
import polars as pl

from ingest.landing import INGESTED_AT, REVISIONS, Landing
from ingest.windows import Window
from regimes import REVISION_COLUMNS
from warehouse.connection import identifier
from warehouse.raw import create_tables, load_segments

AS_OF = "regimes_as_of"


def known_revisions(connection: duckdb.DuckDBPyConnection, landing: Landing) -> pl.DataFrame:
    """Every revision that landed, loaded first; `available_at` is when it did (UTC)."""
    create_tables(connection)
    load_segments(connection, landing)
    # Not stored in the row: landing keeps the order of segments even when the clock stood still between two runs.
    columns = ", ".join(
        f"{INGESTED_AT} AS available_at" if c.name == "available_at" else identifier(c.name) for c in REVISION_COLUMNS
    )
    return connection.sql(f"SELECT {columns} FROM raw.{REVISIONS} ORDER BY asset, day, revision").pl()  # noqa: S608


def keep_revisions(
    connection: duckdb.DuckDBPyConnection, landing: Landing, revisions: pl.DataFrame, now: datetime
) -> None:
    """Land new revisions, before anything shows them: a label is never published without its record."""
    if revisions.height:
        first, last = revisions["day"].min(), revisions["day"].max()
        landing.record(REVISIONS, revisions, Window.of_days(first, last), now)  # type: ignore[arg-type]
        load_segments(connection, landing)


def as_of_macro() -> str:
    """The statement that makes `regimes_as_of(ts)`: of each day the newest revision that was available at `ts` (UTC).

    The columns are spelled out, without is_latest: what was known then does not change later.
    """
    columns = ", ".join(identifier(c.name) for c in REVISION_COLUMNS)
    ranked = "row_number() OVER (PARTITION BY asset, day ORDER BY revision DESC) AS newest"
    known = f"SELECT {columns}, {ranked} FROM regime_revisions WHERE available_at <= CAST(ts AS TIMESTAMP)"  # noqa: S608
    return f"CREATE MACRO {AS_OF}(ts) AS TABLE SELECT {columns} FROM ({known}) WHERE newest = 1 ORDER BY asset, day"  # noqa: S608
