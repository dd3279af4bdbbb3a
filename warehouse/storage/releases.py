"""Releases on object storage: uploaded whole, published by the pointer, and fetched whole into a working directory.

The order makes it atomic. Files of a release are put under names that are never put again. Then the pointer is
replaced, if it is still the one that this run took over. Readers read the pointer once, and then files of that release.
"""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path, PurePosixPath

from ingest.durable import force_to_disk, locked
from ingest.landing import Landing
from warehouse.errors import WarehouseError
from warehouse.location import NOW_JSON, RELEASES, Warehouse
from warehouse.publishing.checksums import CHECKSUMS, WRITE_PERMISSIONS, damage_of
from warehouse.publishing.release_folders import RELEASE_NAME, release_folders, switch_to
from warehouse.storage.objects import NotReplaced, Objects, StorageError, read_file, side_by_side
from warehouse.storage.pointer import Pointer, read_pointer, replace_pointer
from warehouse.storage.segments import FOLDER as LANDING
from warehouse.storage.segments import StoredLanding
from warehouse.storage.working import put_marker, read_state, update_state

REVISIONS_FOLDER = "revisions"  # in a release in the store: segments that are copied to landing once it is published
ABANDONED_SECONDS = 3600.0  # a folder that is being fetched for longer was left by a process that died
ATTEMPTS = 5  # a release may be removed while it is fetched


class ReleaseDamaged(StorageError):
    """The files of a release in the store are not as they were published."""


def stored_releases(warehouse: Warehouse) -> set[str]:
    """The names of the releases in the store, unfinished ones included. Raises StorageError."""
    return _release_names(Objects(str(warehouse.address)).names(RELEASES))


def put_release(warehouse: Warehouse, folder: Path) -> None:
    """Upload everything that has landed, then the release in `folder`, then publish it.

    Raises StorageError. If another machine has published since this run began, nothing of the release stays in the
    store.
    """
    objects, name = Objects(str(warehouse.address)), folder.name
    stored, known, before = (
        StoredLanding(objects, Landing(warehouse.landing)),
        read_state(warehouse),
        read_pointer(objects),
    )
    stored.put()
    put_marker(warehouse, objects)
    _upload(objects, folder, stored)
    try:
        pointer = replace_pointer(objects, name, before, known.pointer if known else None)
    except NotReplaced:
        newer = read_pointer(objects)
        if newer is None or name not in newer.kept:
            objects.delete(list(objects.names(f"{RELEASES}/{name}")))
        raise StorageError(
            f"another machine has published to {objects.address} since this run began, so this release is not"
            " published; run again: leverage run, which takes over the other's"
        ) from None
    update_state(warehouse, release=name, pointer=pointer.version)
    land_revisions_of(objects, name, stored)
    _remove_old(objects, pointer)


def land_revisions_of(objects: Objects, release: str, stored: StoredLanding) -> None:
    """Copy the revisions of a published release to the landing of the store, unless they are there.

    The publisher calls it, and each run when it begins, in case the publisher was killed before.
    """
    prefix = f"{RELEASES}/{release}/{REVISIONS_FOLDER}"
    for name in objects.names(prefix):
        segment = name.removeprefix(f"{prefix}/")
        if segment not in stored.known and (found := objects.get(name)):
            objects.put_new(f"{LANDING}/{segment}", found.content)
            stored.known.add(segment)


def fetch_release(warehouse: Warehouse, objects: Objects) -> Pointer | None:
    """Fetch the published release if it is not here, and link `published` to it; None when nothing is published.

    Raises ReleaseDamaged when it is damaged in the store, WarehouseError when it cannot be written here.
    """
    for _ in range(ATTEMPTS):
        pointer = read_pointer(objects)
        if pointer is None:
            return None
        target = warehouse.releases / pointer.release
        try:
            if target.is_dir() or _fetch(objects, target):
                _switch(warehouse, objects, target)
                for folder in release_folders(warehouse):
                    if pointer.is_superseded(folder.name):
                        shutil.rmtree(folder, ignore_errors=True)
                return pointer
        except OSError as error:
            raise WarehouseError(f"cannot write to {warehouse.root}: {error.strerror}; check the disk") from error
    raise StorageError(f"{objects.address} publishes releases faster than they can be fetched; try again later")


def _switch(warehouse: Warehouse, objects: Objects, target: Path) -> None:
    """Link `published` to a release, unless a newer one has been published meanwhile; its reader links that one."""
    if warehouse.published.exists() and warehouse.published.resolve() == target.resolve():
        return
    with locked(warehouse.releases):
        pointer = read_pointer(objects)
        if pointer is not None and pointer.release == target.name:
            switch_to(warehouse, target)


def _upload(objects: Objects, folder: Path, stored: StoredLanding) -> None:
    """Put the files of a release. The checksums are put first: they claim its name.

    Raises StorageError when another machine has claimed it.
    """
    target = f"{RELEASES}/{folder.name}"
    checksums = read_file(folder / CHECKSUMS)
    if objects.put_new(f"{target}/{CHECKSUMS}", checksums) is None:
        found = objects.get(f"{target}/{CHECKSUMS}")
        if found is None or found.content != checksums:
            raise StorageError(
                f"another machine is publishing {folder.name} to {objects.address}; wait for it, then run again"
            )
    files = {f"{target}/{path.relative_to(folder).as_posix()}": path for path in folder.rglob("*") if path.is_file()}
    for left_out in (CHECKSUMS, NOW_JSON):
        files.pop(f"{target}/{left_out}", None)
    for segment in stored.unpublished_revisions():
        files[f"{target}/{REVISIONS_FOLDER}/{segment.name}"] = stored.path(segment)
    side_by_side(lambda name: objects.put_new(name, read_file(files[name])), files)


def _fetch(objects: Objects, target: Path) -> bool:
    """Fetch a release into the folder `target`, whole or not at all. False when it was removed meanwhile."""
    prefix = f"{RELEASES}/{target.name}/"
    unfinished = target.with_name(f".fetching-{os.getpid()}-{time.monotonic_ns()}")
    target.parent.mkdir(parents=True, exist_ok=True)
    for leftover in target.parent.glob(".fetching-*"):
        if time.time() - leftover.stat().st_mtime > ABANDONED_SECONDS:
            shutil.rmtree(leftover, ignore_errors=True)
    names = [name for name in objects.names(prefix.rstrip("/")) if not _is_revision(name, prefix)]

    def fetch(name: str) -> bool:
        found = objects.get(name)
        if found is None:
            return False
        path = unfinished / name.removeprefix(prefix)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(found.content)
        path.chmod(path.stat().st_mode & ~WRITE_PERMISSIONS)
        return True

    try:
        if not names or not all(side_by_side(fetch, names)):
            return False
        if why := damage_of(unfinished):
            pointer = read_pointer(objects)
            if pointer is None or target.name not in pointer.kept:
                return False  # it was being removed
            raise ReleaseDamaged(f"{objects.address}/{prefix.rstrip('/')} {why}; publish anew: leverage run")
        for path in [*unfinished.rglob("*"), unfinished]:
            force_to_disk(path)
        if not target.exists():
            unfinished.rename(target)
        return True
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _remove_old(objects: Objects, pointer: Pointer) -> None:
    """Delete the releases that are no longer kept, and what is left of those that were never published."""
    found = objects.names(RELEASES)
    over = {name for name in _release_names(found) if pointer.is_superseded(name)}
    objects.delete([name for name in found if PurePosixPath(name).parts[1] in over])


def _is_revision(name: str, prefix: str) -> bool:
    return name.startswith(f"{prefix}{REVISIONS_FOLDER}/")


def _release_names(names: dict[str, int]) -> set[str]:
    folders = {PurePosixPath(name).parts[1] for name in names if len(PurePosixPath(name).parts) > 2}
    return {name for name in folders if RELEASE_NAME.fullmatch(name)}
