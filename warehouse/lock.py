"""One pipeline at a time: an advisory lock that the kernel releases when its holder dies, however it dies."""

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
from warehouse.errors import WarehouseLocked

POLL = 0.2  # seconds between two tries while waiting


@contextmanager
def pipeline_lock(path: Path, wait: float = 0.0) -> Iterator[None]:
    """Hold the lock for the block. Raises WarehouseLocked, naming the holder, after `wait` seconds without it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        deadline = time.monotonic() + wait
        while not try_lock(file):
            if time.monotonic() >= deadline:
                raise WarehouseLocked(f"{_holder(file)} is writing to {path.parent}; wait for it to end, or stop it")
            time.sleep(POLL)
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
    except ValueError:  # it has locked but not yet written who it is
        return "another pipeline"
    return f"process {holder['pid']}, since {holder['since']},"
