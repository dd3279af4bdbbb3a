"""Following a store in the background, for long-running servers: new releases are fetched as they are published."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from warehouse.errors import WarehouseError
from warehouse.location import Warehouse

EVERY_SECONDS = 15.0
log = logging.getLogger("warehouse")


@contextmanager
def following(warehouse: Warehouse, every: float = EVERY_SECONDS) -> Iterator[None]:
    """Fetch what is published every `every` seconds during the block. Does nothing for a local warehouse.

    While the store cannot be used, readers keep the last release, and the reason is logged once.
    """
    if not warehouse.address:
        yield
        return
    stopped = threading.Event()
    thread = threading.Thread(target=_follow, args=(warehouse, every, stopped), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()


def _follow(warehouse: Warehouse, every: float, stopped: threading.Event) -> None:
    from warehouse.storage.sync import fetch_published

    reason = ""
    while not stopped.wait(every):
        try:
            fetch_published(warehouse)
            reason = ""
        except WarehouseError as error:
            if str(error) != reason:
                log.warning("%s; the last release is still served", error)
            reason = str(error)
