"""Whether anything could come out differently than in the last release: a hash over all that goes into one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import duckdb

from ingest.landing import REVISIONS
from regimes import load_parameters
from warehouse.location import Warehouse
from warehouse.present import Present
from warehouse.reading import latest

PROJECT = Path(__file__).resolve().parents[1]
# Patterns, because warehouse/data lies inside the package and holds whole warehouses.
DBT = (
    "dbt_project/dbt_project.yml",
    "dbt_project/models/**/*.sql",
    "dbt_project/models/**/*.yml",
    "dbt_project/macros/**/*.sql",
    "dbt_project/seeds/**/*.csv",
)
CODE = ("brief/*.py", "brief/templates/*", *DBT, "regimes/*.py", "regimes/*.toml", "warehouse/*.py")


def fingerprint(connection: duckdb.DuckDBPyConnection, present: Present) -> str:
    """Over the loaded segments that hold rows, the calendar, the instruments, skipped feeds, the code, and finality."""
    ended = datetime.combine(present.calendar.last_day, time.min, tzinfo=UTC) + timedelta(days=1)
    final = present.now >= ended + timedelta(minutes=load_parameters().gate.provisional_minutes)
    digest = hashlib.sha256(f"{present.calendar} {final}".encode())
    for query in (
        # What was published is what comes out; as an input it would make every run find something new.
        f"SELECT segment FROM raw.load_ledger WHERE row_count > 0 AND feed <> '{REVISIONS}' ORDER BY segment",  # noqa: S608
        "SELECT * FROM ops.instruments ORDER BY ALL",
        "SELECT feed, arg_max_null(skipped, rowid) FROM ops.pulls GROUP BY feed ORDER BY feed",
    ):
        digest.update(repr(connection.execute(query).fetchall()).encode())
    for file in files_of(CODE):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def files_of(patterns: Iterable[str]) -> Iterable[Path]:
    """The project's files that match, in an order that is always the same."""
    for pattern in patterns:
        yield from sorted(PROJECT.glob(pattern))


def published_fingerprint(warehouse: Warehouse) -> str | None:
    """What the current release was made from, None when nothing is published."""
    published = latest(warehouse)
    return None if published is None else str(published["inputs"])
