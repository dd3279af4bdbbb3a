"""Publishing: every consumer table as one DuckDB file and one Parquet file each, with `latest.json`, switched at once.

A release is a directory of its own; `published` is a link that is replaced by rename. Who has the old files open
keeps them, the next open sees the new ones, and nobody waits. What `latest.json` says is made in `warehouse.latest`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from ingest.durable import force_to_disk
from warehouse.connection import first_row, identifier, literal
from warehouse.errors import WarehouseError
from warehouse.location import Warehouse

STORAGE_VERSION = "v1.2.0"  # what DuckDB 1.2 and later can open
KEPT = 3  # releases: the current one, and two that a slow reader may still be opening
RELEASE_NAME = re.compile(r"\d{8}T\d{6}Z-\d{6,}")
ABOUT = "about"
ABOUT_DESCRIPTION = "What this file is: market, days, rules, when it was published."
ABOUT_COLUMNS = {
    "name": ("VARCHAR", "market, simulated, first_day, last_day, published_at, rules_version or licences"),
    "value": ("VARCHAR", "What there is to say of it, as text"),
}
SIMULATED = "SIMULATED MARKET, not real data. "
SORTED_BY = (
    "asset", "series", "venue", "instrument", "market", "day", "revision", "label", "predicate", "feed", "first_day",
    "opened_on", "outcome", "pulled_at",
)  # fmt: skip


@dataclass(frozen=True)
class Release:
    """What a release is made of. `about` is written into every Parquet file and the table `about`.

    `macros` are statements that make macros over the tables, which they name without database: the name under which a
    reader attaches the file is the reader's, who says USE first. `files` are pages beside the tables, by their path in
    the release: text that is written, or the same page in an earlier release, which is linked to.
    """

    tables: Sequence[str]
    about: Mapping[str, str]
    latest: Mapping[str, Any]
    simulated: bool
    macros: Sequence[str] = ()
    files: Mapping[str, str | Path] = field(default_factory=dict)


def publish(connection: duckdb.DuckDBPyConnection, warehouse: Warehouse, release: Release, now: datetime) -> Path:
    """Write a new release of the `marts` tables and switch to it; returns its directory.

    A crash before the switch leaves the last release in place and an unfinished directory that the next call removes.
    Raises WarehouseError when the disk cannot take it.
    """
    name = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    serial = 1 + max((int(d.name.rsplit("-", 1)[1]) for d in _finished(warehouse)), default=0)
    final = warehouse.releases / f"{name}-{serial:06d}"
    unfinished = warehouse.releases / f".unfinished-{os.getpid()}"
    try:
        for leftover in warehouse.releases.glob(".unfinished-*"):
            shutil.rmtree(leftover)
        (unfinished / "parquet").mkdir(parents=True)
        _write_database(connection, unfinished / "leverage.duckdb", release)
        _write_parquet(connection, unfinished / "parquet", release)
        _write_text(unfinished / "latest.json", json.dumps(release.latest, indent=2, allow_nan=False) + "\n")
        _write_files(unfinished, release.files)
        _sync_tree(unfinished)
        unfinished.rename(final)
        force_to_disk(warehouse.releases)
        _switch(warehouse.published, final)
        for old in _finished(warehouse)[:-KEPT]:
            shutil.rmtree(old)
    except (OSError, duckdb.IOException, duckdb.TransactionException) as error:  # the last: a full disk at commit
        reason = (isinstance(error, OSError) and error.strerror) or str(error).splitlines()[0]
        raise WarehouseError(
            f"cannot publish to {warehouse.releases}: {reason}; the last release stays as it was"
        ) from error
    return final


def _finished(warehouse: Warehouse) -> list[Path]:
    """Release directories, oldest first."""
    if not warehouse.releases.is_dir():
        return []
    found = [d for d in warehouse.releases.iterdir() if d.is_dir() and RELEASE_NAME.fullmatch(d.name)]
    return sorted(found, key=lambda d: int(d.name.rsplit("-", 1)[1]))


def _switch(link: Path, target: Path) -> None:
    temporary = link.with_name(f".{link.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(Path(target.parent.name) / target.name)
    temporary.rename(link)
    force_to_disk(link.parent)


def _write_database(connection: duckdb.DuckDBPyConnection, path: Path, release: Release) -> None:
    connection.execute(f"ATTACH {literal(str(path))} AS release (STORAGE_VERSION {literal(STORAGE_VERSION)})")
    try:
        for table in release.tables:
            connection.execute(f"CREATE TABLE release.main.{identifier(table)} AS {_ordered(connection, table)}")
        _carry_comments(connection, release)
        _write_about(connection, release)
        _make_macros(connection, release)
        connection.execute("CHECKPOINT release")
    finally:
        connection.execute("DETACH release")


def _write_about(connection: duckdb.DuckDBPyConnection, release: Release) -> None:
    table = f"release.main.{ABOUT}"
    typed = ", ".join(f"{name} {sql_type}" for name, (sql_type, _) in ABOUT_COLUMNS.items())
    connection.execute(f"CREATE TABLE {table} ({typed})")
    connection.executemany(f"INSERT INTO {table} VALUES (?, ?)", list(release.about.items()))  # noqa: S608 - of this module
    connection.execute(f"COMMENT ON TABLE {table} IS {literal(ABOUT_DESCRIPTION)}")
    for name, (_, comment) in ABOUT_COLUMNS.items():
        connection.execute(f"COMMENT ON COLUMN {table}.{name} IS {literal(comment)}")


def _make_macros(connection: duckdb.DuckDBPyConnection, release: Release) -> None:
    (home,) = first_row(connection, "SELECT current_database()") or ("memory",)
    connection.execute("USE release")  # a macro's tables are looked up when it is made
    try:
        for macro in release.macros:
            connection.execute(macro)
    finally:
        connection.execute(f"USE {identifier(home)}")


def _write_parquet(connection: duckdb.DuckDBPyConnection, folder: Path, release: Release) -> None:
    metadata = ", ".join(f"{identifier(name)}: {literal(value)}" for name, value in release.about.items())
    for table in release.tables:
        connection.execute(
            f"COPY ({_ordered(connection, table)}) TO {literal(str(folder / f'{table}.parquet'))}"
            f" (FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{metadata}}})"
        )


def _ordered(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    source = f"marts.{identifier(table)}"
    try:
        columns = [name for name, *_ in connection.execute(f"DESCRIBE {source}").fetchall()]
    except duckdb.CatalogException as error:
        raise WarehouseError(f"there is no table marts.{table} to publish; run dbt build, then leverage run") from error
    keys = [identifier(name) for name in SORTED_BY if name in columns]
    order = f" ORDER BY {', '.join(keys)}" if keys else ""
    return f"SELECT {', '.join(map(identifier, columns))} FROM {source}{order}"  # noqa: S608 - quoted


def _carry_comments(connection: duckdb.DuckDBPyConnection, release: Release) -> None:
    """The comments of the marts onto the tables of the release: two looks at the catalog, one statement."""
    tables = dict(connection.execute(
        "SELECT table_name, comment FROM duckdb_tables()"
        " WHERE schema_name = 'marts' AND database_name = current_database()"
    ).fetchall())  # fmt: skip
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
