"""Archives that a venue has published again: for two weeks their checksums are asked for once more.

Only the checksums: an archive is fetched again when its checksum has changed, and its earlier rows stay landed.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from ingest.archives.downloads import PARALLEL
from ingest.coverage import Part
from ingest.errors import ArchiveAbsent, FeedUnavailable
from ingest.feed import Batch, Request

REVISED_WITHIN = timedelta(days=14)  # of the end of its window; an older archive takes a refetch


def revised_archives(request: Request) -> Iterator[Batch]:
    """Yield the feed's batches for the archives of `request.recheck` that have another checksum now.

    A venue that cannot be asked costs a note, and what is held stays valid.
    """
    try:
        with request.archive_turn:
            revised = [part for part, published in _published(request) if published != part.sha256]
    except FeedUnavailable as error:
        request.notes.append(f"whether archives were revised is not known: {error}")
        return
    if not revised:
        return
    for part in revised:
        request.held.let_go(part)
        request.notes.append(f"{str(part.url).rsplit('/', 1)[-1]} was published anew")
    yield from request.feed.fetch(request)


def _published(request: Request) -> Iterator[tuple[Part, str]]:
    """Yield each part with the checksum that is published now. An archive that is no longer published is left out."""
    pool = ThreadPoolExecutor(PARALLEL, thread_name_prefix="checksum")

    def asked(part: Part) -> str | None:
        try:
            return request.session.published_sum(str(part.url))
        except ArchiveAbsent:
            return None

    try:
        for part, published in zip(request.recheck, pool.map(asked, request.recheck), strict=True):
            if published is not None:
                yield part, published
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
