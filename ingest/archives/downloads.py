"""Many archives at once, in order and in chunks, from a bounded pool of downloads.

Thousands of downloads run in separate processes (`ingest.archives.process`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from ingest.archives.archive import Archive, Fetched, fetch_archive
from ingest.archives.process import Downloaders
from ingest.errors import ArchiveDamaged
from ingest.http import MarketSession
from ingest.responses import place

PARALLEL = 8  # customary for data.binance.vision, which publishes no limit
CHUNK = (
    512  # archives in a segment, the most that an interrupted run fetches again; large chunks mean fewer schema checks
)
BATCH = 32  # archives that a process gets at once
SPREAD_FROM = 1000  # archives; for fewer, starting the processes takes longer than they save

Fetching = Future[Sequence[Fetched | ArchiveDamaged]]


def fetch_archives(session: MarketSession, wanted: Sequence[Archive], notes: list[str]) -> Iterator[list[Fetched]]:
    """Yield the archives in the order given, in chunks; the next chunk downloads while one is being parsed.

    An archive that does not match its checksum is left out with a note; the next run asks for it again.
    Raises FeedUnavailable as the session does; the chunks yielded before stay valid.
    """
    with _pool(session, wanted) as begin:
        chunks = [wanted[i : i + CHUNK] for i in range(0, len(wanted), CHUNK)]
        running = [begin(chunk) for chunk in chunks[:1]]
        for following in [*chunks[1:], ()]:
            running.append(begin(following))
            fetched = [one for fetching in running.pop(0) for one in fetching.result()]
            notes += [str(one) for one in fetched if isinstance(one, ArchiveDamaged)]
            yield [one for one in fetched if isinstance(one, Fetched)]


@contextmanager
def _pool(session: MarketSession, wanted: Sequence[Archive]) -> Iterator[Callable[[Sequence[Archive]], list[Fetching]]]:
    """A function that begins to fetch a chunk. Downloads that still run at the end of the block are cancelled."""
    cores = os.cpu_count() or 1
    spread = cores > 1 and len(wanted) >= SPREAD_FROM and session.may_be_shared({place(one.url)[0] for one in wanted})
    downloaders = Downloaders(session, cores, max(1, PARALLEL // cores)) if spread else None
    pool = ThreadPoolExecutor(cores if downloaders else PARALLEL, thread_name_prefix="archive")

    def begin(chunk: Sequence[Archive]) -> list[Fetching]:
        if downloaders:
            return [pool.submit(downloaders.fetch, chunk[i : i + BATCH]) for i in range(0, len(chunk), BATCH)]
        return [pool.submit(lambda one: [fetch_archive(session, one)], one) for one in chunk]

    try:
        yield begin
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        if downloaders:
            downloaders.close()  # frees the threads that wait for its processes
        pool.shutdown(wait=True)
