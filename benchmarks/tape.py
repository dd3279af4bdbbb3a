"""The recorder under load: forced orders from a local websocket server at a steady rate, counted again in landing.

The recorder is a process of its own, held to one processor; the server is another. Every frame holds one order, which
is the dearest way to send them.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import resource
import signal
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import polars as pl
from websockets.asyncio.server import ServerConnection, serve

from benchmarks.memory import peak_megabytes
from ingest import tape
from ingest.catalogue import load_catalogue
from ingest.landing import Landing
from ingest.market import Market
from record.clock import Clock
from record.recorder import Recorder, catalogued_streams

SHARES = {"binance": 0.5, "linear": 0.3, "okx": 0.2}  # of the orders, by what the address contains
TICK = 0.02  # seconds between two bursts


@dataclass(frozen=True)
class Load:
    """What was sent and what landed; `seconds` is the sending, `processor_seconds` and `megabytes` the recorder's."""

    sent: int
    landed: int
    seconds: float
    processor_seconds: float
    megabytes: float
    segments: int


def measure(folder: Path, rate: int = 10_000, seconds: int = 60) -> Load:
    """Send `rate` orders a second for so long, stop the recorder, and count what has landed."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    recorder = context.Process(target=_record, args=(folder, there))
    asyncio.run(_send(here, recorder, rate, seconds, sent := [0, 0.0]))  # type: ignore[arg-type]
    recorder.join(120)
    processor, megabytes = here.recv()
    landed, segments = 0, 0
    for feed in tape.EVENTS:
        for file in (folder / "landing" / feed.name).glob("*.parquet"):
            landed += pl.scan_parquet(file).select(feed.key).unique().select(pl.len()).collect().item()
            segments += 1
    return Load(int(sent[0]), landed, sent[1], processor, megabytes, segments)


def _record(folder: Path, pipe: Connection) -> None:
    """The recorder's process, on one processor."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    address = pipe.recv()

    async def until_stopped() -> None:
        streams = catalogued_streams(load_catalogue())
        recorder = Recorder(folder / "tape", Landing(folder / "landing"), streams, Market.parse(address), Clock())
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, recorder.stop)
        await recorder.run()

    asyncio.run(until_stopped())
    used = resource.getrusage(resource.RUSAGE_SELF)
    pipe.send((used.ru_utime + used.ru_stime, peak_megabytes()))


async def _send(
    pipe: Connection, recorder: multiprocessing.process.BaseProcess, rate: int, seconds: int, sent: list[float]
) -> None:
    sockets: dict[str, ServerConnection] = {}

    async def subscribed(socket: ServerConnection) -> None:
        assert socket.request is not None
        name = next((part for part in SHARES if part in socket.request.path), "inverse")
        async for text in socket:
            request = json.loads(text) if text != "ping" else {}
            if "method" in request:
                await socket.send('{"result":null,"id":1}')
            elif request.get("op") == "subscribe":
                await socket.send(_subscribed(request))
            sockets[name] = socket

    async with serve(subscribed, "127.0.0.1", 0, ping_interval=None) as server:
        recorder.start()
        pipe.send(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        while not set(SHARES) <= set(sockets):
            await asyncio.sleep(0.1)
        began, serial = time.perf_counter(), 0
        first_ms = int(time.time() * 1000)
        while (passed := time.perf_counter() - began) < seconds:
            due = int(passed * rate)
            while serial < due:
                name = _stream_of(serial)
                await sockets[name].send(_order(name, first_ms + serial // 10, serial))
                serial += 1
            await asyncio.sleep(TICK)
        sent[0], sent[1] = serial, time.perf_counter() - began
        await asyncio.sleep(2)  # what is under way arrives
        assert recorder.pid is not None
        os.kill(recorder.pid, signal.SIGTERM)
        await asyncio.to_thread(pipe.poll, 120)


def _stream_of(serial: int) -> str:
    place = serial % 10
    return "binance" if place < 5 else "linear" if place < 8 else "okx"


def _order(name: str, ms: int, serial: int) -> str:
    """One order, told apart from all others by its size."""
    size = f"{1 + serial / 1e7:.7f}"
    if name == "binance":
        return (
            f'{{"stream":"!forceOrder@arr","data":{{"e":"forceOrder","E":{ms},"o":{{"s":"BTCUSDT","S":"SELL","o":"LIMIT",'
            f'"f":"IOC","q":"{size}","p":"79000.0","ap":"80000.0","X":"FILLED","l":"{size}","z":"{size}","T":{ms}}}}}}}'
        )
    if name == "linear":
        return (
            f'{{"topic":"allLiquidation.BTCUSDT","type":"snapshot","ts":{ms},'
            f'"data":[{{"T":{ms},"s":"BTCUSDT","S":"Buy","v":"{size}","p":"79500.0"}}]}}'
        )
    return (
        '{"arg":{"channel":"liquidation-orders","instType":"SWAP"},"data":[{"details":[{"bkLoss":"0","bkPx":"79000",'
        f'"ccy":"","posSide":"long","side":"sell","sz":"{size}","ts":"{ms}"}}],"instFamily":"BTC-USDT",'
        '"instId":"BTC-USDT-SWAP","instType":"SWAP","uly":"BTC-USDT"}]}'
    )


def _subscribed(request: dict[str, object]) -> str:
    if "req_id" in request:
        return json.dumps({"success": True, "ret_msg": "", "req_id": request["req_id"], "op": "subscribe"})
    return '{"event":"subscribe","arg":{"channel":"liquidation-orders","instType":"SWAP"}}'
