"""The three venues on one loopback websocket server, and what a hostile one does. Nothing here asserts.

Runs in a thread with an event loop of its own; a relay market leads the recorder to it.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from ingest.market import Market

PATIENCE = 90.0  # seconds; all that is waited for takes one or two, unless something else has the processors
Behaviour = Callable[[ServerConnection, str], Awaitable[None]]


def binance_frame(ms: int, *, symbol: str = "BTCUSDT", side: str = "SELL", size: str = "0.5") -> str:
    order = {
        "s": symbol, "S": side, "o": "LIMIT", "f": "IOC", "q": size, "p": "79000.00", "ap": "80000.00", "X": "FILLED",
        "l": size, "z": size, "T": ms, "st": 1,
    }  # fmt: skip
    return json.dumps({"stream": "!forceOrder@arr", "data": {"e": "forceOrder", "E": ms + 2, "o": order}})


def bybit_frame(*liquidations: dict[str, Any], symbol: str = "BTCUSDT", ms: int = 0) -> str:
    return json.dumps({"topic": f"allLiquidation.{symbol}", "type": "snapshot", "ts": ms, "data": list(liquidations)})


def bybit_liquidation(ms: int, *, symbol: str = "BTCUSDT", side: str = "Buy", size: str = "0.25") -> dict[str, Any]:
    return {"T": ms, "s": symbol, "S": side, "v": size, "p": "79500.00"}


def okx_frame(ms: int, *, symbol: str = "BTC-USDT-SWAP", side: str = "sell", position: str = "long", size: str = "40"):
    detail = {"bkLoss": "0", "bkPx": "79000", "ccy": "", "posSide": position, "side": side, "sz": size, "ts": str(ms)}
    contract = {"details": [detail], "instFamily": "X", "instId": symbol, "instType": "SWAP", "uly": "X"}
    return json.dumps({"arg": {"channel": "liquidation-orders", "instType": "SWAP"}, "data": [contract]})


def acknowledgement(request: dict[str, Any]) -> str:
    if "method" in request:
        return json.dumps({"result": None, "id": request["id"]})
    if "req_id" in request:
        return json.dumps(
            {"success": True, "ret_msg": "", "conn_id": "c", "req_id": request["req_id"], "op": "subscribe"}
        )
    return json.dumps({"event": "subscribe", "arg": request["args"][0], "connId": "c"})


class VenueServer:
    """`said` by stream: frames that are sent after each subscription, in order. `behave` may replace the answers."""

    def __init__(self) -> None:
        self.connections: dict[str, list[ServerConnection]] = {}
        self.behave: dict[str, Behaviour] = {}
        self.requests: list[tuple[str, str]] = []
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._ready.wait(PATIENCE)

    @property
    def market(self) -> Market:
        return Market.parse(f"http://127.0.0.1:{self.port}")

    def send(self, stream: str, *frames: str) -> None:
        """Send frames on the newest connection of a stream: binance, bybit-linear, bybit-inverse, okx."""

        async def give() -> None:
            for frame in frames:
                await self.connections[stream][-1].send(frame)

        asyncio.run_coroutine_threadsafe(give(), self._loop).result(PATIENCE)

    def flood(self, stream: str, frames: Iterable[str]) -> int:
        """Send until the connection ends or the frames do; how many were sent before that."""

        async def give() -> int:
            sent = 0
            with suppress(ConnectionClosed):
                for frame in frames:
                    await self.connections[stream][-1].send(frame)
                    sent += 1
                    await asyncio.sleep(0)  # else the server learns of nothing while it sends
            return sent

        return asyncio.run_coroutine_threadsafe(give(), self._loop).result(PATIENCE)

    def cut(self, stream: str) -> None:
        """End the newest connection of a stream without a closing handshake."""
        self._loop.call_soon_threadsafe(self.connections[stream][-1].transport.abort)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(PATIENCE)

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        async with serve(self._handle, "127.0.0.1", 0, ping_interval=None, close_timeout=0.2) as server:
            self.port = server.sockets[0].getsockname()[1]
            self._ready.set()
            await self._stop.wait()

    async def _handle(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        stream = stream_of(socket.request.path)
        self.connections.setdefault(stream, []).append(socket)
        try:
            async for received in socket:
                text = received if isinstance(received, str) else received.decode()
                self.requests.append((stream, text))
                if behaviour := self.behave.get(stream):
                    await behaviour(socket, text)
                else:
                    await answer(socket, text)
        except ConnectionClosed:
            return


async def answer(socket: ServerConnection, text: str) -> None:
    """What a venue that is well answers."""
    if text == "ping":
        await socket.send("pong")
    elif json.loads(text).get("op") == "ping":
        await socket.send(json.dumps({"success": True, "ret_msg": "pong", "conn_id": "c", "req_id": "", "op": "ping"}))
    else:
        await socket.send(acknowledgement(json.loads(text)))


def stream_of(path: str) -> str:
    for part, stream in (
        ("fstream.binance.com/market/stream", "binance"),
        ("public/linear", "bybit-linear"),
        ("public/inverse", "bybit-inverse"),
        ("ws.okx.com:8443", "okx"),
    ):
        if part in path:
            return stream
    raise ValueError(path)
