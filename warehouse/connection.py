"""Opening the databases, read-write for the pipeline and read-only for everybody else, and helpers for their SQL."""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from warehouse.damage import set_aside
from warehouse.errors import BuildDamaged, WarehouseError, WarehouseLocked
from warehouse.location import RELEASES, STORE_STATE
from warehouse.odd_paths import openable

MEMORY_LIMIT = "600MB"  # a full rebuild stays under 1 GB together with Python, Polars and Dagster; also in profiles.yml
# What DuckDB says of a file that is not whole: a wrong checksum, a file that is cut, no database at all, and one of a
# later version. A full disk, a missing permission and a lock read otherwise.
DAMAGE = re.compile(
    r"Corrupt database file|Corrupt WAL file|Failure while replaying WAL|not a valid DuckDB database file"
    r"|Could not read enough bytes|Could not read from file|database file with version number"
)
LOCK_PATIENCE_SECONDS = 10.0  # a process that is being killed releases the file within this time


@contextmanager
def build_database(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The build database, open for reading and writing during the block. A damaged file is moved aside for a new one.

    Raises WarehouseLocked while another process has it open, WarehouseError when it cannot be opened, BuildDamaged
    when the damage shows during the block; by then the file is moved aside.
    """
    connection = _open_build(path)
    try:
        yield connection
    except duckdb.Error as error:
        connection.close()
        set_aside_if_damaged(path, error)
        raise
    finally:
        connection.close()


def set_aside_if_damaged(path: Path, error: BaseException) -> None:
    """Raise BuildDamaged when `error`, or what led to it, says that the build database is damaged.

    By then the file is moved aside for a new one. The database must be closed in this process.
    """
    cause: BaseException | None = error
    while cause is not None:
        if found := damage_in(str(cause), path):
            _set_aside(path, found)
            duckdb.connect(path).close()  # a new one, so that the next run does not find it gone
            raise BuildDamaged(f"{path.name} {found}; it is moved aside, and the next run makes it anew") from error
        cause = cause.__cause__ or cause.__context__


def damage_in(message: str, path: Path) -> str | None:
    """What a message of DuckDB says about damage of the database at `path`, None when it says nothing of the kind."""
    lines = [line for line in message.splitlines() if DAMAGE.search(line)]
    # The messages about reading name a file, which may be another than the database.
    return next((f"is damaged ({line.strip()})" for line in lines if 'file "' not in line or str(path) in line), None)


def _open_build(path: Path) -> duckdb.DuckDBPyConnection:
    ran_before = (path.parent / RELEASES).exists() and not (path.parent / STORE_STATE).exists()
    if not path.exists() and (_wal(path).exists() or ran_before):
        _set_aside(path, "is gone")  # with its write-ahead log, which DuckDB would replay into an empty database
    deadline, retried = time.monotonic() + LOCK_PATIENCE_SECONDS, False
    while True:
        try:
            connection = duckdb.connect(path, config={"memory_limit": MEMORY_LIMIT})
            connection.execute("SET TimeZone = 'UTC'")
            return connection
        except duckdb.Error as error:
            if _is_locked(error):
                if time.monotonic() >= deadline:
                    raise WarehouseLocked(
                        f"another process has {path} open; close it: while a run is active, read published/ instead"
                    ) from error
                time.sleep(0.1)
            elif not retried and path.is_file() and (found := damage_in(str(error), path)):
                _set_aside(path, found)
                retried = True
            else:
                raise WarehouseError(
                    f"cannot open {path}: {first_line(error)}; check its owner and the space on the disk"
                ) from error


def _set_aside(path: Path, why: str) -> None:
    set_aside(path.parent, path, why, "rebuilt from landing/", [_wal(path)])


def _wal(path: Path) -> Path:
    return path.with_name(f"{path.name}.wal")


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Run the block in one transaction: commit at its end, roll back when it raises."""
    connection.begin()
    try:
        yield
        connection.commit()
    except BaseException:
        with suppress(duckdb.Error):  # DuckDB itself ends a transaction whose commit fails
            connection.rollback()
        raise


@contextmanager
def published_database(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The database of one release, read-only. Raises WarehouseError when it cannot be opened or is damaged.

    While another process holds it for writing, which locks everybody else out, a copy is read instead.
    """
    with ExitStack() as stack:
        try:
            try:
                connection = duckdb.connect(stack.enter_context(openable(path)), read_only=True)
            except duckdb.IOException as error:
                if not _is_locked(error):
                    raise
                folder = stack.enter_context(tempfile.TemporaryDirectory())
                connection = duckdb.connect(shutil.copy(path, folder), read_only=True)
            stack.callback(connection.close)
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("SET enable_external_access = false")  # a query can read this file and no other
            connection.execute("SET lock_configuration = true")
        except (duckdb.Error, OSError) as error:
            raise WarehouseError(f"cannot open {path}: {first_line(error)}; run: leverage run") from error
        try:
            yield connection
        except duckdb.Error as error:
            if DAMAGE.search(str(error)):
                raise WarehouseError(f"{path} is damaged; run: leverage run, which publishes it anew") from error
            raise


def _is_locked(error: duckdb.Error) -> bool:
    return "could not set lock" in str(error).lower()


def first_row(connection: duckdb.DuckDBPyConnection, query: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
    """The first row of a query, or None. Fetches all rows, because DuckDB keeps a half-read connection busy."""
    rows = connection.execute(query, list(values)).fetchall()
    return rows[0] if rows else None


def identifier(name: str) -> str:
    """`name` quoted as an SQL identifier, whatever it contains."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """`text` quoted as an SQL string, for statements that take no parameters (COMMENT, ATTACH, COPY)."""
    return "'" + text.replace("'", "''") + "'"


def naive_utc(moment: datetime) -> datetime:
    """A time with a time zone as the TIMESTAMP that is stored: in UTC, without a zone."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def aware_utc(stored: datetime) -> datetime:
    """A stored TIMESTAMP as a time in UTC with its time zone."""
    return stored.replace(tzinfo=UTC)


def first_line(error: BaseException) -> str:
    """The first line of an error's message, its type if it has none."""
    return next(iter(str(error).splitlines()), type(error).__name__)
