"""The history of published labels: every revision is landed before it is shown, and readers can ask for any time.

`regimes.revisions` decides what makes a revision.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import duckdb
import polars as pl

from ingest.landing import INGESTED_AT, REVISIONS, Landing
from ingest.windows import Window
from tables.published.market import MARKET_DAILY
from tables.published.regimes import REVISION
from warehouse.connection import identifier
from warehouse.location import Warehouse
from warehouse.raw_loading import load_segments
from warehouse.raw_tables import create_tables
from warehouse.reading import OpenRelease, open_release, read_latest
from warehouse.revision_names import LANDED_NAMES, landed_name

AS_OF = "regimes_as_of"
# A day that lost its data, and no day since then has had enough.
STILL_WITHOUT_DATA = """(
    contains(kinds, 'degraded_data') AND NOT EXISTS (
        FROM regime_revisions AS later
        WHERE later.asset = regime_changes.asset AND later.day >= regime_changes.day
            AND later.is_latest AND later.data_status <> 'insufficient'
    ))"""


def landed_revisions(connection: duckdb.DuckDBPyConnection, landing: Landing) -> pl.DataFrame:
    """Every landed revision, after loading new segments. `available_at` is the time at which it landed (UTC)."""
    create_tables(connection)
    load_segments(connection, landing)
    # Not stored in the row: landing keeps segments in order even when the clock does not move between two runs.
    landed = {name: INGESTED_AT if name == "available_at" else landed_name(name) for name in REVISION}
    columns = ", ".join(f"{identifier(column)} AS {identifier(name)}" for name, column in landed.items())
    return connection.sql(f"SELECT {columns} FROM raw.{REVISIONS} ORDER BY asset, day, revision").pl()  # noqa: S608


def land_revisions(
    connection: duckdb.DuckDBPyConnection, landing: Landing, revisions: pl.DataFrame, now: datetime
) -> None:
    """Land and load new revisions. Call it before a table shows them: no label is published without its record."""
    if revisions.height:
        first, last = revisions["day"].min(), revisions["day"].max()
        landing.record(REVISIONS, revisions.rename(LANDED_NAMES), Window.of_days(first, last), now)  # type: ignore[arg-type]
        load_segments(connection, landing)


def as_of_macro() -> str:
    """The statement that creates `regimes_as_of(ts)`: for each day the newest revision available at `ts` (UTC).

    The macro lists the columns and leaves out is_latest, because what was known at `ts` does not change later.
    """
    columns = ", ".join(identifier(name) for name in REVISION)
    ranked = "row_number() OVER (PARTITION BY asset, day ORDER BY revision DESC) AS newest"
    known = f"SELECT {columns}, {ranked} FROM regime_revisions WHERE available_at <= CAST(ts AS TIMESTAMP)"  # noqa: S608
    return f"CREATE MACRO {AS_OF}(ts) AS TABLE SELECT {columns} FROM ({known}) WHERE newest = 1 ORDER BY asset, day"  # noqa: S608


def published_changes(warehouse: Warehouse, after: datetime | None) -> list[dict[str, Any]]:
    """Rows of the published regime_changes that became available after `after` (UTC, naive), oldest first.

    Each row has `simulated` and `market` in addition: the sentence of the market on its day, None without other assets.
    Without a time, only those of the newest publication. Of changes computed in a backfill only the beginning of an
    outage that still lasts is news, because no run may have been there when it began. Empty before the first release.
    """
    if read_latest(warehouse) is None:
        return []
    with open_release(warehouse) as release:
        rows = release.select(
            "SELECT * REPLACE (CASE WHEN is_backfill THEN 'degraded_data' ELSE kinds END AS kinds) FROM regime_changes"  # noqa: S608 - a constant
            f" WHERE (NOT is_backfill OR {STILL_WITHOUT_DATA}) AND available_at > coalesce(?::TIMESTAMP,"
            " (SELECT max(available_at) - INTERVAL 1 MICROSECOND FROM regime_revisions))"
            " ORDER BY available_at, asset, day, revision",
            [after],
        )
        market, simulated = _market_of_days(release), bool(release.latest["simulated"])
        return [{**row, "simulated": simulated, "market": market.get(row["day"])} for row in rows.to_dicts()]


def _market_of_days(release: OpenRelease) -> dict[date, str]:
    """The sentence of the market by day; empty for a release that was made before market_daily."""
    if not release.select("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [MARKET_DAILY.name]).height:
        return {}
    return dict(
        release.select(f"SELECT day, sentence FROM {MARKET_DAILY.name} WHERE asset_count > 1").iter_rows()  # noqa: S608
    )
