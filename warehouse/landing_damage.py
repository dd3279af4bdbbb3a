"""Segments that are damaged or gone: those of new files are left out, those of loaded files are compared and noted."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import duckdb

from ingest.errors import SegmentDamaged
from ingest.feed import Feed
from ingest.feeds import FEEDS, LANDED
from ingest.landing import RECORDS, FileState, Landing, Segment, segment_named
from warehouse.connection import identifier, transaction
from warehouse.damage import note, set_aside

ALL_FOLDERS = [*(feed.name for feed in LANDED), *RECORDS]


def set_aside_segment(landing: Landing, segment: Segment, consequence: str) -> None:
    """Move a damaged segment aside, and note it with what follows and what to do."""
    why = "is damaged: its content does not match the hash in its name"
    set_aside(landing.directory.parent, landing.path(segment), why, f"{consequence}; {_advice(segment.feed)}")


def check_loaded_segments(connection: duckdb.DuckDBPyConnection, landing: Landing) -> None:
    """Read the loaded segments again whose files have changed since. Their loaded rows stay, whatever the files hold.

    A file is taken as unchanged while it has its size and its time of change. A damaged one is moved aside. Segments
    that are gone are noted with one line per feed, each time, until they are restored or refetched.
    """
    ledger = _ledger(connection)
    files = landing.files(ledger.keys())
    changed = {name: file for name, file in files.items() if ledger[name] != file}
    for name, file in sorted(changed.items()):
        segment = segment_named(name)
        try:
            landing.read(segment)
        except SegmentDamaged:
            set_aside_segment(landing, segment, "build.duckdb has its rows, but could not be made again")
            del files[name], ledger[name]  # this line says it all
        else:
            connection.execute(
                "UPDATE raw.load_ledger SET size_bytes = ?, modified_ns = ? WHERE segment = ?",
                [file.size, file.modified_ns, name],
            )
    gone = sorted(set(ledger) - set(files))
    for feed, names in groupby(gone, lambda name: name.partition("/")[0]):
        first, *others = names
        more = f" and {len(others)} more are gone" if others else " is gone"
        note(
            landing.directory.parent,
            f"landing/{first}{more}; build.duckdb has the rows, but could not be made again; {_advice(feed)}",
        )


def forget_lost_segments(connection: duckdb.DuckDBPyConnection, landing: Landing, feed: Feed) -> None:
    """Remove what was loaded from segments of `feed` that are not in landing any more, so that it is fetched again."""
    present = {segment.name for segment in landing.segments([feed.name])}
    forget_segments(
        connection,
        feed.name,
        [name for name in _ledger(connection) if name.startswith(f"{feed.name}/") and name not in present],
    )


def forget_segments(connection: duckdb.DuckDBPyConnection, folder: str, names: Sequence[str]) -> None:
    """Remove what was loaded from these segments of a folder of landing."""
    if names:
        with transaction(connection):
            for table in (f"raw.{identifier(folder)}", "raw.load_ledger", "ops.coverage"):
                connection.execute(f"DELETE FROM {table} WHERE list_contains(?, segment)", [list(names)])  # noqa: S608


def _ledger(connection: duckdb.DuckDBPyConnection) -> dict[str, FileState]:
    """The loaded segments with their files as they were then."""
    loaded = connection.execute("SELECT segment, size_bytes, modified_ns FROM raw.load_ledger").fetchall()
    return {name: FileState(size, modified) for name, size, modified in loaded}


def _advice(feed: str) -> str:
    if any(fetched.name == feed for fetched in FEEDS):
        return f"restore it from a backup, or run: leverage run --refetch {feed}"
    return "restore it from a backup, because no venue can be asked for it again"
