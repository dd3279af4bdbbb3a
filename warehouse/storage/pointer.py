"""`published.json` of a store: which release is published. Replaced by a conditional put, which is the publication."""

from __future__ import annotations

import json
from dataclasses import dataclass

from warehouse.publishing.release_folders import KEPT_RELEASES, RELEASE_NAME, serial_of
from warehouse.storage.objects import Objects, StorageError, Version

POINTER = "published.json"
FORMAT = 1  # raised when a field changes its meaning or is removed


@dataclass(frozen=True)
class Pointer:
    """The published release, and the releases that are kept, newest first. `version` is the version of the object."""

    release: str
    kept: tuple[str, ...]
    version: Version

    def is_superseded(self, name: str) -> bool:
        """Whether a release is older than the published one and is not kept."""
        return name not in self.kept and serial_of(name) < serial_of(self.release)


def read_pointer(objects: Objects) -> Pointer | None:
    """What is published, None before the first release. Raises StorageError when the object is damaged."""
    found = objects.get(POINTER)
    if found is None:
        return None
    try:
        document = json.loads(found.content)
        release, kept = document["release"], tuple(document["releases"])
        is_whole = release == kept[0] and all(RELEASE_NAME.fullmatch(name) for name in kept)
    except (ValueError, TypeError, KeyError, IndexError):
        is_whole = False
    if not is_whole:
        raise StorageError(
            f"{objects.address}/{POINTER} is damaged: it names no release; restore an earlier version of it"
        )
    return Pointer(release, kept, found.version)


def replace_pointer(objects: Objects, release: str, before: Pointer | None, expected: Version | None) -> Pointer:
    """Publish `release`: replace the pointer `before`, if the object still has the version `expected`.

    Raises NotReplaced when another machine has published since that version was read.
    """
    kept = (release, *(before.kept if before else ()))[:KEPT_RELEASES]
    document = {"format": FORMAT, "release": release, "folder": f"releases/{release}", "releases": list(kept)}
    version = objects.replace(POINTER, (json.dumps(document, indent=2) + "\n").encode(), expected)
    return Pointer(release, kept, version)
