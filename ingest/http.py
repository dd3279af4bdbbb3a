"""The one HTTP session: rate limits per host, timeouts, retries, the errors every venue shares, verified downloads.

What a body code of one venue means is the venue's own business: it passes a `judge`, which raises.
"""

from __future__ import annotations

import hashlib
import json
import math
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import BaseAdapter, HTTPAdapter
from tenacity import RetryCallState, Retrying, retry_if_exception_type
from tenacity.wait import wait_exponential_jitter

from ingest.errors import (
    AccessRefused,
    ArchiveAbsent,
    ArchiveDamaged,
    Banned,
    ChecksumDiffers,
    FeedUnavailable,
    GeoBlocked,
    HostUnreachable,
    IngestError,
    NoConnection,
    RequestRefused,
    Transient,
    VenueFailing,
)
from ingest.market import LimitedAdapter, LimitedRelayAdapter, Market, RelayAdapter

TIMEOUT = (10.0, 60.0)  # seconds to connect, and between two bytes: Vision stalls for half a minute at times
ATTEMPTS = 12  # with 4 of 10 attempts failing, 1 request in 60,000 gives up
CONNECTION_ATTEMPTS = 3  # a host that accepts no connection for a second or two is down, not busy
LONGEST_WAIT = 120.0  # seconds; a venue that asks for more is skipped and asked at the next run
ARCHIVE_LIMIT = 256 * 2**20  # bytes; the largest real archive (a month of 1-minute bars) has 2 MiB
SHOWN = 80  # bytes of a malformed body that an error repeats
SHORTEST_KEY = 8  # characters; what is shorter is no real key and could be part of the data

Judge = Callable[[Any, str, str], None]
"""(body, host, path) -> None, or raises Transient or FeedUnavailable for a body-level error code."""


@dataclass(frozen=True)
class Host:
    """How fast a host may be asked; nothing given means no limit but the number of parallel downloads."""

    per_second: float = 0
    per_minute: float = 0
    burst: float = 1


@dataclass(frozen=True)
class Traffic:
    """What went over the wire between two readings."""

    requests: int
    retries: int
    bytes: int

    def since(self, earlier: Traffic) -> Traffic:
        return Traffic(self.requests - earlier.requests, self.retries - earlier.retries, self.bytes - earlier.bytes)


class MarketSession:
    """The venues of one market. Safe to share between the threads of a download pool.

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
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._closed_hosts: dict[str, FeedUnavailable] = {}
        self._answered: set[str] = set()
        self._stop = threading.Event()
        self._pause: Callable[[float], None] = pause or self._sleep
        self._session = requests.Session()
        self._session.headers["User-Agent"] = "leverage-warehouse"
        self._session.trust_env = market.kind == "live"  # a proxy for the internet is none for a relay on loopback
        for prefix, adapter in _adapters(market, hosts, simulation, parallel):
            self._session.mount(prefix, adapter)

    def close(self) -> None:
        self._stop.set()
        self._session.close()

    def _sleep(self, seconds: float) -> None:
        """Wait, or until the session is closed."""
        self._stop.wait(seconds)

    @property
    def traffic(self) -> Traffic:
        with self._lock:
            return Traffic(self._counts["requests"], self._counts["retries"], self._counts["bytes"])

    def get_json(
        self,
        url: str,
        params: Mapping[str, str | int] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        judge: Judge | None = None,
    ) -> Any:  # noqa: ANN401 - whatever JSON the venue sends
        """The decoded body of a GET. Raises FeedUnavailable, or one of its kinds, when it cannot be had."""
        return self._persist(url, lambda: self._judged(url, self._ask(url, params, headers, judge), judge))

    def post_json(self, url: str, question: Mapping[str, Any], *, judge: Judge | None = None) -> Any:  # noqa: ANN401
        """The same for a venue that is asked by POST with a JSON body; asking changes nothing there."""
        return self._persist(
            url, lambda: self._judged(url, self._ask(url, None, None, judge, question=question), judge)
        )

    def download(self, url: str) -> bytes:
        """The body of an archive, streamed. Raises ArchiveAbsent on 404, FeedUnavailable otherwise."""
        return self._persist(url, lambda: self._ask(url, None, None, None, archive=True))

    def verified(self, url: str) -> tuple[bytes, str]:
        """An archive and its sha256, which equals the one published beside it as `<url>.CHECKSUM`.

        Raises ArchiveAbsent on 404, ArchiveDamaged when every download differs from the published sum,
        FeedUnavailable otherwise.
        """
        host, path = _place(url)

        def published() -> str:
            text = self._ask(f"{url}.CHECKSUM", None, None, None, archive=True)[:64].decode("ascii", "replace").lower()
            if len(text) < 64 or set(text) - set("0123456789abcdef"):
                raise Transient(f"malformed checksum {text!r}", host=host, path=path)
            return text

        expected = self._persist(f"{url}.CHECKSUM", published)

        def attempt() -> bytes:
            body = self._ask(url, None, None, None, archive=True)
            if hashlib.sha256(body).hexdigest() != expected:
                raise ChecksumDiffers("archive does not match its published sha256", host=host, path=path)
            return body

        return self._persist(url, attempt), expected

    def _judged(self, url: str, body: bytes, judge: Judge | None) -> Any:  # noqa: ANN401
        host, path = _place(url)
        decoded = _decoded(body, host, path)
        if judge:
            judge(decoded, host, path)
        return decoded

    def _persist(self, url: str, attempt: Callable[[], Any]) -> Any:  # noqa: ANN401
        host, path = _place(url)
        retrying = Retrying(
            stop=_give_up,
            wait=_wait,
            retry=retry_if_exception_type(Transient),
            sleep=self._pause,
            before_sleep=lambda _: self._count(retries=1),
            reraise=True,
        )
        try:
            return retrying(attempt)
        except ChecksumDiffers as error:
            raise ArchiveDamaged(error.what, host=host, path=path, advice="the next run tries again") from error
        except NoConnection as error:
            raise self._close_host(
                HostUnreachable(error.what, host=host, advice="check the network; the next run fetches what is missing")
            ) from error
        except Transient as error:
            raise VenueFailing(
                f"{error.what}, {retrying.statistics['attempt_number']} times",
                host=host,
                path=path,
                advice="the next run fetches what is missing",
            ) from error

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
        host, path = _place(url)
        if closed := self._closed_hosts.get(host):
            raise closed
        self._count(requests=1)
        try:
            # A header here is a key: it goes to the host it is for, and to none that this host points at.
            with self._session.request(
                "GET" if question is None else "POST",
                url,
                params=params,
                headers=headers,
                json=question,
                timeout=TIMEOUT,
                stream=True,
                allow_redirects=headers is None,
            ) as response:
                body = _without_keys(self._body(response, host, path), headers)
                if response.status_code == 200:
                    self._answered.add(host)
                else:
                    self._refused(response, body, host, path, judge, archive)
                return body
        except (requests.exceptions.ConnectTimeout, requests.exceptions.ConnectionError) as error:
            kind = NoConnection if _never_connected(error) else Transient
            raise kind(_connection_fault(error), host=host, path=path) from error
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError) as error:
            raise Transient(_connection_fault(error), host=host, path=path) from error

    def _body(self, response: requests.Response, host: str, path: str) -> bytes:
        received = bytearray()
        for chunk in response.iter_content(1 << 20):
            received += chunk
            if len(received) > ARCHIVE_LIMIT:
                raise RequestRefused(f"answer larger than {ARCHIVE_LIMIT >> 20} MiB", host=host, path=path)
        self._count(bytes=len(received))
        return bytes(received)

    def _refused(
        self,
        response: requests.Response,
        body: bytes,
        host: str,
        path: str,
        judge: Judge | None,
        archive: bool,
    ) -> None:
        status = response.status_code
        if archive and status == 404:
            raise ArchiveAbsent("no such archive", host=host, path=path)
        if status == 502 and host not in self._answered:  # a relay that has nothing to pass the question on to
            raise NoConnection("no connection behind the gateway (HTTP 502)", host=host, path=path)
        if status == 429 or status >= 500:
            raise Transient(f"HTTP {status}", host=host, path=path, retry_after=_retry_after(response))
        shown = body[:SHOWN].decode("utf-8", "replace")
        if status == 418:
            raise self._close_host(
                Banned("the venue banned this address (HTTP 418)", host=host, advice="wait up to 3 days")
            )
        if status == 403 and b"too frequent" in body.lower():  # Bybit's way; CloudFront may carry it
            raise self._close_host(
                Banned("the venue banned this address (HTTP 403)", host=host, advice="wait 10 minutes, ask more slowly")
            )
        if status == 451 or (status == 403 and b"cloudfront" in body.lower()):
            raise self._close_host(
                GeoBlocked(
                    f"not available from this country (HTTP {status})",
                    host=host,
                    advice="other venues cover for it",
                )
            )
        if judge:
            try:
                judge(json.loads(body), host, path)
            except ValueError:
                shown = f"not JSON: {shown}"
        if status in (401, 403):
            raise AccessRefused(
                f"HTTP {status}: {shown}", host=host, path=path, advice="check the key and the plan it has"
            )
        raise RequestRefused(f"HTTP {status}: {shown}", host=host, path=path)

    def _close_host(self, reason: FeedUnavailable) -> FeedUnavailable:
        """Nothing more is asked of this host in this run."""
        with self._lock:
            return self._closed_hosts.setdefault(reason.host, reason)

    def _count(self, **amounts: int) -> None:
        with self._lock:
            self._counts.update(amounts)


def _adapters(
    market: Market, hosts: Mapping[str, Host], simulation: BaseAdapter | None, parallel: int
) -> Iterable[tuple[str, BaseAdapter]]:
    if market.simulated:
        if simulation is None:
            raise IngestError("the sample market needs its simulation")
        yield "https://", simulation
        return
    pool: dict[str, Any] = {"pool_connections": 4, "pool_maxsize": parallel}
    relayed = market.kind == "relay"
    yield "https://", RelayAdapter(relay=market.url, **pool) if relayed else HTTPAdapter(**pool)
    for host, limit in hosts.items():
        if not (limit.per_second or limit.per_minute):
            continue
        rates: dict[str, Any] = {
            "per_second": limit.per_second,
            "per_minute": limit.per_minute,
            "burst": limit.burst,
            # The venue's own Retry-After is obeyed in `_wait`; filling the bucket on a 429 too would wait twice.
            "limit_statuses": (),
        }
        limited: BaseAdapter
        limited = LimitedRelayAdapter(relay=market.url, **rates, **pool) if relayed else LimitedAdapter(**rates, **pool)
        yield f"https://{host}/", limited


def _place(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.netloc, parts.path


def _without_keys(body: bytes, headers: Mapping[str, str] | None) -> bytes:
    """An answer that repeats the key it was asked with must not bring it into errors, logs or landing."""
    for key in (headers or {}).values():
        if len(key) >= SHORTEST_KEY:
            body = body.replace(key.encode(), b"***")
    return body


def _decoded(body: bytes, host: str, path: str) -> Any:  # noqa: ANN401
    try:
        return json.loads(body)
    except ValueError as error:
        shown = body[:SHOWN].decode("utf-8", "replace")
        raise Transient(f"malformed page {shown!r}", host=host, path=path) from error


def _never_connected(error: requests.exceptions.RequestException) -> bool:
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(
        reason, urllib3.exceptions.NewConnectionError | urllib3.exceptions.ConnectTimeoutError
    ) or isinstance(error, requests.exceptions.ConnectTimeout)


def _connection_fault(error: Exception) -> str:
    reason = getattr(error.args[0] if error.args else None, "reason", None) or error
    if isinstance(reason, urllib3.exceptions.NewConnectionError):
        return "no connection"
    if isinstance(error, requests.exceptions.Timeout):
        return "no answer in time"
    return "connection cut"


def _retry_after(response: requests.Response) -> float | None:
    """Seconds, as every venue here sends it (Coinalyze with a fraction); None where absent or a date."""
    try:
        seconds = float(response.headers["Retry-After"])
    except (KeyError, ValueError):
        return None
    return max(seconds, 0.0) if math.isfinite(seconds) else None


_BACKOFF = wait_exponential_jitter(multiplier=0.25, max=8, jitter=0.5)


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, Transient) else None
    return _BACKOFF(state) if asked is None else asked + _BACKOFF(state) / 8


def _give_up(state: RetryCallState) -> bool:
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, Transient) and (error.retry_after or 0) > LONGEST_WAIT:
        return True
    return state.attempt_number >= (CONNECTION_ATTEMPTS if isinstance(error, NoConnection) else ATTEMPTS)
