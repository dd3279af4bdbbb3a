"""The lock that lets one pipeline run at a time. The kernel releases it whenever its holder ends, even by kill -9."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from ingest.durable import try_lock
from warehouse.errors import WarehouseError, WarehouseLocked

POLL_SECONDS = 0.2  # between two attempts while waiting


@contextmanager
def pipeline_lock(path: Path, wait: float = 0.0) -> Iterator[None]:
    """Hold the lock during the block. Raises WarehouseLocked, which names the holder, after waiting `wait` seconds.

    Raises WarehouseError when the file cannot be opened for writing.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        opened = path.open("a+")
    except OSError as error:
        raise WarehouseError(f"cannot write to {path}: {error.strerror}; check its owner, or remove it") from error
    with opened as file:
        deadline = time.monotonic() + wait
        while not try_lock(file):
            if time.monotonic() >= deadline:
                raise WarehouseLocked(f"{_holder(file)} is writing to {path.parent}; wait for it to end, or stop it")
            time.sleep(POLL_SECONDS)
        file.truncate(0)
        json.dump({"pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")}, file)
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def _holder(file: IO[str]) -> str:
    file.seek(0)
    try:
        holder = json.loads(file.read())
        return f"process {holder['pid']}, since {holder['since']},"
    # The holder has locked the file and not written to it yet, or the file holds something else.
    except (ValueError, TypeError, LookupError):
        return "another pipeline"
