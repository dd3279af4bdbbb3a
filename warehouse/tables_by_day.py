"""Tables that are made again only for the days whose rows have changed since they were made last (ADR 20).

`ops.built_from` has what each table was made from, as facts: a hash of its query, the definitions of the views that it
reads, the columns of their raw tables, a hash of the rows of every table that is no feed, and each loaded segment. New
segments cost the days of their rows. Any other difference, such as a segment that is gone, costs the whole table. The
result is what making everything gives. Rows and facts are written in one transaction.
"""

# ruff: noqa: S608 - queries, relations and names are those of the project, as dbt compiled them

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

import duckdb

from ingest.feeds import feed_named
from warehouse.connection import literal

# Written by the macro `in_days_to_build`: the moment of a row, and how many days before a day are read for it.
MARK = re.compile(r"\(true /\* in_days_to_build\(([\w.]+), (\d+)\) \*/\)")
# A row belongs to the day of its moment, or to the day before when it is a bar to the day after, and it is compared
# with a row of the next day.
REACH = "generate_series(-1, 2)"
NOW = "facts_now"
MOST_RANGES = 100  # hundreds of conditions cost more than they save
DAY = timedelta(days=1)


class Days(NamedTuple):
    """Days in a row, both ends included."""

    first: date
    last: date


@dataclass(frozen=True)
class Reads:
    """What a model reads, through views, as schema.table: views, raw tables of feeds, tables by day, other tables."""

    views: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    by_day: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def facts_query(query: str, reads: Reads) -> str:
    """A query of what a table with this `query` is made from now: `fact`, and `segment` for a segment with rows."""
    facts = [
        f"SELECT 'definition {hashlib.md5(query.encode(), usedforsecurity=False).hexdigest()}' AS fact,"
        " NULL AS segment",
        "SELECT 'view ' || schema_name || '.' || view_name || ' ' || md5(sql), NULL FROM duckdb_views()"
        f" WHERE schema_name || '.' || view_name IN {_listed(reads.views)}",
        "SELECT 'columns of ' || table_name || ' '"
        " || string_agg(column_name || ' ' || data_type, ', ' ORDER BY column_index), NULL FROM duckdb_columns()"
        f" WHERE schema_name || '.' || table_name IN {_listed(reads.feeds)} GROUP BY table_name",
        "SELECT segment, segment FROM raw.load_ledger"
        f" WHERE row_count > 0 AND feed IN {_listed(_table(one) for one in reads.feeds)}",
        "SELECT fact || ' through ' || model, segment FROM ops.built_from"
        f" WHERE model IN {_listed(_table(one) for one in reads.by_day)}",
        *(
            f"SELECT 'rows of {_table(one)} '"
            " || coalesce(md5(string_agg(row_text, chr(10) ORDER BY row_text)), ''), NULL"
            f" FROM (SELECT CAST(rows_of AS VARCHAR) AS row_text FROM {one} AS rows_of)"
            for one in reads.others
        ),
    ]
    return " UNION ALL ".join(facts)


def make_again(connection: duckdb.DuckDBPyConnection, name: str, relation: str, query: str, facts: str) -> None:
    """Make the days of `relation` that have changed since it was made last, or all of them, in an open transaction.

    `name` is the model's, `query` has the marks, and `facts` is its `facts_query`.
    """
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {NOW} AS {facts}")  # asked three times
    facts = f"SELECT * FROM {NOW}"
    changed = changed_days(connection, name, facts)
    if changed is None:
        connection.execute(f"DELETE FROM {relation}")
        connection.execute(f"INSERT INTO {relation} BY NAME {query}")
        connection.execute("DELETE FROM ops.built_from WHERE model = ?", [name])
    elif changed:
        inside = " OR ".join(f"day BETWEEN '{days.first}' AND '{days.last}'" for days in changed)
        connection.execute(f"DELETE FROM {relation} WHERE {inside}")
        connection.execute(
            f"INSERT INTO {relation} BY NAME SELECT * FROM ({narrowed(query, changed)}\n) WHERE {inside}"
        )
    note_facts(connection, name, facts)


def note_facts(connection: duckdb.DuckDBPyConnection, name: str, facts: str) -> None:
    """Write down what the table of the model `name` has just been made from."""
    connection.execute(
        f"INSERT INTO ops.built_from SELECT $name, fact, segment FROM ({facts})"
        " WHERE fact NOT IN (SELECT fact FROM ops.built_from WHERE model = $name)",
        {"name": name},
    )


def changed_days(connection: duckdb.DuckDBPyConnection, name: str, facts: str) -> list[Days] | None:
    """The days that new segments may have changed; None for all days."""
    before = "SELECT fact FROM ops.built_from WHERE model = $name"
    ((gone, changed, feeds),) = connection.execute(
        f"""
        SELECT
            count(*) FILTER (now.fact IS NULL),
            count(*) FILTER (before.fact IS NULL AND now.segment IS NULL),
            coalesce(list(DISTINCT split_part(now.segment, '/', 1)) FILTER (before.fact IS NULL), [])
        FROM ({before}) AS before FULL JOIN ({facts}) AS now ON before.fact = now.fact""",
        {"name": name},
    ).fetchall()
    if gone or changed:
        return None
    if not feeds:
        return []
    landed = " UNION ".join(
        f"""
        SELECT CAST({feed_named(feed).observed} AS DATE) AS day FROM raw.{feed}
        WHERE segment IN (SELECT segment FROM news) AND ingested_at >= (SELECT since FROM landed_since)"""
        for feed in sorted(feeds)
    )
    islands = connection.execute(
        f"""
        WITH
            news AS (
                SELECT DISTINCT segment FROM ({facts}) WHERE segment IS NOT NULL AND fact NOT IN ({before})
            ),
            landed_since AS (
                SELECT min(ingested_at) AS since FROM raw.load_ledger WHERE segment IN (SELECT segment FROM news)
            ),
            landed AS ({landed}),
            touched AS (SELECT DISTINCT (day + reach::INTEGER)::DATE AS day FROM landed, unnest({REACH}) AS _(reach))
        SELECT min(day), max(day)
        FROM (SELECT day, day - DATE '2000-01-01' - row_number() OVER (ORDER BY day) AS island FROM touched)
        GROUP BY island
        ORDER BY min(day)""",
        {"name": name},
    ).fetchall()
    return [Days(*island) for island in islands] if len(islands) <= MOST_RANGES else None


def narrowed(query: str, changed: Sequence[Days]) -> str:
    """The query with conditions in the place of its marks, so that it reads only what these days are made from."""

    def condition(mark: re.Match[str]) -> str:
        moment, days_before = mark[1], int(mark[2])
        bounds = ((_midnight(days.first - days_before * DAY), _midnight(days.last + DAY)) for days in changed)
        return f"({' OR '.join(f'{moment} BETWEEN {first} AND {last}' for first, last in bounds)})"

    return MARK.sub(condition, query)


def _midnight(day: date) -> str:
    return f"TIMESTAMP '{datetime.combine(day, datetime.min.time())}'"


def _table(relation: str) -> str:
    return relation.rpartition(".")[2]


def _listed(names: Iterable[str]) -> str:
    """Names as a list in SQL, never empty."""
    return f"({', '.join(map(literal, ('', *names)))})"
