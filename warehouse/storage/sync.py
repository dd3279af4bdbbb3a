"""What commands do with the store of a warehouse: take it over before a run, fetch releases, put what landed."""

from __future__ import annotations

import json
import shutil

from ingest.durable import replace_file
from ingest.landing import REVISIONS, Landing
from warehouse.damage import note, set_aside
from warehouse.location import NOW_JSON, STORE_STATE, Warehouse
from warehouse.publishing.release_folders import place_now_json, release_folders, serial_of
from warehouse.storage.objects import Objects, StorageError, read_file
from warehouse.storage.pointer import read_pointer
from warehouse.storage.releases import ReleaseDamaged, fetch_release, land_revisions_of
from warehouse.storage.segments import StoredLanding
from warehouse.storage.working import (
    claim_market,
    put_marker,
    read_state,
    require_conditional_puts,
    take_marker,
    take_marker_unless_running,
    update_state,
)


def fetch_published(warehouse: Warehouse) -> None:
    """Fetch what readers need, if it is newer: `warehouse.json`, the published release, `now.json`. Not landing.

    Does nothing for a local warehouse. Raises StorageError.
    """
    if warehouse.address:
        objects = Objects(warehouse.address)
        take_marker_unless_running(warehouse, objects)
        fetch_release(warehouse, objects)
        _fetch_now_json(warehouse, objects)


def take_over(warehouse: Warehouse) -> None:
    """Bring the working directory to the state of the store before a run. The pipeline lock has to be held.

    It puts segments that an earlier run could not put, and fetches those that this machine lacks. Revisions that a run
    made here are moved aside if another machine published instead. A release that is damaged in the store is only
    noted, because the run will publish a new one. Does nothing for a local warehouse.

    Raises StorageError, also when the store has lost what was published.
    """
    if not warehouse.address:
        return
    objects, known = Objects(warehouse.address), read_state(warehouse)
    take_marker(warehouse, objects)
    pointer = read_pointer(objects)
    if pointer is None and known and known.release:
        raise StorageError(
            f"{warehouse.address} no longer says what is published, and was at {known.release}; restore published.json,"
            f" or to begin anew with what {warehouse.root} holds, delete {STORE_STATE} there"
        )
    try:
        pointer = fetch_release(warehouse, objects)
    except ReleaseDamaged as error:
        note(warehouse.root, str(error))
    stored = StoredLanding(objects, Landing(warehouse.landing))
    if pointer:
        land_revisions_of(objects, pointer.release, stored)
    release = pointer.release if pointer else None
    if release != (known.release if known else None):
        _move_unpublished_revisions(warehouse, stored)
    stored.fetch()
    stored.put()
    _fetch_now_json(warehouse, objects)
    _remove_unpublished_releases(warehouse, release)
    update_state(warehouse, release=release, pointer=pointer.version if pointer else None)


def put_recorded(warehouse: Warehouse) -> None:
    """Put what the recorder has landed; raises WrongMarket when the store belongs to another market."""
    if warehouse.address:
        objects = Objects(warehouse.address)
        claim_market(warehouse, objects)
        StoredLanding(objects, Landing(warehouse.landing)).put()


def claim_store(warehouse: Warehouse) -> None:
    """Put the market, the days and the assets of the warehouse, before a first run puts anything else.

    Raises StorageError like `put_marker`, and when the store ignores the conditions of puts.
    """
    if warehouse.address:
        objects, known = Objects(warehouse.address), read_state(warehouse)
        put_marker(warehouse, objects)
        if known is None or known.release is None:
            require_conditional_puts(objects)


def fetch_landing(warehouse: Warehouse) -> None:
    """Fetch the segments that are not here. Raises StorageError."""
    if warehouse.address:
        StoredLanding(Objects(warehouse.address), Landing(warehouse.landing)).fetch()


def put_landing(warehouse: Warehouse) -> None:
    """Put the segments that the store lacks, except revisions of labels, which are published with a release."""
    if warehouse.address:
        StoredLanding(Objects(warehouse.address), Landing(warehouse.landing)).put()


def put_now_json(warehouse: Warehouse) -> None:
    """Put the newest reading of the running day, after its segments. Raises StorageError."""
    if warehouse.address and warehouse.now_json.exists():
        Objects(warehouse.address).put(NOW_JSON, read_file(warehouse.now_json))


def stored_landing(warehouse: Warehouse) -> StoredLanding | None:
    """The landing of the store, for putting the segments of single feeds; None for a local warehouse."""
    return StoredLanding(Objects(warehouse.address), Landing(warehouse.landing)) if warehouse.address else None


def _fetch_now_json(warehouse: Warehouse, objects: Objects) -> None:
    """Replace `now.json` by the store's if that one is newer, and copy it into the release."""
    found = objects.get(NOW_JSON)
    here = warehouse.now_json.read_bytes() if warehouse.now_json.exists() else None
    if found is not None and _refreshed_at(found.content) > _refreshed_at(here):
        replace_file(warehouse.now_json, found.content, durable=True)
    place_now_json(warehouse)


def _refreshed_at(content: bytes | None) -> str:
    """When a `now.json` was made, as ISO 8601 text in UTC, which sorts by time; empty if there is none."""
    try:
        return str(json.loads(content)["refreshed_at"]) if content else ""
    except (ValueError, TypeError, KeyError):
        return ""


def _move_unpublished_revisions(warehouse: Warehouse, stored: StoredLanding) -> None:
    """Move aside the revisions of labels that no release has, and delete their rows: another machine has published.

    They are changes from labels that are no longer the published ones.
    """
    unpublished = stored.unpublished_revisions()
    if not unpublished:
        return
    for segment in unpublished:
        why = f"was not published, because another machine published to {warehouse.address} first"
        set_aside(warehouse.root, stored.path(segment), why, "the run makes those anew that are still needed")
    if warehouse.build.exists():
        from warehouse.connection import build_database  # imports DuckDB, which most commands do not need
        from warehouse.landing_damage import forget_segments
        from warehouse.raw_tables import create_tables

        with build_database(warehouse.build) as connection:
            create_tables(connection)
            forget_segments(connection, REVISIONS, [segment.name for segment in unpublished])


def _remove_unpublished_releases(warehouse: Warehouse, published: str | None) -> None:
    """Remove the releases of a run that was stopped before it published."""
    for folder in release_folders(warehouse):
        if published is None or serial_of(folder.name) > serial_of(published):
            shutil.rmtree(folder)
    if published is None:
        warehouse.published.unlink(missing_ok=True)
        if warehouse.releases.is_dir() and not any(warehouse.releases.iterdir()):
            warehouse.releases.rmdir()
