"""A process that fetches archives for another: one interpreter uses one core for HTTP, however many threads it has.

Run as a module, it reads batches from standard input and answers each on standard output. It writes no files and ends
with its input, so it never outlives the run that started it.
"""

from __future__ import annotations

import pickle
import signal
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from queue import SimpleQueue
from typing import BinaryIO

from ingest.archives.archive import Archive, Fetched, fetch_archive
from ingest.errors import ArchiveDamaged, FeedBroken, FeedUnavailable, IngestError
from ingest.http import MarketSession, Traffic

Answers = list[Fetched | ArchiveDamaged]


class Downloaders:
    """`count` such processes, each with `threads` threads and a session like `session`, which counts their traffic.

    Only for hosts without a rate limit: each process would apply the limit separately.
    """

    def __init__(self, session: MarketSession, count: int, threads: int) -> None:
        self._session = session
        self._idle: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()
        self.processes = [
            # Isolated: no modules from the working directory or PYTHONPATH, no other variable of Python's.
            subprocess.Popen(
                [sys.executable, "-I", "-m", "ingest.archives.process"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
            for _ in range(count)
        ]
        for process in self.processes:
            _send(process, (session.market, session.hosts, threads))
            self._idle.put(process)

    def fetch(self, batch: Sequence[Archive]) -> Answers:
        """The batch in order, from the next idle process; waits for one. Raises FeedUnavailable."""
        process = self._idle.get()
        try:
            self._session.refuse_if_closed()
            _send(process, batch)
            assert process.stdout is not None  # noqa: S101 - the same
            answers, refusal, traffic = pickle.load(process.stdout)  # noqa: S301 - what this module wrote
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            process.kill()  # one that lives on would be waited for without end
            raise IngestError(
                f"a download process ended with {process.wait()}", advice="run again; what is landed stays"
            ) from error
        finally:
            self._idle.put(process)
        self._session.take_over(traffic, refusal)
        if refusal:
            raise refusal
        return answers

    def close(self) -> None:
        """End the processes, whatever they are doing."""
        for process in self.processes:
            process.kill()  # they write nothing that could be left incomplete
            process.wait()


def _send(process: subprocess.Popen[bytes], what: object) -> None:
    assert process.stdin is not None  # noqa: S101 - it was started with a pipe
    pickle.dump(what, process.stdin)
    process.stdin.flush()


def _serve(asked: BinaryIO, answered: BinaryIO) -> None:
    """Answer batches until the input ends."""
    market, hosts, threads = pickle.load(asked)  # noqa: S301 - what this module wrote
    session = MarketSession(market, hosts, parallel=threads)
    with ThreadPoolExecutor(threads) as pool:
        while True:
            try:
                batch = pickle.load(asked)  # noqa: S301 - the same
                pickle.dump(_answers(session, pool, batch), answered)
                answered.flush()
            except (EOFError, BrokenPipeError):
                return


def _answers(
    session: MarketSession, pool: ThreadPoolExecutor, batch: Sequence[Archive]
) -> tuple[Answers, FeedUnavailable | None, Traffic]:
    before = session.traffic
    try:
        return list(pool.map(partial(fetch_archive, session), batch)), None, session.traffic.since(before)
    except FeedUnavailable as refusal:
        return [], refusal, session.traffic.since(before)
    except Exception as error:  # noqa: BLE001 - the process that asked reports it
        return [], FeedBroken.by(error), session.traffic.since(before)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends this one
    _serve(sys.stdin.buffer, sys.stdout.buffer)
