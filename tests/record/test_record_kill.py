"""kill -9 at random moments: nothing synced is lost, nothing is there twice, and the next start goes on."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from ingest.landing import Landing
from ingest.venues.binance import stream as binance
from record.wal import Message, Reading
from tests import pipelines
from tests.record import venue_server as frames
from tests.record.running import until
from warehouse.connection import build_database
from warehouse.location import Warehouse
from warehouse.raw_loading import load_segments
from warehouse.raw_tables import create_tables

ROUNDS = 5
UNSYNCED = timedelta(seconds=1)


@pytest.mark.slow
@pytest.mark.proof
def test_a_killed_recorder_loses_at_most_its_last_unsynced_second_and_doubles_nothing(tmp_path, server):
    warehouse = Warehouse(tmp_path / "warehouse")
    chance, serial = random.Random(7), 0
    kept: list[float] = []
    unsynced: list[timedelta] = []
    for round_ in range(ROUNDS):
        process = started(server, warehouse.root, tmp_path / f"{round_}.log")
        sent: list[float] = []
        try:
            until(lambda n=round_ + 1: len(server.connections.get("binance", [])) == n, "the recorder connected")
            until(lambda n=round_ + 1: requests(server) == n, "the recorder subscribed")
            end = time.monotonic() + chance.uniform(2.0, 4.0)
            while time.monotonic() < end:
                serial += 1
                size = f"{1 + serial / 10_000:.4f}"
                server.send("binance", frames.binance_frame(int(time.time() * 1000), size=size))
                sent.append(float(size))
                time.sleep(0.001)  # the kill is what is tested, not the load
            killed = datetime.now(UTC)
        finally:
            process.kill()
            process.wait(30)
        held = received(warehouse)
        kept_now = [size for size in sent if size in held]
        assert kept_now, "so long a time without a sync"
        assert kept_now == sent[: len(kept_now)], "what is gone is the end, and nothing before it"
        kept += kept_now
        unsynced.append(killed - held[kept_now[-1]])
    last = started(server, warehouse.root, tmp_path / "last.log")
    until(lambda: requests(server) == ROUNDS + 1, "the last recorder subscribed")
    last.terminate()
    assert last.wait(60) == 0
    with build_database(warehouse.build) as connection:
        create_tables(connection)
        load_segments(connection, Landing(warehouse.landing))
        load_segments(connection, Landing(warehouse.landing))
        rows = connection.execute("SELECT quantity_contracts FROM raw.binance_liquidation_tape").fetchall()
    assert sorted(size for (size,) in rows) == kept
    assert list(warehouse.tape.glob("*.wal")) == []
    # By the recorder's own stamps. One round may have been held up by whatever else the machine does.
    assert sorted(unsynced)[-2] < UNSYNCED, unsynced


def received(warehouse: Warehouse) -> dict[float, datetime]:
    """When each order had come, by size, that the write-ahead files or the landing zone hold."""
    found: dict[float, datetime] = {}
    for file in (warehouse.landing / "binance_liquidation_tape").glob("*.parquet"):
        landed = pl.read_parquet(file, columns=["quantity_contracts", "received_at"])
        found |= {size: at.replace(tzinfo=UTC) for size, at in landed.iter_rows()}
    for file in warehouse.tape.glob("*.wal"):
        heard = [line for line in Reading(file) if isinstance(line, Message) and "forceOrder" in line.text]
        found |= {float(event.contracts): line.at for line in heard for event in binance.parse(line.text)}
    return found


def started(server, root: Path, log: Path):
    return pipelines.started("record", "--market", str(server.market), "--warehouse", root, log=log)


def requests(server) -> int:
    return sum("SUBSCRIBE" in text for stream, text in server.requests if stream == "binance")
