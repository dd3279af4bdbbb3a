"""What is known of one stream: open, acknowledged, alive, speaking. From that, what may be claimed as recorded.

No input or output: whoever holds the connection tells it what happened, and the entries go to `write`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from ingest.stream import Heard, Stream
from record.clock import Clock
from record.ledger import Entry
from record.silence import QuietSpells

ACKNOWLEDGED_WITHIN = 30.0  # seconds after the connection was opened
CLAIM_EVERY = 10.0  # seconds of a stretch that one line of the write-ahead file covers
SLIP = 86400.0  # seconds; a clock that is set back further had been wrong, and what was claimed by it is no obstacle
DEAF_AFTER = 2.5  # pings without any sign of life


class Watch:
    """The state of one stream. Claims reach to the last sign of life and no further."""

    def __init__(self, stream: Stream, clock: Clock, write: Callable[[Entry], None]) -> None:
        self.stream, self._clock, self._write = stream, clock, write
        self._quiet = QuietSpells(stream.quiet)
        self._missing: set[str] = set()
        self._open_since: float | None = None
        self._proof = 0.0  # the last sign of life
        self._claim_from: datetime | None = None
        self._furthest: datetime | None = None  # no moment is claimed twice, whatever the clock does
        self._unspoken: list[tuple[datetime, datetime]] = []  # claimed since the last event
        self._last_event: float | None = None
        self._spell = 0.0  # seconds listened without an event when the last connection ended
        self._silent = False
        self._unsaid_lost = 0
        self.connections = self.messages = self.lost = 0
        self.last_message_at: datetime | None = None
        self.last_event_at: datetime | None = None
        self.trouble: str | None = None

    @property
    def state(self) -> str:
        if self._open_since is None:
            return "disconnected"
        if self._missing:
            return "waiting for acknowledgement"
        return "silent" if self._silent else "recording"

    def connected(self) -> None:
        self.connections += 1
        self._open_since = self._proof = self._clock.monotonic()
        self._missing = set(self.stream.topics)
        self._incident("connected")

    def heard(self, heard: Heard, at: datetime) -> None:
        """A frame that came at `at`, after it went to the write-ahead file."""
        self.messages += 1
        self.last_message_at = at
        self._proof = self._clock.monotonic()
        if heard.kind == "events":
            self._spoken(at)
            self._acknowledged(heard.topic)  # an event of a topic is as good as its acknowledgement
        elif heard.kind == "acknowledged":
            self._acknowledged(heard.topic)
        elif heard.kind == "refused":
            self.trouble = f"refused: {heard.topic} {heard.detail}".strip()
            self._incident("refused", f"{heard.topic} {heard.detail}".strip())

    def alive(self) -> None:
        """The venue answered a websocket ping."""
        self._proof = self._clock.monotonic()

    def disconnected(self, why: str) -> None:
        self.claim(at_once=True)
        if self._claim_from is not None and self._last_event is not None:
            self._spell = self._clock.monotonic() - self._last_event
        self._claim_from = self._open_since = self._last_event = None
        self.trouble = why
        self._incident("disconnected", why)

    def dropped(self) -> None:
        """A frame came that could not be kept: nothing up to now is claimed, and nothing around it."""
        self.lost += 1
        self._unsaid_lost += 1
        self._claim_from = self._clock.now() if self._claim_from else None

    def clock_jumped(self, seconds: float) -> None:
        """The clock was set. The time between the last claim and now has no known length."""
        if self._claim_from is not None:
            self._claim_from = self._clock.now()
        if self._furthest is not None and -seconds > SLIP:
            self._furthest = None

    def claim(self, *, at_once: bool = False) -> None:
        """Write down what has been recorded since the last claim, up to the last sign of life."""
        if self._unsaid_lost:
            self._incident("lost", count=self._unsaid_lost)
            self._unsaid_lost = 0
        if self._claim_from is None or self._silent:
            return
        now, steady = self._clock.now(), self._clock.monotonic()
        start = max(self._claim_from, self._furthest) if self._furthest else self._claim_from
        end = now - timedelta(seconds=steady - self._proof)
        if end <= start or (not at_once and (end - start).total_seconds() < CLAIM_EVERY):
            return
        self._write(Entry(self.stream.venue, self.stream.name, "recorded", start, end))
        self._claim_from = self._furthest = end
        self._unspoken.append((start, end))

    def overdue(self) -> str | None:
        """Why the connection should be given up, None while there is no reason. Writes down what it finds."""
        steady = self._clock.monotonic()
        if self._open_since is None:
            return None
        if self._missing and steady - self._open_since > ACKNOWLEDGED_WITHIN:
            missing = ", ".join(sorted(self._missing))
            self._incident("unacknowledged", missing)
            return f"no acknowledgement of {missing}"
        limit = self._quiet.limit()
        if self._last_event is not None and steady - self._last_event > limit:
            spell = steady - self._last_event
            self._fall_silent(spell, limit)
            return f"silent for {spell:.0f} s"
        if steady - self._proof > DEAF_AFTER * self.stream.ping_every:
            return f"no sign of life for {steady - self._proof:.0f} s"
        return None

    def _acknowledged(self, topic: str) -> None:
        if topic not in self._missing:
            return
        self._missing.discard(topic)
        self._incident("acknowledged", topic)
        if not self._missing:
            self._claim_from = self._clock.now()
            if not self._silent:
                self.trouble = None
            self._last_event = self._clock.monotonic() - self._spell

    def _spoken(self, at: datetime) -> None:
        steady = self._clock.monotonic()
        if self._silent:
            self._silent, self.trouble = False, None
            self._claim_from = self._clock.now() if self._claim_from else None
        elif self.last_event_at is not None and self._last_event is not None:  # a spell whose beginning was heard
            self._quiet.ended(steady - self._last_event)
        self._last_event, self.last_event_at, self._spell = steady, at, 0.0
        self._unspoken.clear()

    def _fall_silent(self, seconds: float, limit: float) -> None:
        self.claim(at_once=True)
        detail = f"no event for {seconds:.0f} s, where {limit:.0f} s would be a quiet spell"
        for start, end in self._merged():
            self._write(Entry(self.stream.venue, self.stream.name, "silent", start, end, detail=detail))
        if not self._unspoken:
            self._incident("silent", detail)
        self._unspoken.clear()
        self._silent = True
        self.trouble = detail
        self._last_event = self._clock.monotonic()  # the next look at it is due when as long again has passed

    def _merged(self) -> list[tuple[datetime, datetime]]:
        merged: list[tuple[datetime, datetime]] = []
        for start, end in self._unspoken:
            if merged and merged[-1][1] == start:
                merged[-1] = (merged[-1][0], end)
            else:
                merged.append((start, end))
        return merged

    def _incident(self, kind: str, detail: str | None = None, count: int | None = None) -> None:
        now = self._clock.now()
        self._write(Entry(self.stream.venue, self.stream.name, kind, now, now, count, detail))
