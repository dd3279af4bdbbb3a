"""The folders of releases in a warehouse: their names, their order, the link to the newest, and its `now.json`."""

from __future__ import annotations

import os
import re
from pathlib import Path

from ingest.durable import force_to_disk, locked, replace_file
from warehouse.location import NOW_JSON, Warehouse

KEPT_RELEASES = 3  # the current one, and two that a slow reader may still be opening
RELEASE_NAME = re.compile(r"\d{8}T\d{6}Z-\d{6,}")


def serial_of(name: str) -> int:
    """The serial number at the end of the name of a release."""
    return int(name.rsplit("-", 1)[1])


def release_folders(warehouse: Warehouse) -> list[Path]:
    """The folders of releases, oldest first."""
    if not warehouse.releases.is_dir():
        return []
    found = [d for d in warehouse.releases.iterdir() if d.is_dir() and RELEASE_NAME.fullmatch(d.name)]
    return sorted(found, key=lambda d: serial_of(d.name))


def switch_to(warehouse: Warehouse, folder: Path) -> None:
    """Replace the link `published` by one to `folder`, by rename. Raises OSError."""
    link = warehouse.published
    temporary = link.with_name(f".{link.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(Path(folder.parent.name) / folder.name)
    temporary.rename(link)
    force_to_disk(link.parent)


def place_now_json(warehouse: Warehouse) -> None:
    """Copy the newest `now.json` into the newest release, if there are both.

    Called after either has changed. The lock keeps an older copy from following a newer one.
    """
    if not (warehouse.now_json.exists() and warehouse.published.exists()):
        return
    with locked(warehouse.releases):
        release = warehouse.published.resolve()
        replace_file(release / NOW_JSON, warehouse.now_json.read_bytes(), durable=False)
