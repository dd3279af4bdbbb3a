"""The one HTTP session: rate limits per host, timeouts, retries, verified downloads.

`ingest.responses` says what an answer means, `ingest.transport` how each market is reached.
"""

from __future__ import annotations

import copy
import hashlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import requests
import urllib3
from requests.adapters import BaseAdapter
from requests.utils import requote_uri
from tenacity import RetryCallState, Retrying, retry_if_exception_type
from tenacity.wait import wait_exponential_jitter

from ingest.errors import (
    ArchiveAbsent,
    ArchiveDamaged,
    Banned,
    ChecksumDiffers,
    FeedUnavailable,
    GeoBlocked,
    HostUnreachable,
    NoConnection,
    RefusedAttempt,
    RefusedByServer,
    Stopped,
    Transient,
    UnknownCode,
    VenueFailing,
)
from ingest.market import Host, Market
from ingest.responses import Judge, body_of, broken, decoded, place, refuse, without_keys
from ingest.transport import Session, transports

TIMEOUT = (10.0, 60.0)  # seconds to connect, and between two bytes: Vision stalls for half a minute at times
ATTEMPTS = 12  # with 4 of 10 attempts failing, 1 request in 60,000 gives up
# A host that accepts no connection for a second or two is down, not busy; a final refusal stays one; an unknown code
# that one series has met in all its attempts does not pass soon for the next series either.
FEW_ATTEMPTS = 3
LONGEST_WAIT = 120.0  # seconds; a host that asks for more is asked nothing more before the next run
PATIENCE = 300.0  # seconds in which a host did nothing but fail; 12 attempts at 120 each would hold up the run


@dataclass(frozen=True)
class Traffic:
    """What went over the wire between two readings."""

    requests: int
    retries: int
    bytes: int

    def since(self, earlier: Traffic) -> Traffic:
        return Traffic(self.requests - earlier.requests, self.retries - earlier.retries, self.bytes - earlier.bytes)


class MarketSession:
    """The venues of one market. Safe to share between threads.

    `simulation` is the transport of the sample market; `pause` takes seconds and is replaced in tests.
    """

    def __init__(
        self,
        market: Market,
        hosts: Mapping[str, Host],
        *,
        simulation: BaseAdapter | None = None,
        parallel: int = 8,
        pause: Callable[[float], None] | None = None,
    ) -> None:
        self.market = market
        self.hosts = hosts
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._closed_hosts: dict[str, FeedUnavailable] = {}
        self._answered: set[str] = set()
        self._failing_since: dict[str, float] = {}
        self._outlasted: set[tuple[str, str]] = set()  # hosts and their unknown codes that all attempts met
        self._prepared: dict[str, requests.PreparedRequest] = {}
        self._found: dict[str, Mapping[str, Any]] = {}
        self._stop = threading.Event()
        self._pause: Callable[[float], None] = pause or self._sleep
        # A proxy for the internet is none for a relay on loopback.
        self._session = Session(environment=market.kind == "live")
        self._session.headers["User-Agent"] = "leverage-warehouse"
        for prefix, adapter in transports(market, hosts, simulation, parallel):
            self._session.mount(prefix, adapter)

    def close(self) -> None:
        self._stop.set()
        self._session.close()

    def _sleep(self, seconds: float) -> None:
        """Wait, or until the session is closed."""
        self._stop.wait(seconds)

    def counted(self) -> MarketSession:
        """This session with a count of its own traffic, for one of the feeds that are fetched at the same time."""
        own = copy.copy(self)
        own._counts = Counter()
        return own

    def refuse_if_closed(self) -> None:
        """Raise Stopped once the session is closed, so that no thread asks again."""
        if self._stop.is_set():
            raise Stopped("the run was stopped", advice="the next run fetches what is missing")

    @property
    def traffic(self) -> Traffic:
        with self._lock:
            return Traffic(self._counts["requests"], self._counts["retries"], self._counts["bytes"])

    def may_be_shared(self, hosts: Collection[str]) -> bool:
        """Whether sessions of other processes may ask these hosts too: none has a rate limit that all would share."""
        return not self.market.simulated and not any(
            name.partition("/")[0] in hosts and (limit.per_second or limit.per_minute)
            for name, limit in self.hosts.items()
        )

    def take_over(self, traffic: Traffic, refusal: FeedUnavailable | None) -> None:
        """What such a session did, and why it could do no more, as if it had been this one."""
        self._count(requests=traffic.requests, retries=traffic.retries, bytes=traffic.bytes)
        if isinstance(refusal, Banned | GeoBlocked | HostUnreachable):
            self._close_host(refusal)

    def get_json(
        self,
        url: str,
        params: Mapping[str, str | int] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        judge: Judge | None = None,
    ) -> Any:  # noqa: ANN401 - whatever JSON the venue sends
        """The decoded body of a GET. Raises FeedUnavailable, or one of its kinds, when there is none."""
        return self._persist(url, lambda: decoded(self._ask(url, params, headers, judge), *place(url), judge))

    def post_json(self, url: str, question: Mapping[str, Any], *, judge: Judge | None = None) -> Any:  # noqa: ANN401
        """The same for a venue that is asked by POST with a JSON body; asking changes nothing there."""
        return self._persist(
            url, lambda: decoded(self._ask(url, None, None, judge, question=question), *place(url), judge)
        )

    def download(self, url: str) -> bytes:
        """The body of an archive, streamed. Raises ArchiveAbsent on 404, FeedUnavailable otherwise."""
        return self._persist(url, lambda: self._ask(url, None, None, None, archive=True))

    def verified(self, url: str) -> tuple[bytes, str | None]:
        """An archive and its sha256, which equals the one published beside it as `<url>.CHECKSUM`.

        The sum is None where none is published: the archive may be there all the same, and a broken one does not unzip.
        Raises ArchiveAbsent when the archive itself is not there, ArchiveDamaged when every download differs from the
        published sum, FeedUnavailable otherwise.
        """
        host, path = place(url)
        try:
            expected = self.published_sum(url)
        except ArchiveAbsent:
            return self.download(url), None

        def attempt() -> bytes:
            body = self._ask(url, None, None, None, archive=True)
            if hashlib.sha256(body).hexdigest() != expected:
                raise ChecksumDiffers("archive does not match its published sha256", host=host, path=path)
            return body

        return self._persist(url, attempt), expected

    def published_sum(self, url: str) -> str:
        """The sha256 that is published beside an archive. Raises ArchiveAbsent on 404, FeedUnavailable otherwise."""

        def attempt() -> str:
            text = self._ask(f"{url}.CHECKSUM", None, None, None, archive=True)[:64].decode("ascii", "replace").lower()
            if len(text) < 64 or set(text) - set("0123456789abcdef"):
                host, path = place(url)
                raise Transient(f"malformed checksum {text!r}", host=host, path=path)
            return text

        return str(self._persist(f"{url}.CHECKSUM", attempt))

    def _persist(self, url: str, attempt: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever the attempt brings
        host, path = place(url)
        retrying = Retrying(
            stop=lambda state: state.attempt_number >= self._attempts(host, state) or self._failed_for(host) > PATIENCE,
            wait=_wait,
            retry=retry_if_exception_type(Transient),
            sleep=self._pause,
            before_sleep=lambda _: self._count(retries=1),
            reraise=True,
        )
        try:
            return retrying(lambda: self._noted(host, attempt))
        except (Banned, GeoBlocked) as error:
            self._close_host(error)
            raise
        except ChecksumDiffers as error:
            raise ArchiveDamaged(error.what, host=host, path=path, advice="the next run tries again") from error
        except NoConnection as error:
            raise self._close_host(
                HostUnreachable(error.what, host=host, advice="check the network; the next run fetches what is missing")
            ) from error
        except RefusedByServer as error:
            raise error.refusal from error
        except Transient as error:
            asks_for_a_break = (error.retry_after or 0) > LONGEST_WAIT
            wish = f", and asked for {error.retry_after:.0f} seconds of quiet" if asks_for_a_break else ""
            failing: FeedUnavailable = VenueFailing(
                f"{error.what}, {retrying.statistics['attempt_number']} times{wish}",
                host=host,
                path=path,
                advice="the next run fetches what is missing",
            )
            # A host that asks for a break bans clients that do not take it.
            if asks_for_a_break or self._failed_for(host) > PATIENCE:
                failing = self._close_host(failing)
            elif isinstance(error, RefusedAttempt):
                if isinstance(error, UnknownCode):
                    self._outlasted.add((host, error.what))
                failing = error.refusal  # the host may still answer for other series
            raise failing from error

    def _attempts(self, host: str, state: RetryCallState) -> int:
        """How many attempts the last error is worth."""
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, Transient) and (error.retry_after or 0) > LONGEST_WAIT:
            return 1
        outlasted = isinstance(error, UnknownCode) and (host, error.what) in self._outlasted
        return FEW_ATTEMPTS if outlasted or isinstance(error, NoConnection | RefusedByServer) else ATTEMPTS

    def _noted(self, host: str, attempt: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever the attempt brings
        """One attempt, and since when the host has done nothing but fail."""
        started, failed = time.monotonic(), False
        try:
            return attempt()
        except Transient:
            failed = True
            raise
        finally:
            with self._lock:
                if failed:
                    self._failing_since.setdefault(host, started)
                else:
                    self._failing_since.pop(host, None)

    def _failed_for(self, host: str) -> float:
        """Seconds since the first of the failures that no answer has come between."""
        since = self._failing_since.get(host)
        return 0.0 if since is None else time.monotonic() - since

    def _ask(
        self,
        url: str,
        params: Mapping[str, str | int] | None,
        headers: Mapping[str, str] | None,
        judge: Judge | None,
        *,
        archive: bool = False,
        question: Mapping[str, Any] | None = None,
    ) -> bytes:
        host, path = place(url)
        self.refuse_if_closed()
        if closed := self._closed_hosts.get(host):
            raise copy.copy(closed)
        self._count(requests=1)
        try:
            request = (
                self._plain(host, url)
                if archive
                else self._session.prepare_request(
                    requests.Request(
                        "GET" if question is None else "POST", url, params=params, headers=headers, json=question
                    )
                )
            )
            # A header here is a key: it goes to the host it is for, and to none that this host points at.
            with self._session.send(
                request, timeout=TIMEOUT, allow_redirects=headers is None, **self._settings(host)
            ) as response:
                body = body_of(response, host, path)
                self._count(bytes=len(body))
                body = without_keys(body, headers)
                if response.status_code != 200:
                    known = host in self._answered or self.market.kind != "relay"  # only a relay has an end of its own
                    keyed = headers is not None
                    refuse(response, body, host, path, judge, archive=archive, keyed=keyed, answered_before=known)
                self._answered.add(host)
                return body
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError) as error:
            raise broken(error, host, path) from error

    def _plain(self, host: str, url: str) -> requests.PreparedRequest:
        """A GET of an archive. Preparing each anew takes a third of its time, and there are thousands."""
        if host not in self._prepared:
            self._prepared[host] = self._session.prepare_request(requests.Request("GET", f"https://{host}/"))
        request = copy.copy(self._prepared[host])
        request.url = requote_uri(url)
        return request

    def _settings(self, host: str) -> Mapping[str, Any]:
        """Proxies and certificates that the environment names for this host, and that bodies are streamed."""
        if host not in self._found:
            self._found[host] = self._session.merge_environment_settings(f"https://{host}/", {}, True, None, None)
        return self._found[host]

    def _close_host(self, reason: FeedUnavailable) -> FeedUnavailable:
        """Nothing more is asked of this host in this run."""
        with self._lock:
            # A copy has no traceback: the frames in it would hold on to the run's database until the process ends.
            self._closed_hosts.setdefault(reason.host, copy.copy(reason))
        return reason

    def _count(self, **amounts: int) -> None:
        with self._lock:
            self._counts.update(amounts)


_BACKOFF = wait_exponential_jitter(multiplier=0.25, max=8, jitter=0.5)


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, Transient) else None
    return _BACKOFF(state) if asked is None else asked + _BACKOFF(state) / 8
