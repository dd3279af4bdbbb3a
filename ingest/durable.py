"""Files that are whole or not there, what outlives a power cut, and a lock that dies with its holder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any


def force_to_disk(path: Path) -> None:
    """Whatever a file holds, or a folder names, outlives a power cut from here on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_file(path: Path, content: bytes, *, durable: bool) -> None:
    """Have `path` hold `content`: a reader finds the old or the new, never a part.

    With `durable` it outlives a power cut, which costs two syncs. Raises OSError, and leaves the old content.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(content)
        if durable:
            force_to_disk(temporary)
        temporary.rename(path)
    except OSError:
        temporary.unlink(missing_ok=True)  # a full disk must not get fuller by what did not fit
        raise
    if durable:
        force_to_disk(path.parent)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the kernel's lock of a folder during the block, after waiting for another holder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def try_lock(file: IO[Any]) -> bool:
    """Take the kernel's lock of an open file, which it frees however the holder ends; False while another has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
