"""Copying segments between the landing directory of a machine and `landing/` in the store, under the same names."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from ingest.durable import locked, replace_file
from ingest.errors import SegmentDamaged
from ingest.landing import NAME, REVISIONS, Landing, Segment, segment_named
from warehouse.damage import note
from warehouse.errors import WarehouseError
from warehouse.storage.objects import Objects, read_file, side_by_side

FOLDER = "landing"
STORED = re.compile(rf"\w+/{NAME.pattern}")  # the folder of a feed and the file of a segment


class StoredLanding:
    """The landing of a store. It is listed once; segments that are put from here are added to the list."""

    def __init__(self, objects: Objects, landing: Landing) -> None:
        self._objects, self._landing = objects, landing
        self._known: set[str] | None = None

    @property
    def known(self) -> set[str]:
        """The names of the segments in the store."""
        if self._known is None:
            names = (name.removeprefix(f"{FOLDER}/") for name in self._objects.names(FOLDER))
            self._known = {name for name in names if STORED.fullmatch(name)}
        return self._known

    def fetch(self) -> int:
        """Fetch the segments that this machine lacks; returns how many. A damaged one is noted and left out."""
        lacking = sorted(self.known - {segment.name for segment in self.local()})
        return sum(side_by_side(self._fetch, lacking))

    def put(self, folders: Collection[str] | None = None) -> int:
        """Put the segments of these feeds, or of all, that the store lacks; returns how many.

        Revisions of labels are left out: they are published with the release that shows them.
        """
        new = [segment for segment in self.local(folders, self.known) if segment.feed != REVISIONS]
        side_by_side(self._put, new)
        self.known.update(segment.name for segment in new)
        return len(new)

    def unpublished_revisions(self) -> list[Segment]:
        """The segments of revisions on this machine that are in no published release."""
        return self.local([REVISIONS], self.known)

    def local(self, folders: Collection[str] | None = None, known: Collection[str] = frozenset()) -> list[Segment]:
        """The segments on this machine, without the `known` ones."""
        directory = self._landing.directory
        if folders is None:
            folders = [one.name for one in directory.iterdir() if one.is_dir()] if directory.is_dir() else []
        return self._landing.segments(folders, known)

    def path(self, segment: Segment) -> Path:
        """The file of a segment on this machine."""
        return self._landing.path(segment)

    def _put(self, segment: Segment) -> None:
        self._objects.put_new(f"{FOLDER}/{segment.name}", read_file(self._landing.path(segment)))

    def _fetch(self, name: str) -> bool:
        found = self._objects.get(f"{FOLDER}/{name}")
        if found is None:
            return False  # removed since it was listed
        segment = segment_named(name)
        try:
            self._landing.decode(segment, found.content)
        except SegmentDamaged:
            note(
                self._landing.directory.parent,
                f"{self._objects.address}/{FOLDER}/{name} is damaged: its content does not match the hash in its name;"
                " its rows are left out; restore an earlier version of it, or delete it there",
            )
            return False
        _write(self._landing.path(segment), found.content)
        return True


def _write(path: Path, content: bytes) -> None:
    """Write a fetched segment, whole or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with locked(path.parent):  # as every writer of segments
            replace_file(path, content, durable=True)
    except OSError as error:
        raise WarehouseError(f"cannot write {path}: {error.strerror}; check the disk and its owner") from error
