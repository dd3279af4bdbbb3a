"""kill -9 at random moments: no order a second old is lost, none is there twice, and the next start goes on."""

from __future__ import annotations

import random
import time
from contextlib import suppress
from pathlib import Path

import pipelines
import pytest
import venue_server as frames
from running import until
from websockets.exceptions import ConnectionClosed

from ingest.landing import Landing
from record.venues import binance
from record.wal import Message, Reading
from warehouse.connection import build_database
from warehouse.location import Warehouse
from warehouse.raw import create_tables, load_segments

ROUNDS = 5
UNSYNCED = 2.0  # seconds: the one that may be lost, and one for a machine that has other things to do


@pytest.mark.slow
def test_a_killed_recorder_loses_no_synced_order_and_doubles_none(tmp_path, server):
    warehouse = Warehouse(tmp_path / "warehouse")
    chance, serial = random.Random(7), 0
    sent: set[float] = set()
    must: set[float] = set()
    for round_ in range(ROUNDS):
        process = started(server, warehouse.root, tmp_path / f"{round_}.log")
        at: dict[float, float] = {}
        try:
            until(lambda n=round_ + 1: len(server.connections.get("binance", [])) == n, "the recorder connected")
            until(lambda n=round_ + 1: requests(server) == n, "the recorder subscribed")
            end = time.monotonic() + chance.uniform(0.2, 4.0)
            while time.monotonic() < end:
                serial += 1
                size = f"{1 + serial / 10_000:.4f}"
                with suppress(ConnectionClosed):
                    server.send("binance", frames.binance_frame(int(time.time() * 1000), size=size))
                    at[float(size)] = time.monotonic()
                time.sleep(0.001)  # the kill is what is tested, not the load
            killed = time.monotonic()
        finally:
            process.kill()
            process.wait(30)
        sent |= set(at)
        must |= on_disk(warehouse.tape)
        must |= {size for size, moment in at.items() if moment < killed - UNSYNCED}
    last = started(server, warehouse.root, tmp_path / "last.log")
    until(lambda: requests(server) == ROUNDS + 1, "the last recorder subscribed")
    last.terminate()
    assert last.wait(60) == 0
    with build_database(warehouse.build) as connection:
        create_tables(connection)
        load_segments(connection, Landing(warehouse.landing))
        load_segments(connection, Landing(warehouse.landing))
        rows = connection.execute("SELECT quantity_contracts FROM raw.binance_liquidation_tape").fetchall()
    found = [size for (size,) in rows]
    assert len(must) > 100, "the rounds were long enough to say something"
    assert must <= set(found) <= sent
    assert len(found) == len(set(found))
    assert list(warehouse.tape.glob("*.wal")) == []


def on_disk(tape: Path) -> set[float]:
    """What the write-ahead files held when the recorder was killed."""
    lines = (line for file in tape.glob("*.wal") for line in Reading(file))
    texts = (line.text for line in lines if isinstance(line, Message) and "forceOrder" in line.text)
    return {float(event.contracts) for text in texts for event in binance.parse(text)}


def started(server, root: Path, log: Path):
    return pipelines.started("record", "--market", str(server.market), "--warehouse", root, log=log)


def requests(server) -> int:
    return sum("SUBSCRIBE" in text for stream, text in server.requests if stream == "binance")
