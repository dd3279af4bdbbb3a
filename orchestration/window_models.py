"""The models behind the windows of the running day: dbt builds them, and later hours repeat the SQL that dbt compiled.

To import dbt, read the parsed project and run it takes most of the time of an hour. The compiled SQL changes only with
the project: the rows are in the raw tables, the days in `ops.calendar_window`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from orchestration.dbt_project import prepared_manifest
from orchestration.errors import PipelineError
from warehouse.compiled_models import CompiledModel, forget, remember, remembered, repeat
from warehouse.connection import first_line, transaction
from warehouse.location import Warehouse
from warehouse.now_database import now_database
from warehouse.raw_tables import create_tables

TAG = "window"
FEEDS_READ = "CREATE TABLE IF NOT EXISTS ops.window_feeds (feed VARCHAR NOT NULL)"


@dataclass(frozen=True)
class WindowModels:
    """The names of the feeds behind the windows, and the tables to make, each after those that it reads. Without tables
    dbt has to build the models."""

    feeds: set[str]
    tables: tuple[CompiledModel, ...] = ()


def window_models(warehouse: Warehouse) -> WindowModels:
    """The models as dbt built them last; as the project has them when it has changed since.

    Raises PipelineError when dbt cannot parse the project.
    """
    with now_database(warehouse) as connection:
        create_tables(connection)
        connection.execute(FEEDS_READ)
        tables = [one for one in remembered(connection) if isinstance(one, CompiledModel)]
        if tables:
            feeds = connection.execute("SELECT feed FROM ops.window_feeds").fetchall()
            return WindowModels({feed for (feed,) in feeds}, tuple(tables))
    # dbt takes seconds to import.
    from orchestration.internals.dbt_manifest import parsed_project, sources_of

    prepared_manifest()
    return WindowModels(sources_of(parsed_project(), TAG))


def build_windows(warehouse: Warehouse, models: WindowModels) -> None:
    """Make the tables behind the windows from the rows that are loaded, and the views if dbt has to build.

    Raises PipelineError when that fails.
    """
    if models.tables:
        _repeat(warehouse, models.tables)
        return
    from orchestration.internals.dbt_manifest import parsed_project
    from orchestration.internals.dbt_process import build_untested

    path = warehouse.now_database
    tables = build_untested(parsed_project(), path, path.parent, [f"+tag:{TAG}"])
    with now_database(warehouse) as connection:
        _remember(connection, models.feeds, tables)


def _repeat(warehouse: Warehouse, tables: Sequence[CompiledModel]) -> None:
    try:
        with now_database(warehouse) as connection, transaction(connection):
            for one in tables:
                repeat(connection, one)
    except duckdb.Error as error:
        with now_database(warehouse) as connection:
            forget(connection)  # dbt builds them in the next hour
        raise PipelineError(f"the models of the running day: {first_line(error)}") from error


def _remember(connection: duckdb.DuckDBPyConnection, feeds: set[str], tables: Sequence[CompiledModel]) -> None:
    with transaction(connection):
        connection.execute(FEEDS_READ)
        connection.execute("DELETE FROM ops.window_feeds")
        connection.executemany("INSERT INTO ops.window_feeds VALUES (?)", [[feed] for feed in sorted(feeds)])
        remember(connection, tables)
