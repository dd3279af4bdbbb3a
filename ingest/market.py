"""Which market a run talks to, and how it is reached: the live venues, a relay that stands in for them, the simulation.

Only the transport differs: the same session, client code and parsing run in all three.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from requests_ratelimiter import LimiterMixin

from ingest.errors import IngestError

Kind = Literal["sample", "live", "relay"]


@dataclass(frozen=True)
class Market:
    """`url` is set for a relay alone, without a trailing slash."""

    kind: Kind
    url: str = ""

    @classmethod
    def parse(cls, text: str) -> Market:
        """`sample`, `live`, or the http(s) address of a relay. Raises IngestError on anything else."""
        if text in ("sample", "live"):
            return cls("sample" if text == "sample" else "live")
        try:
            parts = urlsplit(text)
            usable = (
                parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc and parts.port != 0
            )
        except ValueError:  # a port that is no number, a bracket that is not closed
            usable = False
        if usable and not parts.query and not parts.fragment:
            return cls("relay", text.rstrip("/"))
        raise IngestError(f"{text!r} is no market", advice="use sample, live, or an address like http://127.0.0.1:9080")

    @property
    def simulated(self) -> bool:
        return self.kind == "sample"

    @property
    def keeps_secrets(self) -> bool:
        """Whether what is sent is read by the venue alone: not by who listens on the way to a relay elsewhere."""
        parts = urlsplit(self.url)
        return self.kind != "relay" or parts.scheme == "https" or parts.hostname in ("127.0.0.1", "::1", "localhost")

    @property
    def folder(self) -> str:
        """The name of this market's default warehouse directory."""
        if self.kind != "relay":
            return self.kind
        parts = urlsplit(self.url)
        return f"relay-{parts.hostname}-{parts.port or {'http': 80, 'https': 443}[parts.scheme]}".replace(":", "-")

    def __str__(self) -> str:
        return self.url or self.kind


@dataclass(frozen=True)
class Host:
    """How fast a host may be asked; nothing given means no limit but the number of parallel downloads."""

    per_second: float = 0
    per_minute: float = 0
    burst: float = 1


class LimitedAdapter(LimiterMixin, HTTPAdapter):  # type: ignore[misc]
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


class LimitedRelayAdapter(LimiterMixin, RelayAdapter):  # type: ignore[misc]
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
        limited: BaseAdapter
        limited = LimitedRelayAdapter(relay=market.url, **rates, **pool) if relayed else LimitedAdapter(**rates, **pool)
        # A path may be the whole of an address; a host without its slash would be the beginning of others.
        yield f"https://{host}" if "/" in host else f"https://{host}/", limited
