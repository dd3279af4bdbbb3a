"""Many checksummed archives at once: a bounded pool of downloads, handed on in order and in chunks.

Knows what a zip with one CSV in it is, not whose it is.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from ingest.errors import ArchiveAbsent, ArchiveDamaged
from ingest.http import MarketSession
from ingest.windows import Window

PARALLEL = 8  # customary for data.binance.vision, which publishes no limit
CHUNK = 512  # archives in one segment: what an interrupted run fetches again at most; fewer, larger schema checks


@dataclass(frozen=True)
class Archive:
    """One published file: the series and window it holds."""

    url: str
    series: str
    window: Window


@dataclass(frozen=True)
class Fetched:
    """A downloaded archive: its CSV as published and the sum it was verified by; `text` None when it is absent."""

    archive: Archive
    text: bytes | None
    sha256: str | None


def fetch_archives(session: MarketSession, wanted: Sequence[Archive], notes: list[str]) -> Iterator[list[Fetched]]:
    """Yield the archives in the order given, in chunks; the next chunk downloads while one is being parsed.

    An archive that does not match its checksum is left out with a note and is asked for again by the next run.
    Raises FeedUnavailable as the session does; what was yielded before stays good.
    """
    with ThreadPoolExecutor(PARALLEL, thread_name_prefix="archive") as pool:
        chunks = [wanted[i : i + CHUNK] for i in range(0, len(wanted), CHUNK)]
        running: list[list[Future[Fetched]]] = [[pool.submit(_fetch, session, a) for a in c] for c in chunks[:1]]
        try:
            for following in [*chunks[1:], ()]:
                running.append([pool.submit(_fetch, session, a) for a in following])
                yield _gather(running.pop(0), notes)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _gather(running: list[Future[Fetched]], notes: list[str]) -> list[Fetched]:
    fetched = []
    for future in running:
        try:
            fetched.append(future.result())
        except ArchiveDamaged as error:
            notes.append(str(error))
    return fetched


def _fetch(session: MarketSession, archive: Archive) -> Fetched:
    try:
        body, sha256 = session.verified(archive.url)
    except ArchiveAbsent:
        return Fetched(archive, None, None)
    return Fetched(archive, only_member(body, archive.url), sha256)


def only_member(body: bytes, url: str) -> bytes:
    """The one file inside a zip. Raises ArchiveDamaged when it is no zip or holds another number of files."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as opened:
            names = opened.namelist()
            if len(names) != 1:
                raise ArchiveDamaged(f"{url} holds {len(names)} files, not one")
            return opened.read(names[0])
    # NotImplementedError and RuntimeError: compressed or encrypted in a way that Python does not read.
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise ArchiveDamaged(f"{url} does not unzip: {error}") from error
