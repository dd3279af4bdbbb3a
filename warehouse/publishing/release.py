"""Writing a release: one DuckDB file, one Parquet file per table, `latest.json` and pages, and the switch to it.

A release is a directory of its own, and `published` is a link that is replaced by rename. Readers with old files open
keep them, the next open gets the new ones, and nobody waits.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ingest.durable import force_to_disk, locked
from regimes import load_parameters
from tables.published import PUBLISHED
from tables.published.operations import ABOUT
from warehouse.connection import first_row, identifier, literal
from warehouse.damage import set_aside
from warehouse.errors import WarehouseError
from warehouse.location import LATEST_JSON, NOW_JSON, PARQUET_FOLDER, PUBLISHED_DATABASE, SCHEMA_FOLDER, Warehouse
from warehouse.marts import comments_of
from warehouse.odd_paths import creatable
from warehouse.publishing.checksums import damage_of, seal
from warehouse.publishing.notice import SIMULATED
from warehouse.publishing.release_folders import (
    KEPT_RELEASES,
    place_now_json,
    release_folders,
    serial_of,
    switch_to,
)
from warehouse.publishing.schemas import schemas
from warehouse.storage.releases import put_release, stored_releases

STORAGE_VERSION = "v1.2.0"  # what DuckDB 1.2 and later can open
SORTED_BY = (
    "table_name",
    "asset",
    "series",
    "venue",
    "instrument",
    "market",
    "day",
    "window_ended_at",
    "happened_at",
    "revision",
    "label",
    "predicate",
    "feed",
    "first_day",
    "opened_on",
    "outcome",
    "pulled_at",
    "finding",
)


@dataclass(frozen=True)
class Release:
    """The content of a release. `about` is written to every Parquet file and to the table `about`.

    `macros` are CREATE MACRO statements over the tables. They name tables without a database, because readers attach
    the file under any name and then say USE. `files` are the pages, by their path in the release: either the text, or
    the path of the same page in an earlier release, which becomes a hard link.
    """

    tables: Sequence[str]
    about: Mapping[str, str]
    latest: Mapping[str, Any]
    simulated: bool
    macros: Sequence[str] = ()
    files: Mapping[str, str | Path] = field(default_factory=dict)


def publish(connection: duckdb.DuckDBPyConnection, warehouse: Warehouse, release: Release, now: datetime) -> Path:
    """Write a new release of tables in the schema `marts` and switch to it; returns its directory.

    A crash before the switch leaves the last release in place, and an unfinished directory that the next call removes.
    Raises WarehouseError when a table is missing or the release cannot be written.
    """
    name = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    taken = {folder.name for folder in release_folders(warehouse)}
    if warehouse.address:
        taken |= stored_releases(warehouse)
    serial = 1 + max(map(serial_of, taken), default=0)
    final = warehouse.releases / f"{name}-{serial:06d}"
    unfinished = warehouse.releases / f".unfinished-{os.getpid()}"
    try:
        for leftover in warehouse.releases.glob(".unfinished-*"):
            shutil.rmtree(leftover)
        (unfinished / PARQUET_FOLDER).mkdir(parents=True)
        with creatable(unfinished / PUBLISHED_DATABASE) as database:
            _write_database(connection, database, release)
        _write_parquet(connection, unfinished / PARQUET_FOLDER, release)
        _write_schemas(unfinished / SCHEMA_FOLDER, release)
        _write_text(unfinished / LATEST_JSON, json.dumps(release.latest, indent=2, allow_nan=False) + "\n")
        _write_files(unfinished, release.files)
        seal(unfinished)
        if warehouse.now_json.exists():
            shutil.copyfile(warehouse.now_json, unfinished / NOW_JSON)
        _sync_tree(unfinished)
        unfinished.rename(final)
        force_to_disk(warehouse.releases)
        if warehouse.address:
            _put_in_store(warehouse, final)
        with locked(warehouse.releases):
            switch_to(warehouse, final)
        place_now_json(warehouse)  # a newer one may have been placed in the release before
        for old in release_folders(warehouse)[:-KEPT_RELEASES]:
            shutil.rmtree(old)
    except (
        OSError,
        duckdb.IOException,
        duckdb.TransactionException,
    ) as error:
        # TransactionException is what a full disk raises at commit.
        reason = (isinstance(error, OSError) and error.strerror) or str(error).splitlines()[0]
        raise WarehouseError(
            f"cannot publish to {warehouse.releases}: {reason}; the last release stays as it was"
        ) from error
    return final


def mend(warehouse: Warehouse) -> None:
    """Move the newest release aside if it is not as it was published, and switch to the newest that is.

    Where none is left, nothing is published until the next run has made everything anew.
    """
    link = warehouse.published
    if link.is_symlink():
        why, damaged = damage_of(link.resolve()), link.resolve()
        if why is None:
            return
    elif link.exists():
        why, damaged = "is no link to a release", link
    elif warehouse.releases.exists() and not warehouse.address:
        why, damaged = "is gone", link
    else:
        return
    set_aside(warehouse.root, damaged, why, "published anew")
    link.unlink(missing_ok=True)
    for candidate in reversed(release_folders(warehouse)):
        if damage_of(candidate) is None:
            switch_to(warehouse, candidate)
            break


def _put_in_store(warehouse: Warehouse, folder: Path) -> None:
    """Publish the release on object storage first: a release that is not published there is none here either."""
    try:
        put_release(warehouse, folder)
    except WarehouseError:
        shutil.rmtree(folder)
        raise


def _write_database(connection: duckdb.DuckDBPyConnection, path: Path, release: Release) -> None:
    connection.execute(f"ATTACH {literal(str(path))} AS release (STORAGE_VERSION {literal(STORAGE_VERSION)})")
    try:
        for table in release.tables:
            connection.execute(f"CREATE TABLE release.main.{identifier(table)} AS {_select_sorted(connection, table)}")
        _copy_comments(connection, release)
        _write_about(connection, release)
        _create_macros(connection, release)
        connection.execute("CHECKPOINT release")
    finally:
        connection.execute("DETACH release")


def _write_about(connection: duckdb.DuckDBPyConnection, release: Release) -> None:
    table = f"release.main.{ABOUT.name}"
    typed = ", ".join(f"{field.name} {field.sql_type}" for field in ABOUT.fields)
    connection.execute(f"CREATE TABLE {table} ({typed})")
    connection.executemany(f"INSERT INTO {table} VALUES (?, ?)", list(release.about.items()))  # noqa: S608 - a constant
    connection.execute(f"COMMENT ON TABLE {table} IS {literal(ABOUT.description)}")
    for name, comment in comments_of(ABOUT).items():
        connection.execute(f"COMMENT ON COLUMN {table}.{name} IS {literal(comment)}")


def _create_macros(connection: duckdb.DuckDBPyConnection, release: Release) -> None:
    (home,) = first_row(connection, "SELECT current_database()") or ("memory",)
    connection.execute("USE release")  # DuckDB looks up the tables of a macro when it is created
    try:
        for macro in release.macros:
            connection.execute(macro)
    finally:
        connection.execute(f"USE {identifier(home)}")


def _write_schemas(folder: Path, release: Release) -> None:
    """The JSON Schemas of the tables and of the JSON files."""
    folder.mkdir()
    for name, schema in schemas(release.tables).items():
        _write_text(folder / f"{name}.json", json.dumps(schema, indent=2) + "\n")


def _write_parquet(connection: duckdb.DuckDBPyConnection, folder: Path, release: Release) -> None:
    """One file per table. Each field carries `description` and `unit`, which DuckDB's own writer cannot do."""
    numbers = load_parameters().numbers
    for name in release.tables:
        written = connection.sql(_select_sorted(connection, name)).to_arrow_table()
        described = {column.name: column for column in PUBLISHED[name]} if name in PUBLISHED else {}
        fields = [
            field.with_metadata(
                {"description": described[field.name].description(numbers), "unit": described[field.name].field.unit}
            )
            if field.name in described
            else field
            for field in written.schema
        ]
        schema = pa.schema(fields, metadata=dict(release.about))
        pq.write_table(written.cast(schema), folder / f"{name}.parquet", compression="zstd")


def _select_sorted(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    source = f"marts.{identifier(table)}"
    try:
        columns = [name for name, *_ in connection.execute(f"DESCRIBE {source}").fetchall()]
    except duckdb.CatalogException as error:
        raise WarehouseError(f"there is no table marts.{table} to publish; run dbt build, then leverage run") from error
    key = PUBLISHED[table].key if table in PUBLISHED else ()
    keys = [identifier(name) for name in dict.fromkeys((*SORTED_BY, *key)) if name in columns]
    order = f" ORDER BY {', '.join(keys)}" if keys else ""
    return f"SELECT {', '.join(map(identifier, columns))} FROM {source}{order}"  # noqa: S608 - quoted


def _copy_comments(connection: duckdb.DuckDBPyConnection, release: Release) -> None:
    """Copy the comments of the marts to the tables of the release, with two catalog queries and one statement."""
    found = connection.execute(
        "SELECT table_name, comment FROM duckdb_tables()"
        " WHERE schema_name = 'marts' AND database_name = current_database()"
    ).fetchall()
    tables = dict(found)
    columns = connection.execute(
        "SELECT table_name, column_name, comment FROM duckdb_columns()"
        " WHERE schema_name = 'marts' AND database_name = current_database() AND comment IS NOT NULL"
    ).fetchall()
    mark = SIMULATED if release.simulated else ""
    comments = [
        f"COMMENT ON TABLE release.main.{identifier(table)} IS {literal(mark + (tables[table] or ''))}"
        for table in release.tables
    ]
    comments += [
        f"COMMENT ON COLUMN release.main.{identifier(table)}.{identifier(name)} IS {literal(comment)}"
        for table, name, comment in columns
        if table in release.tables
    ]
    connection.execute("; ".join(comments))


def _write_files(folder: Path, files: Mapping[str, str | Path]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            path.hardlink_to(content)
        else:
            _write_text(path, content)


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _sync_tree(directory: Path) -> None:
    for path in [*directory.rglob("*"), directory]:
        force_to_disk(path)
