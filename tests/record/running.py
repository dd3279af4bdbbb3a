"""A recorder in a thread of its own, and waiting with an end."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl

from ingest.landing import Landing
from record.clock import Clock
from record.recorder import Recorder
from tests.record.venue_server import PATIENCE, VenueServer


def until(holds: Callable[[], object], what: str) -> None:
    """Wait for something to hold, in short steps with an end."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


class Running:
    """A recorder in a thread of its own."""

    def __init__(self, root: Path, server: VenueServer, streams, clock: Clock, rotate_every: float = 0.5) -> None:
        self.root, self.server, self._rotate_every = root, server, rotate_every
        self.names = {s.name for s in streams}
        self._ready = threading.Event()
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(streams, clock))
        self._thread.start()
        assert self._ready.wait(PATIENCE)

    def _run(self, streams, clock) -> None:
        async def record_it() -> None:
            self.loop = asyncio.get_running_loop()
            landing = Landing(self.root / "landing")
            self.recorder = Recorder(
                self.root / "tape", landing, streams, self.server.market, clock, self._rotate_every
            )
            self._ready.set()
            await self.recorder.run()

        try:
            asyncio.run(record_it())
        except Exception as error:  # noqa: BLE001 - handed to the test
            self.error = error

    def connected(self, times: int = 1) -> None:
        def there() -> bool:
            asked = [stream for stream, text in self.server.requests if "ubscribe" in text.lower()]
            return all(asked.count(name) >= times for name in self.names)

        until(there, f"{self.names} subscribed {times} times")

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.recorder.stop)
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        if self.error:
            raise self.error

    def written_ahead(self) -> list[Path]:
        return sorted((self.root / "tape").glob("*.wal"))

    def rows(self, feed: str) -> pl.DataFrame:
        files = sorted((self.root / "landing" / feed).glob("*.parquet"))
        return pl.concat([pl.read_parquet(f) for f in files]) if files else pl.DataFrame(schema={"kind": pl.String})

    def kinds(self, stream: str) -> set[str]:
        ledger = self.rows("tape_coverage")
        return set(ledger.filter(pl.col("stream") == stream)["kind"]) if ledger.height else set()
