"""The landing zone: append-only Parquet segments, the only thing that cannot be made again.

A segment is written to a temporary file, synced and renamed. Its name carries series, window, content hash and the
moment it was fetched; what it answers for (its parts) is in its metadata, so that a database can be rebuilt from
here alone. Who reads the segments is no business of this module.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import secrets
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from ingest.coverage import Part
from ingest.durable import force_to_disk, locked
from ingest.errors import IngestError, SegmentDamaged
from ingest.feed import Feed
from ingest.windows import Window

STAMP = "%Y%m%dT%H%M%S.%fZ"
NAME = re.compile(r"(?P<series>[^_]+)_(?P<window>\d{8}_\d{8})_(?P<hash>[0-9a-f]{16})_(?P<stamp>[\dT.]+Z)\.parquet")
QUARANTINE = "quarantine"
REVISIONS = "regime_revisions"
READINGS = "readings_hourly"
EVENTS = "events_hourly"
OWN_RECORDS = (REVISIONS, READINGS, EVENTS)  # folders of what was published
RECORDS = frozenset({QUARANTINE, *OWN_RECORDS})  # folders of what no venue can be asked for again
QUARANTINE_SCHEMA = {"feed": pl.String, "symbol": pl.String, "reason": pl.String, "payload": pl.String}
INGESTED_AT = "ingested_at"


@dataclass(frozen=True)
class Segment:
    """One landed file: `name` is its path below the landing directory, and identifies it."""

    name: str
    feed: str
    ingested_at: datetime

    @property
    def order(self) -> tuple[datetime, str]:
        return (self.ingested_at, self.name)

    @property
    def last_day(self) -> date:
        """The day in which the window of its rows ends."""
        return datetime.strptime(self.name.rsplit("_", 3)[1], "%Y%m%d").date()


class FileState(NamedTuple):
    """What changes when a file is written to: its size in bytes, and the time of its last change in nanoseconds."""

    size: int
    modified_ns: int


@dataclass(frozen=True)
class Landed:
    """The content of a segment: its rows with the column `ingested_at`, and what it answers for."""

    rows: pl.DataFrame
    parts: list[Part]


@dataclass
class _Written:
    """What a folder held after the last write: the time of the newest fetch, and the hash of the newest segment of each
    series and window. Valid while the folder has the modification time that was set then."""

    changed_ns: int | None = None
    newest: datetime | None = None
    hashes: dict[str, str] = field(default_factory=dict)


def segment_named(name: str) -> Segment:
    """The segment with this path below a landing directory. Raises ValueError when a segment cannot have it."""
    feed, _, file = name.rpartition("/")
    if not (found := NAME.fullmatch(file)):
        raise ValueError(f"{name} is no segment")
    return Segment(name, feed, datetime.fromisoformat(found["stamp"]))


class Landing:
    """The segments below one directory. Safe in several threads and processes at once."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._written: dict[str, _Written] = {}

    @property
    def inbox(self) -> Path:
        """Where users put files of their own, in a folder per feed."""
        return self.directory / "inbox"

    def segments(self, folders: Collection[str], known: Collection[str] = frozenset()) -> list[Segment]:
        """The segments of these feeds without those of the `known` names, oldest fetch first.

        Temporary files of a run that died are not segments.
        """
        present = [self.directory / name for name in folders if (self.directory / name).is_dir()]
        return sorted((s for folder in present for s in self._in(folder, known)), key=lambda s: s.order)

    def write(self, feed: Feed, rows: pl.DataFrame, parts: Sequence[Part], now: datetime) -> Segment | None:
        """Land `rows` (schema columns) with the parts they answer for; None when the newest segment says the same."""
        return self._write(feed.name, rows, parts, now)

    def quarantine(self, feed: Feed, rows: pl.DataFrame, parts: Sequence[Part], now: datetime) -> Segment | None:
        """Land rows that broke the schema of `feed`: symbol, reason, payload."""
        labelled = rows.select(pl.lit(feed.name).alias("feed"), "symbol", "reason", "payload")
        return self._write(QUARANTINE, labelled, parts, now)

    def record(self, name: str, rows: pl.DataFrame, window: Window, now: datetime) -> Segment | None:
        """Land rows that were made here and cannot be made again, such as what was published, about `window`."""
        return self._write(name, rows, [Part(name, "own", window, rows.height)], now)

    def path(self, segment: Segment) -> Path:
        return self.directory / segment.name

    def files(self, segments: Collection[str]) -> dict[str, FileState]:
        """The size and the last change of the files of these segments that are there, by the name of the segment."""
        states = {}
        for name in segments:
            try:
                found = os.stat(f"{self.directory}/{name}")
            except (FileNotFoundError, NotADirectoryError):
                continue
            states[name] = FileState(found.st_size, found.st_mtime_ns)
        return states

    def file(self, segment: Segment) -> FileState:
        found = self.path(segment).stat()
        return FileState(found.st_size, found.st_mtime_ns)

    def parts(self, segment: Segment) -> list[Part]:
        """What a segment answers for. Raises SegmentDamaged like `read`."""
        return self.read(segment).parts

    def read(self, segment: Segment) -> Landed:
        """The rows and parts of a segment, after comparing them with the hash and the time in its name.

        Raises SegmentDamaged when they differ or the file cannot be decoded, IngestError when it cannot be opened.
        """
        try:
            content = self.path(segment).read_bytes()
        except OSError as error:
            raise IngestError(f"cannot read {segment.name}: {error.strerror}", advice="check its owner") from error
        return self.decode(segment, content)

    @staticmethod
    def decode(segment: Segment, file: bytes) -> Landed:
        """The rows and parts of a segment from the bytes of its file. Raises SegmentDamaged like `read`."""
        content = io.BytesIO(file)
        try:
            described = pl.read_parquet_metadata(content)["parts"]
            rows = pl.read_parquet(content)
            named = NAME.fullmatch(Path(segment.name).name)
            is_whole = named and _content_hash(rows.drop(INGESTED_AT), described) == named["hash"]
            fetched = rows[INGESTED_AT] == segment.ingested_at.replace(tzinfo=None)
            parts = [] if segment.feed in RECORDS else _parts_from(described, segment.ingested_at)
        # Polars panics on some broken files. The others are what decoding such a file raises.
        except (OSError, LookupError, ValueError, TypeError, pl.exceptions.PolarsError, pl.exceptions.PanicException):
            is_whole = False
        if not is_whole or not fetched.all():
            raise SegmentDamaged(f"{segment.name} is damaged: its content does not match the hash in its name")
        return Landed(rows, parts)

    def _write(self, feed: str, rows: pl.DataFrame, parts: Sequence[Part], now: datetime) -> Segment | None:
        folder = self.directory / feed
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder):  # the hour's refresh, the daily run and the recorder may write at the same time
            return self._write_in(folder, rows, parts, now)

    def _write_in(self, folder: Path, rows: pl.DataFrame, parts: Sequence[Part], now: datetime) -> Segment | None:
        feed = folder.name
        label = re.sub(r"[^A-Za-z0-9.-]", "-", _common_series(parts))
        window = _spanned(parts)
        described = json.dumps([_part_to(p) for p in parts], separators=(",", ":"))
        content = _content_hash(rows, described)
        written, series = self._before(folder), f"{label}_{window}"
        if written.hashes.get(series) == content:
            return None
        stamp = now.astimezone(UTC)
        if written.newest and written.newest >= stamp:
            stamp = written.newest + timedelta(microseconds=1)  # a clock that stood still or went back: order must hold
        name = f"{label}_{window}_{content}_{stamp.strftime(STAMP)}.parquet"
        stamped = rows.with_columns(pl.lit(stamp.replace(tzinfo=None)).cast(pl.Datetime("us")).alias(INGESTED_AT))
        temporary = folder / f".{name}.{os.getpid()}"
        try:
            stamped.write_parquet(temporary, compression="zstd", metadata={"feed": feed, "parts": described})
            force_to_disk(temporary)
            temporary.rename(folder / name)
        except BaseException:
            temporary.unlink(missing_ok=True)  # a full disk must not get fuller by what did not fit
            raise
        force_to_disk(folder)
        written.newest, written.hashes[series] = stamp, content
        written.changed_ns = _marked(folder)
        return Segment(f"{feed}/{name}", feed, stamp)

    def _before(self, folder: Path) -> _Written:
        """What the folder holds. It is listed only when another process has changed it since the last write: a list for
        each of thousands of segments would cost more than writing them."""
        known = self._written.get(folder.name)
        if known is None or known.changed_ns is None or folder.stat().st_mtime_ns != known.changed_ns:
            known = self._written[folder.name] = _Written()
            # Other files may lie among the segments.
            segments = (found for file in os.listdir(folder) if (found := NAME.fullmatch(file)))
            found = None
            for found in sorted(segments, key=lambda found: found["stamp"]):
                known.hashes[f"{found['series']}_{found['window']}"] = found["hash"]
            known.newest = datetime.fromisoformat(found["stamp"]) if found else None
        return known

    def _in(self, folder: Path, known: Collection[str] = frozenset()) -> Iterator[Segment]:
        feed = folder.name
        for file in os.listdir(folder):
            name = f"{feed}/{file}"
            if name not in known and (found := NAME.fullmatch(file)):
                # Years of daily segments: strptime takes fifty times as long.
                yield Segment(name, feed, datetime.fromisoformat(found["stamp"]))


def _common_series(parts: Sequence[Part]) -> str:
    """The series of the parts, or what theirs have in common before the slash, or `several`."""
    for names in ({part.series for part in parts}, {part.series.partition("/")[0] for part in parts}):
        if len(names) == 1:
            return names.pop()
    return "several"


def _marked(folder: Path) -> int | None:
    """Set a random modification time and return it in nanoseconds, None when that is not possible.

    A time set by the kernel is the time of its last tick, so two writers within a few milliseconds leave the same one.
    """
    state = folder.stat()
    mark = state.st_mtime_ns // 1_000_000_000 * 1_000_000_000 + secrets.randbelow(1_000_000_000)
    try:
        os.utime(folder, ns=(state.st_atime_ns, mark))
    except PermissionError:  # only the owner may
        return None
    return mark if folder.stat().st_mtime_ns == mark else None


def _spanned(parts: Sequence[Part]) -> str:
    first = min(part.window.start for part in parts)
    last = max(part.window.end for part in parts)
    return f"{first:%Y%m%d}_{last:%Y%m%d}"


def _content_hash(rows: pl.DataFrame, described: str) -> str:
    """Of the values and what they answer for, not of the file: Parquet bytes differ between writers."""
    digest = hashlib.sha256(described.encode())
    digest.update(repr(list(rows.schema.items())).encode())
    # As text: the same values can have several forms in memory (chunks, the bytes below a null).
    text = io.BytesIO()
    rows.select(pl.all().to_physical()).write_csv(text, include_header=False, null_value="\0")
    digest.update(text.getbuffer())
    return digest.hexdigest()[:16]


def _part_to(part: Part) -> dict[str, Any]:
    return {
        "series": part.series,
        "channel": part.channel,
        "start": part.window.start.isoformat(),
        "end": part.window.end.isoformat(),
        "rows": part.rows,
        "url": part.url,
        "sha256": part.sha256,
        "absent": part.absent,
        **({"answered_at": part.answered_at.isoformat()} if part.answered_at else {}),
    }


def _parts_from(described: str, ingested_at: datetime) -> list[Part]:
    return [_part_from(part, ingested_at) for part in json.loads(described)]


def _part_from(stored: dict[str, Any], ingested_at: datetime) -> Part:
    """The part as it was landed. An old segment has its absences as of the time of the fetch."""
    answered_at = stored.get("answered_at")
    window = Window(datetime.fromisoformat(stored["start"]), datetime.fromisoformat(stored["end"]))
    return Part(
        stored["series"],
        stored["channel"],
        window,
        stored["rows"],
        stored["url"],
        stored["sha256"],
        stored["absent"],
        (datetime.fromisoformat(answered_at) if answered_at else ingested_at) if stored["absent"] else None,
    )
