"""The recorder put together: streams listened to, lines synced, files rotated and landed, health reported.

One process a warehouse. It holds neither DuckDB nor the pipeline's lock, so neither waits for the other.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Literal

import polars as pl

from ingest import venues
from ingest.catalogue import Catalogue
from ingest.durable import try_lock
from ingest.errors import IngestError
from ingest.landing import Landing
from ingest.market import Market
from ingest.stream import Stream
from ingest.tape import tape_of
from record import health
from record.clock import Clock
from record.connection import Connection
from record.conversion import convert
from record.errors import RecorderBusy
from record.ledger import RECORDER, Entry
from record.wal import Message, WriteAhead, remove, sealed_files
from record.watch import Watch

log = logging.getLogger("record")

Refusal = Literal["storage", "failed"]  # entries of the ledger: the disk does not take it, or this code fails

SYNC_EVERY = 0.5  # seconds, so that with the sync itself less than a second is ever unsynced
HEALTH_EVERY = 5.0
ROTATE_EVERY = 3600.0  # with the hour: a day is landed as soon as it is over, and nobody builds a mart of less
RETRY = 5.0  # after a segment that the disk did not take


def catalogued_streams(catalogue: Catalogue) -> tuple[Stream, ...]:
    """The streams to listen to. Raises IngestError when the catalogue lists no contract to record."""
    found = tuple(
        stream
        for venue, module in venues.each("stream")
        if (instruments := catalogue.instruments.get(tape_of(venue)))
        for stream in module.streams(instruments)
    )
    if not found:
        raise IngestError("the catalogue lists no contract to record", advice=f"give one a {tape_of('binance')} symbol")
    return found


class Recorder:
    """`folder` takes write-ahead files and health, `landing` the segments."""

    def __init__(
        self,
        folder: Path,
        landing: Landing,
        streams: Sequence[Stream],
        market: Market,
        clock: Clock,
        rotate_every: float = ROTATE_EVERY,
    ) -> None:
        self._folder, self._landing, self._streams = folder, landing, streams
        self._market, self._clock, self._rotate_every = market, clock, rotate_every
        self._name = f"{clock.now():%Y%m%dT%H%M%S.%fZ}-{os.getpid()}"
        self._wal: WriteAhead
        self._watches: list[Watch] = []
        self._refusals: dict[str, tuple[Refusal, str]] = {}
        self._last_segment_at: datetime | None = None
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """End after what has arrived is on disk and landed."""
        self._stopping.set()

    async def run(self) -> None:
        """Record until stopped. Raises RecorderBusy, or IngestError where the folder cannot be written to."""
        with _alone(self._folder):
            try:
                self._wal = WriteAhead(self._folder, self._name)
            except OSError as error:
                raise IngestError(
                    f"cannot write to {self._folder}: {error.strerror}",
                    advice="give the recorder a directory of its own",
                ) from error
            self._say_listed()
            self._watches = [Watch(stream, self._clock, self._wal.note) for stream in self._streams]
            connections = [
                Connection(w, w.stream.address(self._market), self._clock, self._keep) for w in self._watches
            ]
            listening = [
                asyncio.create_task(connection.stay(), name=stream.name)
                for connection, stream in zip(connections, self._streams, strict=True)
            ]
            landing = asyncio.create_task(self._land(), name="landing")
            for task in (*listening, landing):
                task.add_done_callback(self._ended)
            try:
                await self._keep_time()
            finally:
                for task, was_open in zip(listening, await self._leave(connections), strict=True):
                    if not was_open:
                        task.cancel()
                await asyncio.gather(*listening, landing, return_exceptions=True)
                await self._finish()
            for task in (*listening, landing):
                if not task.cancelled():
                    task.result()  # raises what made it fail

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A task that fails has met what nobody foresaw. The others go on; `run` raises it in the end."""
        if not task.cancelled() and (error := task.exception()):
            self._refused(task.get_name(), error)

    def _keep(self, stream: str, at: datetime, frame: str) -> bool:
        return self._wal.append(Message(stream, at, frame))

    async def _keep_time(self) -> None:
        reported, period = self._clock.monotonic(), self._period()
        await self._tell()
        while not self._stopping.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), SYNC_EVERY)
            if jump := self._clock.check():
                self._say_jump(jump)
            for watch in self._watches:
                watch.claim()
            await self._sync()
            if self._period() != period and self._rotate():
                period = self._period()
            steady = self._clock.monotonic()
            if steady - reported >= HEALTH_EVERY:
                reported = steady
                await self._tell()

    def _period(self) -> int:
        """The stretch of UTC that the open file is of: whole hours, whenever the recorder was started."""
        return int(self._clock.now().timestamp() // self._rotate_every)

    async def _sync(self) -> None:
        try:
            await self._wal.sync()
        except OSError as error:
            self._refused("writing", error, str(self._wal.path))
        else:
            self._works("writing")

    def _rotate(self) -> bool:
        try:
            self._wal.rotate()
        except OSError as error:
            self._refused("rotating", error, str(self._folder))
            return False
        self._works("rotating")
        return True

    async def _land(self) -> None:
        """Convert whatever is sealed, oldest first, those of an earlier recorder included."""
        while not self._stopping.is_set():
            await self._land_once()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), SYNC_EVERY if "landing" not in self._refusals else RETRY)

    async def _land_once(self) -> None:
        for path in sealed_files(self._folder, but=self._wal.path):
            try:
                done = await asyncio.to_thread(convert, path, self._streams, self._landing, self._clock.now())
                remove(path)
            except (OSError, pl.exceptions.PolarsError) as error:
                self._refused("landing", error, path.name)
                return  # the order of the files must hold
            self._works("landing")
            self._last_segment_at = self._clock.now() if done.segments else self._last_segment_at
            log.info("%s: %d events, %d quarantined", path.name, done.events, done.quarantined)

    async def _leave(self, connections: Sequence[Connection]) -> list[bool]:
        """Take leave of the venues; what still comes is synced as ever. Says of each whether it was connected."""
        leaving = asyncio.gather(*(connection.leave() for connection in connections))
        while not leaving.done():
            await asyncio.wait([leaving], timeout=SYNC_EVERY)
            await self._sync()
        return leaving.result()

    async def _finish(self) -> None:
        await self._sync()
        self._wal.close()
        await self._land_once()
        await self._tell(stopped=True)

    def _say_jump(self, seconds: float) -> None:
        now = self._clock.now()
        log.warning("the clock jumped by %+.1f s", seconds)
        self._wal.note(Entry(RECORDER, RECORDER, "clock", now, now, detail=f"jumped by {seconds:+.1f} s"))
        for watch in self._watches:
            watch.clock_jumped(seconds)

    def _say_listed(self) -> None:
        """What is kept from now on: before a contract was listed, nobody heard it, whatever the stream brought."""
        now = self._clock.now()
        for stream in self._streams:
            symbols = sorted(i.symbol for i in stream.instruments)
            self._wal.note(Entry(stream.venue, stream.name, "listed", now, now, len(symbols), ", ".join(symbols)))

    def _refused(self, what: str, error: BaseException, where: str = "") -> None:
        """Say once what does not work, in the log, in the ledger and in the health file: the disk, or this code."""
        kind: Refusal = "storage" if isinstance(error, OSError) else "failed"
        words = (error.strerror or str(error)) if isinstance(error, OSError) else repr(error)
        why = f"{words}: {where}" if where else words
        if self._refusals.get(what) != (kind, why):
            now = self._clock.now()
            log.error("%s: %s", what, why)
            self._wal.note(Entry(RECORDER, RECORDER, kind, now, now, detail=f"{what}: {why}"))
        self._refusals[what] = kind, why

    def _refusing(self, kind: Refusal) -> str | None:
        return "; ".join(f"{what}: {why}" for what, (found, why) in self._refusals.items() if found == kind) or None

    def _works(self, what: str) -> None:
        if self._refusals.pop(what, None):
            log.warning("%s works again", what)

    async def _tell(self, *, stopped: bool = False) -> None:
        current = health.Health(
            recorder=self._name,
            pid=os.getpid(),
            at=self._clock.now().isoformat(),
            stopped=stopped,
            storage=self._refusing("storage"),
            failed=self._refusing("failed"),
            unlanded_files=len(sealed_files(self._folder, but=self._wal.path)),
            last_segment_at=_iso(self._last_segment_at),
            streams=tuple(_health_of(watch) for watch in self._watches),
        )
        try:
            await asyncio.to_thread(health.write, self._folder, current)
        except OSError as error:
            log.error("health cannot be written: %s", error.strerror)


def _health_of(watch: Watch) -> health.StreamHealth:
    return health.StreamHealth(
        venue=watch.stream.venue,
        stream=watch.stream.name,
        state=watch.state,
        connections=watch.connections,
        messages=watch.messages,
        lost=watch.lost,
        last_message_at=_iso(watch.last_message_at),
        last_event_at=_iso(watch.last_event_at),
        trouble=watch.trouble,
    )


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the recorder's lock, which the kernel frees however the process ends."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "recorder.lock").open("a")
    except OSError as error:
        raise IngestError(f"cannot write to {folder}: {error.strerror}", advice="choose another --warehouse") from error
    with lock:
        if not try_lock(lock):
            raise RecorderBusy(f"another recorder writes to {folder}", advice="stop it first")
        yield
