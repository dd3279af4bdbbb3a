"""Which market a run asks: the live venues, a relay in their place, or the simulation.

Nothing here knows HTTP; how a market is reached is in `ingest.transport`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

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
    """How fast a host may be asked; nothing given means no limit but the number of parallel downloads.

    `counts_each` is the parameter of which each value, separated by commas, counts as a call.
    """

    per_second: float = 0
    per_minute: float = 0
    burst: float = 1
    counts_each: str | None = None
