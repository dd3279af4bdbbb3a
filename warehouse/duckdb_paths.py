r"""Paths that DuckDB reads in its own way: a backslash separates folders, and a question mark ends the path.

DuckDB resolves links before it opens a database, so that a link to such a folder does not help. Databases of such a
warehouse are opened in another folder instead.
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

MISREAD = ("\\", "?")
ELSEWHERE = "build.folder"  # in the warehouse: names the folder of a build database that cannot be opened there
OWNER = "warehouse"  # in that folder: the path of the warehouse
DISK = Path("/var/tmp")  # noqa: S108 - on disk and kept over a restart; /tmp may be memory


def misread(path: Path) -> bool:
    """Whether DuckDB would open another path than this one."""
    return any(character in os.path.realpath(path) for character in MISREAD)


def build_folder(root: Path) -> Path:
    """Where the build database of the warehouse in `root` is: there, unless DuckDB would misread the path.

    Otherwise a folder is made once, and its name is written to the warehouse. It may be deleted: the next run makes
    another, and builds the database anew from landing.
    Raises WarehouseError when it cannot be made.
    """
    if not misread(root):
        return root
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
            f"DuckDB cannot open a database in {root}, and no other folder can be made: {error}; "
            "rename the folder so that its name has no backslash and no question mark"
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
    if misread(within):
        raise OSError(f"DuckDB would misread {within} too; set TMPDIR to another folder")
    return Path(tempfile.mkdtemp(prefix="leverage-", dir=within))
