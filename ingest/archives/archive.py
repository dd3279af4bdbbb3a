"""One checksummed archive: its address, its content, and how a zip with one CSV is read.

`ingest.archives.downloads` fetches many at once. Venue modules decide which archives exist.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass

from ingest.errors import ArchiveAbsent, ArchiveDamaged
from ingest.http import MarketSession
from ingest.windows import Window

LARGEST = 512 * 2**20  # bytes of a file in a zip; a month of 1-minute bars has 8 MiB


@dataclass(frozen=True)
class Archive:
    """One published file: the series and window it holds."""

    url: str
    series: str
    window: Window

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.url.rsplit("/", 1)[1]


@dataclass(frozen=True)
class Fetched:
    """A downloaded archive: its CSV as published, and its sha256, which is None when it is absent.

    `is_verified` says whether the venue publishes the same sum beside it. `text` is None when the archive is absent.
    """

    archive: Archive
    text: bytes | None
    sha256: str | None
    is_verified: bool = True


def fetch_archive(session: MarketSession, archive: Archive) -> Fetched | ArchiveDamaged:
    """The archive, verified and unzipped, or the error if it is damaged. Raises FeedUnavailable as the session does."""
    try:
        body, published = session.verified(archive.url)
        sha256 = published or hashlib.sha256(body).hexdigest()
        return Fetched(archive, only_member(body, archive.url), sha256, is_verified=published is not None)
    except ArchiveAbsent:
        return Fetched(archive, None, None)
    except ArchiveDamaged as error:
        return error


def only_member(body: bytes, url: str) -> bytes:
    """The one file inside a zip.

    Raises ArchiveDamaged when it is no zip, holds another number of files, or one larger than LARGEST.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as opened:
            names = opened.namelist()
            if len(names) != 1:
                raise ArchiveDamaged(f"{url} holds {len(names)} files, not one")
            with opened.open(names[0]) as member:
                content = member.read(LARGEST + 1)
    except ArchiveDamaged:
        raise
    except Exception as error:  # zipfile raises ten kinds of them for bytes that are no zip
        raise ArchiveDamaged(f"{url} does not unzip: {error}") from error
    if len(content) > LARGEST:
        raise ArchiveDamaged(f"{url} holds more than {LARGEST >> 20} MiB")
    return content
