"""The state of a working directory: `store.json`, what it has taken over from its store, and `warehouse.json`."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ingest.durable import replace_file
from warehouse.errors import WarehouseError, WarehouseLocked
from warehouse.location import STORE_STATE, Warehouse
from warehouse.lock import pipeline_lock
from warehouse.storage.objects import Found, NotReplaced, Objects, StorageError, Version, read_file

MARKER = "warehouse.json"


@dataclass(frozen=True)
class StoreState:
    """The content of `store.json`: the newest release that was taken over, and the versions of the objects then."""

    address: str
    release: str | None = None
    pointer: Version | None = None
    marker: Version | None = None


def read_state(warehouse: Warehouse) -> StoreState | None:
    """The state of a working directory, None before its first use and when `store.json` is damaged."""
    try:
        known: dict[str, Any] = json.loads(_state(warehouse).read_text(encoding="utf-8"))
        return StoreState(**known)
    # If it is damaged, everything is taken over again.
    except (FileNotFoundError, ValueError, TypeError):
        return None


def update_state(warehouse: Warehouse, **changes: Any) -> None:  # noqa: ANN401 - the fields of StoreState
    """Replace some fields of the state."""
    known = read_state(warehouse) or StoreState(str(warehouse.address))
    _write(_state(warehouse), json.dumps(asdict(replace(known, **changes)), indent=2).encode())


def take_marker(warehouse: Warehouse, objects: Objects) -> None:
    """Replace `warehouse.json` by the store's, if it has one. The caller holds the pipeline lock.

    Raises WrongMarket when the two have different markets, StorageError when the store's file is damaged.
    """
    found = _marker(warehouse, objects)
    if found and not _is_same_here(warehouse, found):
        _write(warehouse.marker, found.content)
    update_state(warehouse, marker=found.version if found else None)


def take_marker_unless_running(warehouse: Warehouse, objects: Objects) -> None:
    """The same for a reader. Does nothing during a run on this machine, which may be changing the file."""
    found = _marker(warehouse, objects)
    if found and not _is_same_here(warehouse, found):
        with suppress(WarehouseLocked), pipeline_lock(warehouse.lock):
            take_marker(warehouse, objects)


def claim_market(warehouse: Warehouse, objects: Objects) -> None:
    """Assign a new store to the market of this directory. Raises WrongMarket when it has another."""
    if _marker(warehouse, objects) is None:
        objects.put_new(MARKER, read_file(warehouse.marker))
        _marker(warehouse, objects)


def put_marker(warehouse: Warehouse, objects: Objects) -> None:
    """Replace the store's `warehouse.json`, if it still has the version that was taken over.

    Raises StorageError when another machine has changed it, WrongMarket when the store has another market.
    """
    content, known = read_file(warehouse.marker), read_state(warehouse)
    before = known.marker if known else None
    found = objects.get(MARKER)
    if found is not None and found.content == content:
        update_state(warehouse, marker=found.version)
        return
    try:
        update_state(warehouse, marker=objects.replace(MARKER, content, before))
    except NotReplaced:
        take_marker(warehouse, objects)
        raise StorageError(
            f"another machine has changed {objects.address}/{MARKER} since this run began; run again: leverage run"
        ) from None


def _marker(warehouse: Warehouse, objects: Objects) -> Found | None:
    """The `warehouse.json` of the store. Raises WrongMarket and StorageError like `take_marker`."""
    found = objects.get(MARKER)
    if found is not None:
        try:
            market = json.loads(found.content)["market"]
        except (ValueError, TypeError, KeyError):
            raise StorageError(f"{objects.address}/{MARKER} is damaged: it names no market; restore it") from None
        warehouse.refuse_other(market)
    return found


def _is_same_here(warehouse: Warehouse, found: Found) -> bool:
    return warehouse.marker.exists() and warehouse.marker.read_bytes() == found.content


def require_conditional_puts(objects: Objects) -> None:
    """Raise StorageError when the store ignores the conditions of puts. The marker has to be there."""
    if not objects.honours_conditions(MARKER):
        raise StorageError(
            f"cannot use {objects.address}: the store ignores If-None-Match or If-Match, without which two machines"
            " could overwrite each other's releases; use one that has conditional puts"
        )


def refuse_working_directory(warehouse: Warehouse) -> None:
    """Raise WarehouseError for the working directory of a store that is used as a warehouse of its own."""
    if warehouse.address is None and (known := read_state(warehouse)):
        raise WarehouseError(
            f"{warehouse.root} is the working directory of {known.address}; use --warehouse {known.address}"
        )


def _state(warehouse: Warehouse) -> Path:
    return warehouse.root / STORE_STATE


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, content, durable=True)
    except OSError as error:
        raise WarehouseError(
            f"cannot write to {path.parent}: {error.strerror}; check the disk and its owner"
        ) from error
