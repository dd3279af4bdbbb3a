"""The write-ahead file: what arrived, as it arrived, on disk before anything is made of it.

One line a message or ledger entry, each with its checksum. Lines wait in memory until `sync`, which is called at
least every second; what a crash cuts off is found by the checksums. What the lines mean is `record.conversion`'s.
"""

from __future__ import annotations

import asyncio
import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ingest.durable import force_to_disk
from record.ledger import Entry

SUFFIX = ".wal"
WAITING_BYTES = 32 * 2**20  # of messages kept in memory while the disk takes nothing; days of ordinary traffic
FILE_BYTES = 3 * 2**20  # making segments of a file takes some twenty times its size in memory
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Message:
    """One frame of one stream; `at` is UTC."""

    stream: str
    at: datetime
    text: str


class WriteAhead:
    """The file that is being written, and the lines that wait for it. Raises OSError where no file can be made."""

    def __init__(self, folder: Path, recorder: str) -> None:
        self._folder, self._recorder = folder, recorder
        self._serial = 0
        self._waiting: list[bytes] = []
        self._batch: list[bytes] = []
        self._waiting_bytes = self.synced_bytes = 0
        self.path: Path | None
        self.path, self._file = self._opened()

    def append(self, message: Message) -> bool:
        """Take a message; False when there is no room for it because the disk has long taken nothing."""
        if self._waiting_bytes > WAITING_BYTES:
            return False
        self._take(["m", message.stream, (message.at - EPOCH) // timedelta(microseconds=1), message.text])
        return True

    def note(self, entry: Entry) -> None:
        """Take a ledger entry, room or not: what is lost has to be said."""
        self._take(["e", entry.stored()])

    async def sync(self) -> None:
        """Bring what waits to disk. Raises OSError; then it all still waits, and the file ends with a whole line."""
        self._batch += self._waiting
        self._waiting = []
        while self._batch:
            lines = self._fitting()
            data = b"".join(self._batch[:lines])
            await asyncio.to_thread(self._write, data)
            self._waiting_bytes -= len(data)
            del self._batch[:lines]
            if self.synced_bytes >= FILE_BYTES:
                self.rotate()

    def rotate(self) -> Path | None:
        """Go on in a new file and return the old one; None when it is empty. Raises OSError and stays where it is."""
        if not self.synced_bytes:
            return None
        path, file = self._opened()
        os.close(self._file)
        sealed, self.path, self._file, self.synced_bytes = self.path, path, file, 0
        return sealed

    def close(self) -> None:
        """Nothing is written any more; the file is left as a recorder that has died leaves it."""
        os.close(self._file)
        if not self.synced_bytes and self.path:
            self.path.unlink()
        self.path = None

    def _fitting(self) -> int:
        """How many lines of the batch still belong into this file; at least one."""
        room = FILE_BYTES - self.synced_bytes
        for lines, line in enumerate(self._batch, 1):
            room -= len(line)
            if room <= 0:
                return lines
        return len(self._batch)

    def _take(self, content: list[Any]) -> None:
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        line = b"%08x %b\n" % (zlib.crc32(text), text)
        self._waiting.append(line)
        self._waiting_bytes += len(line)

    def _opened(self) -> tuple[Path, int]:
        self._serial += 1
        path = self._folder / f"{self._recorder}-{self._serial:08d}{SUFFIX}"
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o644)
        force_to_disk(self._folder)
        return path, file

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        try:
            while left:
                left = left[os.write(self._file, left) :]
            os.fdatasync(self._file)
        except OSError:
            # After a failed sync nothing since the last good one can be relied on, written or not.
            os.ftruncate(self._file, self.synced_bytes)
            raise
        self.synced_bytes += len(data)


class Reading:
    """The lines of a file that is not written any more. `torn` counts the broken ones, once all have been read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.torn = 0

    def __iter__(self) -> Iterator[Message | Entry]:
        with self._path.open("rb") as file:
            for line in file:
                content = _content(line)
                if content is None:
                    self.torn += 1
                elif content[0] == "m":
                    yield Message(content[1], EPOCH + timedelta(microseconds=content[2]), content[3])
                else:
                    yield Entry.restored(content[1])


def recorder_of(path: Path) -> str:
    """The run of the recorder that wrote a file."""
    return path.name.removesuffix(SUFFIX).rpartition("-")[0]


def sealed_files(folder: Path, but: Path | None) -> list[Path]:
    """The write-ahead files that nobody writes to any more, oldest first."""
    return sorted(path for path in folder.glob(f"*{SUFFIX}") if path != but)


def remove(path: Path) -> None:
    """Remove a file whose content has landed."""
    path.unlink()
    force_to_disk(path.parent)


def _content(line: bytes) -> list[Any] | None:
    """What a line holds, None when it is not whole."""
    checksum, _, text = line.rstrip(b"\n").partition(b" ")
    if not line.endswith(b"\n") or checksum != b"%08x" % zlib.crc32(text):
        return None
    return list(json.loads(text.decode("utf-8", "surrogatepass")))
