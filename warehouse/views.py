"""Whether the views in the build database are those of the dbt project as it is now, so that a run may leave them."""

from __future__ import annotations

import hashlib

import duckdb

from warehouse.connection import first_row
from warehouse.fingerprint import DBT, files_of

MADE = "CREATE TABLE IF NOT EXISTS ops.views_made (project VARCHAR NOT NULL, definitions VARCHAR NOT NULL)"


def views_stand(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the views are the ones that the project made last, and the project is what it was then.

    Somebody may have built with other vars since, such as `as_of`, which become part of a view.
    """
    connection.execute(MADE)
    return first_row(connection, "SELECT project, definitions FROM ops.views_made") == _now(connection)


def remember_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Write down that all views have just been made from the project."""
    connection.execute(
        "CREATE OR REPLACE TABLE ops.views_made AS SELECT ? AS project, ? AS definitions", _now(connection)
    )


def _now(connection: duckdb.DuckDBPyConnection) -> tuple[str, str]:
    project = hashlib.sha256()
    for file in files_of(DBT):
        project.update(file.read_bytes())
    query = "SELECT schema_name, view_name, sql FROM duckdb_views() WHERE NOT internal ORDER BY ALL"
    definitions = repr(connection.execute(query).fetchall()).encode()
    return project.hexdigest(), hashlib.sha256(definitions).hexdigest()
