"""Whether a run can skip work: a hash of everything that a release is made from, and one of the dbt views."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path

import duckdb

from ingest.landing import OWN_RECORDS
from ingest.windows import Window
from regimes import load_parameters
from warehouse.connection import first_row
from warehouse.location import Warehouse
from warehouse.reading import read_latest
from warehouse.run_context import RunContext
from warehouse.settings import PROJECT

# Patterns, because warehouse/data lies inside the package and holds whole warehouses.
DBT = (
    "dbt_project/dbt_project.yml",
    "dbt_project/models/**/*.sql",
    "dbt_project/models/**/*.yml",
    "dbt_project/macros/**/*.sql",
    "dbt_project/seeds/**/*.csv",
    "dbt_project/tests/**/*.sql",
)
CODE = (
    "brief/*.py",
    "brief/templates/*",
    "brief/assets/**/*.css",
    "brief/assets/**/*.js",
    *DBT,
    "regimes/**/*.py",
    "regimes/*.toml",
    "tables/**/*.py",
    "warehouse/*.py",
    "warehouse/publishing/*.py",
)
# What the statements are made by that a run repeats. A table by day keeps the query of what it is made from.
STATEMENTS = (*DBT, "warehouse/compiled_models.py", "warehouse/tables_by_day.py", "orchestration/internals/dbt_*.py")
COMPILERS = ("dbt-core", "dbt-duckdb")
VIEWS_MADE = "CREATE TABLE IF NOT EXISTS ops.views_made (project VARCHAR NOT NULL, definitions VARCHAR NOT NULL)"


def fingerprint(connection: duckdb.DuckDBPyConnection, run: RunContext) -> str:
    """A hash of the loaded segments with rows, the days, the instruments, skipped feeds, the code, and finality."""
    day_ended = Window.of_days(run.calendar.last_day, run.calendar.last_day).end
    is_final = run.now >= day_ended + timedelta(minutes=load_parameters().gate.provisional_minutes)
    digest = hashlib.sha256(f"{run.calendar} {is_final}".encode())
    for query in (
        # What was published is an output. As an input it would make every run find something new.
        f"SELECT segment FROM raw.load_ledger WHERE row_count > 0 AND feed NOT IN {OWN_RECORDS} ORDER BY segment",  # noqa: S608
        "SELECT * FROM ops.instruments ORDER BY ALL",
        "SELECT * FROM ops.contract_terms ORDER BY ALL",
        "SELECT feed, arg_max_null(skipped, rowid) FROM ops.pulls GROUP BY feed ORDER BY feed",
    ):
        digest.update(repr(connection.execute(query).fetchall()).encode())
    for file in files_of(CODE):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def published_fingerprint(warehouse: Warehouse) -> str | None:
    """The fingerprint of the current release, None when nothing is published."""
    published = read_latest(warehouse)
    return None if published is None else str(published["inputs"])


def views_are_current(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the views are as the dbt project last made them, and the project has not changed since.

    A view may have been built with other variables since, such as `as_of`, which become part of its definition.
    """
    connection.execute(VIEWS_MADE)
    return first_row(connection, "SELECT project, definitions FROM ops.views_made") == _view_hashes(connection)


def remember_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Write down that all views have just been made from the project."""
    connection.execute(
        "CREATE OR REPLACE TABLE ops.views_made AS SELECT ? AS project, ? AS definitions", _view_hashes(connection)
    )


def files_of(patterns: Iterable[str]) -> Iterator[Path]:
    """The project's files that match `patterns`, always in the same order."""
    for pattern in patterns:
        yield from sorted(PROJECT.glob(pattern))


def _view_hashes(connection: duckdb.DuckDBPyConnection) -> tuple[str, str]:
    """Hashes of the dbt project with what compiles it, and of the definitions of all views in the database."""
    project = hashlib.sha256(repr([version(name) for name in COMPILERS]).encode())
    for file in files_of(STATEMENTS):
        project.update(file.read_bytes())
    query = "SELECT schema_name, view_name, sql FROM duckdb_views() WHERE NOT internal ORDER BY ALL"
    definitions = repr(connection.execute(query).fetchall()).encode()
    return project.hexdigest(), hashlib.sha256(definitions).hexdigest()
