"""Feeds side by side: those that share a host one after the other, each host at its own pace.

A thread per lane of feeds pulls and lands. Nothing is loaded here: landing is append-only, and the database has one
writer.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from threading import Event, Lock, Thread

from ingest.feed import Feed, Request
from ingest.landing import Landing
from ingest.pull import Pulled, pull

LAST_MOMENTS = 5.0  # seconds that a stopped run waits for threads in the middle of an answer; they land nothing more


def lanes(feeds: Iterable[Feed]) -> list[list[Feed]]:
    """The feeds in groups that share no host, each in the order given. User files, which have no host, are one group.

    An archive host joins no groups: its feeds take turns (`Request.archive_turn`), and would otherwise wait for the
    interfaces of each other.
    """
    found: list[tuple[set[str], list[Feed]]] = []
    for feed in feeds:
        names = {host.partition("/")[0] for host in feed.hosts}
        own = names - {feed.archive_host} or names or {""}
        joined = [lane for lane in found if lane[0] & own]
        hosts = own.union(*(lane[0] for lane in joined))
        members = [member for lane in joined for member in lane[1]]
        first = found.index(joined[0]) if joined else len(found)
        found = [lane for lane in found if lane not in joined]
        found.insert(first, (hosts, [*members, feed]))
    return [members for _, members in found]


class SideBySide:
    """The pulls of a run. Each feed is pulled once, and its result taken once."""

    def __init__(self, landing: Landing) -> None:
        self._landing = landing
        self._pulls: dict[str, Future[Pulled] | None] = {}
        self._threads: list[Thread] = []
        self._archive_turn = Lock()
        self._ended = Event()

    def lacking(self, feeds: Iterable[Feed]) -> list[Feed]:
        """Those of `feeds` whose pull has not begun."""
        return [feed for feed in feeds if feed.name not in self._pulls]

    def begin(self, requests: Sequence[Request]) -> None:
        """Start to pull feeds that have not begun. Each counts its own traffic in the session that all share."""
        by_feed: dict[str, tuple[Request, Future[Pulled]]] = {
            request.feed.name: (
                replace(request, session=request.session.counted(), archive_turn=self._archive_turn),
                Future(),
            )
            for request in requests
        }
        self._pulls |= {name: pulling for name, (_, pulling) in by_feed.items()}
        for lane in lanes(request.feed for request in requests):
            todo = [by_feed.pop(feed.name) for feed in lane]
            # Daemons: an answer that does not come must not hold up the end of a process that was stopped.
            thread = Thread(target=self._pull_each, args=(todo,), name=f"feeds of {lane[0].venue}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def take(self, feed: Feed) -> Pulled | None:
        """Wait for the pull of a feed; None if it has not begun or was taken before. Raises what the pull raised."""
        pulling = self._pulls.get(feed.name)
        if pulling is None:
            return None
        self._pulls[feed.name] = None
        return pulling.result()

    def close(self) -> None:
        """Begin no other feed. Close the session first: that ends the feeds that are running."""
        self._ended.set()
        until = time.monotonic() + LAST_MOMENTS
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _pull_each(self, todo: list[tuple[Request, Future[Pulled]]]) -> None:
        while todo and not self._ended.is_set():
            request, pulling = todo.pop(0)  # a request holds the coverage of its feed, no longer than the pull takes
            try:
                pulled = pull(request, self._landing)
            except BaseException as error:  # noqa: BLE001 - raised again where the result is taken
                pulling.set_exception(error)
            else:
                pulling.set_result(pulled)
