r"""Folders whose names other software reads in its own way, and what is put elsewhere for them.

To DuckDB a backslash separates folders and a question mark ends the path. It resolves links before it opens a database,
so such a database is opened in another folder. Dagster takes its home for a pattern and for a URL; a link helps there.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.durable import replace_file
from warehouse.errors import WarehouseError

MISREAD = "\\?"  # by DuckDB
MISREAD_BY_DAGSTER = "*[?%"  # dagster.yaml is looked for by pattern, SQLAlchemy and Alembic take the path for a URL
ELSEWHERE = "elsewhere"  # in the warehouse: names the other folder
OWNER = "warehouse"  # in that folder: the path of the warehouse
DISK = Path("/var/tmp")  # noqa: S108 - on disk and kept over a restart; /tmp may be memory


def misread(path: Path) -> bool:
    """Whether DuckDB would open another path than this one."""
    return any(character in os.path.realpath(path) for character in MISREAD)


def build_folder(root: Path) -> Path:
    """Where the build database of the warehouse in `root` is: there, unless DuckDB would misread the path.

    Raises WarehouseError when another folder is needed and cannot be made.
    """
    return _other_folder(root) if misread(root) else root


def linked_for_dagster(home: Path, root: Path) -> Path:
    """A path of Dagster's `home` that it does not misread: itself, or a link in the other folder of the warehouse.

    Raises WarehouseError when that cannot be made.
    """
    if not set(str(home)) & set(MISREAD_BY_DAGSTER):
        return home
    link = _other_folder(root) / home.name
    if link.resolve() != home.resolve():
        link.unlink(missing_ok=True)
        link.symlink_to(home.resolve())
    return link


def _other_folder(root: Path) -> Path:
    """The other folder of the warehouse in `root`, made once; its name is written to the warehouse.

    It may be deleted: the next run makes another, and builds the database anew from landing.
    """
    note, owner = root / ELSEWHERE, os.fsencode(os.path.realpath(root))
    try:
        if note.is_file():
            folder = Path(note.read_text(encoding="utf-8").strip())
            if (mark := folder / OWNER).is_file() and mark.read_bytes() == owner:  # a copied warehouse has another
                return folder
        folder = _temporary_folder()
        (folder / OWNER).write_bytes(owner)
        root.mkdir(parents=True, exist_ok=True)
        replace_file(note, f"{folder}\n".encode(), durable=True)
    except OSError as error:
        raise WarehouseError(
            f"{root} has a character in its path that DuckDB or Dagster misreads, and no other folder can be made: "
            f"{error}; rename the folder"
        ) from error
    return folder


@contextmanager
def openable(database: Path) -> Iterator[Path]:
    """A path under which DuckDB can read `database` during the block: itself, or a temporary copy."""
    if not misread(database) or not database.is_file():
        yield database
        return
    folder = _temporary_folder()
    try:
        copy = folder / database.name
        try:
            copy.hardlink_to(database.resolve())
        except OSError:  # on another file system
            shutil.copyfile(database, copy)
        yield copy
    finally:
        shutil.rmtree(folder)


@contextmanager
def creatable(database: Path) -> Iterator[Path]:
    """A path under which DuckDB can create `database`, which exists at the end of the block."""
    if not misread(database):
        yield database
        return
    folder = _temporary_folder()
    try:
        yield folder / database.name
        shutil.move(folder / database.name, database)
    finally:
        shutil.rmtree(folder)


def _temporary_folder() -> Path:
    """A new folder that only this user may read. Raises OSError."""
    within = DISK if os.access(DISK, os.W_OK) else Path(tempfile.gettempdir())
    if misread(within) or set(str(within)) & set(MISREAD_BY_DAGSTER):
        raise OSError(f"{within} has such a character too; set TMPDIR to another folder")
    return Path(tempfile.mkdtemp(prefix="leverage-", dir=within))
