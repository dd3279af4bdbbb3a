"""How each market is reached: the plain transport with rate limits, the relay, or the simulation.

Only the transport differs: the same session, venue code and parsing run in all three markets.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.utils import get_environ_proxies
from requests_ratelimiter import LimiterMixin

from ingest.errors import IngestError
from ingest.market import Host, Market


class Session(requests.Session):
    """A session that takes proxies and certificates from the environment if `environment`, and nothing else.

    The variables are HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY, REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE. The stock
    session also sends the passwords of a netrc file, to every host if the file has a `default` entry.
    """

    def __init__(self, *, environment: bool) -> None:
        super().__init__()
        self.trust_env = False
        self._environment = environment

    def merge_environment_settings(self, url, proxies, stream, verify, cert):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - as in requests
        if self._environment:
            proxies = {**get_environ_proxies(url), **(proxies or {})}
            if verify is None or verify is True:
                verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or verify
        return super().merge_environment_settings(url, proxies, stream, verify, cert)

    def rebuild_proxies(self, prepared_request, proxies):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - as in requests
        """The proxies for the address that a redirect names."""
        found = get_environ_proxies(prepared_request.url) if self._environment else proxies
        return super().rebuild_proxies(prepared_request, found)


class Limited(LimiterMixin):
    """A rate limit that counts a request as one call, or each value of the parameter `counts_each` as one."""

    counts_each: str | None = None

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - as in requests
        for _ in range(self._calls(request) - 1):  # the last one is taken with the request
            self.limiter.try_acquire(self._bucket_name(request))
        response: requests.Response = super().send(request, **kwargs)
        return response

    def _calls(self, request: requests.PreparedRequest) -> int:
        if self.counts_each is None:
            return 1
        values = parse_qs(urlsplit(str(request.url)).query).get(self.counts_each, [""])
        return sum(value.count(",") + 1 for value in values)


class LimitedAdapter(Limited, HTTPAdapter):  # type: ignore[misc]
    """The plain transport with a rate limit."""


class RelayAdapter(HTTPAdapter):
    """Sends `https://HOST/path` to `<relay>/HOST/path`."""

    # Named in full: LimiterMixin hands on only the arguments that it finds in this signature.
    def __init__(self, relay: str, pool_connections: int = 4, pool_maxsize: int = 8) -> None:
        self._relay = relay
        super().__init__(pool_connections=pool_connections, pool_maxsize=pool_maxsize)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:  # type: ignore[override]  # noqa: ANN401
        # The caller keeps its own request with the venue's address: errors and limits go by that.
        relayed = copy.copy(request)  # its own copy() takes a tenth of a millisecond, of one in all
        assert request.url is not None  # noqa: S101 - a prepared request has one
        relayed.url = f"{self._relay}/{request.url.split('://', 1)[1]}"
        response = super().send(relayed, **kwargs)
        response.url, response.request = request.url, request
        return response


class LimitedRelayAdapter(Limited, RelayAdapter):  # type: ignore[misc]
    """The relay with the venues' own rate limits, by the venues' host names."""


def transports(
    market: Market, hosts: Mapping[str, Host], simulation: BaseAdapter | None, parallel: int
) -> Iterable[tuple[str, BaseAdapter]]:
    """What to mount on a session, by the beginning of the addresses it is for."""
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
        limited: LimitedAdapter | LimitedRelayAdapter
        limited = LimitedRelayAdapter(relay=market.url, **rates, **pool) if relayed else LimitedAdapter(**rates, **pool)
        limited.counts_each = limit.counts_each
        # A path may be the whole of an address; a host without its slash would be the beginning of others.
        yield f"https://{host}" if "/" in host else f"https://{host}/", limited
