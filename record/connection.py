"""One stream kept open: connect, subscribe, listen, ping, and begin again after a pause whenever that ends.

What a connection means for coverage is judged in `record.watch`; what arrives is kept by the caller.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from datetime import datetime

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, WebSocketException

from ingest.stream import Stream
from record.clock import Clock
from record.watch import Watch

log = logging.getLogger("record")

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds; Bybit and OKX refuse addresses that connect several times a second
LASTING = 60.0  # a connection that held so long makes the next pause short again
OPEN_WITHIN, CLOSE_WITHIN = 10.0, 5.0  # seconds; a venue takes its leave after all that it had sent before
LARGEST_FRAME = 4 * 2**20
WAITING_FRAMES = 1024  # read ahead while the loop is busy; then the venue's own buffers fill

Keep = Callable[[str, datetime, str], bool]


class Connection:
    """The life of one stream. `keep` takes (stream, moment, frame) and says whether there was room."""

    def __init__(self, watch: Watch, address: str, clock: Clock, keep: Keep) -> None:
        self._watch, self._address, self._clock, self._keep = watch, address, clock, keep
        self._stream: Stream = watch.stream
        self._socket: ClientConnection | None = None
        self._leaving = False

    async def leave(self) -> bool:
        """Take leave of the venue: what it sent before its own leave is still kept. False where nothing is open."""
        if self._socket is None:
            return False
        self._leaving = True
        await self._socket.close()
        return True

    async def stay(self) -> None:
        """Listen until `leave`; cancelling loses messages that have arrived and were not read yet."""
        pause = FIRST_PAUSE
        while True:
            began = self._clock.monotonic()
            why = await self._once()
            if self._leaving:
                return
            log.warning("%s: %s", self._stream.name, why)
            if self._clock.monotonic() - began > LASTING:
                pause = FIRST_PAUSE
            # Jitter: streams that lost their connections together should not come back together.
            await self._clock.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _once(self) -> str:
        """One connection from its opening to its end; says how it ended."""
        try:
            async with connect(
                self._address,
                open_timeout=OPEN_WITHIN,
                close_timeout=CLOSE_WITHIN,
                ping_interval=None,  # `_ping` does it: venues want pings of their own, and an answer is a sign of life
                max_size=LARGEST_FRAME,
                max_queue=WAITING_FRAMES,
            ) as socket:
                self._socket = socket
                self._watch.connected()
                why = "the recorder stops"
                try:
                    ended = await self._session(socket)
                    if not self._leaving:
                        why = ended
                finally:
                    self._socket = None
                    self._watch.disconnected(why)
                return why
        except InvalidStatus as error:
            why = f"the venue answers HTTP {error.response.status_code}"
        except (OSError, InvalidHandshake, WebSocketException) as error:
            why = f"no connection: {str(error) or type(error).__name__}"
        self._watch.trouble = why
        return why

    async def _session(self, socket: ClientConnection) -> str:
        pinging = asyncio.create_task(self._ping(socket))
        heard, watch, clock, name = self._stream.heard, self._watch, self._clock, self._stream.name
        try:
            for message in self._stream.subscribe:
                await socket.send(message)
            async for received in socket:
                at = clock.now()
                frame = received if isinstance(received, str) else received.decode("utf-8", "surrogateescape")
                if self._keep(name, at, frame):
                    watch.heard(heard(frame), at)
                else:
                    watch.dropped()
        except ConnectionClosed as closed:
            why = f"connection lost: {closed}"
        else:
            why = "the venue closed the connection"
        finally:
            pinging.cancel()
        return (pinging.result() if pinging.done() and not pinging.cancelled() else None) or why

    async def _ping(self, socket: ClientConnection) -> str | None:
        """Ask for signs of life until the connection should be given up; then cuts it and says why."""
        while True:
            await self._clock.sleep(self._stream.ping_every)
            if why := self._watch.overdue():
                # Not awaited to its end: a half-open peer answers no closing handshake.
                socket.transport.abort()
                return why
            try:
                if self._stream.ping is None:
                    asyncio.ensure_future(await socket.ping()).add_done_callback(self._answered)
                else:
                    await socket.send(self._stream.ping)
            except ConnectionClosed:
                return None

    def _answered(self, pong: asyncio.Future[float]) -> None:
        if not pong.cancelled() and pong.exception() is None:
            self._watch.alive()
