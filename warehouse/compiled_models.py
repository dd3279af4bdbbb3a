"""Models and data tests as dbt compiled them, kept in the database that it built, and the same statements once more.

While the dbt project stays as it is, a run needs no dbt: what it compiles would be the same. A table keeps the columns,
types and comments that dbt gave it; only its rows are replaced.
"""

# ruff: noqa: S608 - queries, relations and names are those of the project, as dbt compiled them

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from warehouse.fingerprint import remember_views, views_are_current
from warehouse.tables_by_day import make_again, note_facts

COMPILED = """
    CREATE TABLE IF NOT EXISTS ops.compiled (
        position BIGINT NOT NULL, name VARCHAR NOT NULL, query VARCHAR NOT NULL, relation VARCHAR, facts VARCHAR,
        is_error BOOLEAN
    )"""


@dataclass(frozen=True)
class CompiledModel:
    """A model that is a table. `facts` is the query of what it is made from if it is made day by day."""

    name: str
    query: str
    relation: str
    facts: str | None = None


@dataclass(frozen=True)
class CompiledTest:
    """A data test, whose query returns the rows that break it. If it `is_error`, one such row stops the run."""

    name: str
    query: str
    is_error: bool


Compiled = CompiledModel | CompiledTest


@dataclass(frozen=True)
class Repeated:
    """One of them, how long it took, and how many rows break it if it is a test."""

    compiled: Compiled
    seconds: float
    failures: int = 0


def remember(connection: duckdb.DuckDBPyConnection, compiled: Sequence[Compiled]) -> None:
    """Keep what dbt has just built, each after what it reads, and that the views are as dbt made them.

    To be called in an open transaction, after dbt has built everything.
    """
    rows = [
        (position, one.name, one.query, one.relation, one.facts, None)
        if isinstance(one, CompiledModel)
        else (position, one.name, one.query, None, None, one.is_error)
        for position, one in enumerate(compiled)
    ]
    forget(connection)
    connection.executemany("INSERT INTO ops.compiled VALUES (?, ?, ?, ?, ?, ?)", rows)
    for one in compiled:
        if isinstance(one, CompiledModel) and one.facts:
            note_facts(connection, one.name, one.facts)
    remember_views(connection)


def forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Remove what dbt built before. To be called before dbt builds anything: a build that fails leaves other tables."""
    connection.execute(f"DROP TABLE IF EXISTS ops.compiled; {COMPILED}")


def remembered(connection: duckdb.DuckDBPyConnection) -> list[Compiled]:
    """What dbt built last, in its order. Empty if the project or a view has changed since, or dbt has not built yet."""
    connection.execute(COMPILED)
    if not views_are_current(connection):
        return []
    rows = connection.execute(
        "SELECT name, query, relation, facts, is_error FROM ops.compiled ORDER BY position"
    ).fetchall()
    return [
        CompiledModel(name, query, relation, facts) if relation else CompiledTest(name, query, is_error)
        for name, query, relation, facts, is_error in rows
    ]


def repeat(connection: duckdb.DuckDBPyConnection, one: Compiled) -> Repeated:
    """Make a table again, or run a test, in an open transaction. Raises duckdb.Error."""
    begun, failures = time.perf_counter(), 0
    if isinstance(one, CompiledTest):
        ((failures,),) = connection.execute(f"SELECT count(*) FROM ({one.query}\n)").fetchall()
    elif one.facts:
        make_again(connection, one.name, one.relation, one.query, one.facts)
    else:
        connection.execute(f"DELETE FROM {one.relation}")
        connection.execute(f"INSERT INTO {one.relation} BY NAME {one.query}")
    return Repeated(one, time.perf_counter() - begun, failures)
