"""How long `leverage serve` takes for the reading of a day: requests in turn over one connection."""

from __future__ import annotations

import http.client
import json
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.pipeline import BIN, leverage

REQUESTS = 1000


@dataclass(frozen=True)
class Served:
    """Milliseconds that the client waited for each request, and processor time of the server for one, in the mean."""

    waited: list[float]
    processor: float


def measure(folder: Path) -> Served:
    """REQUESTS requests, each for another day, of the simulated market built below `folder`."""
    warehouse = folder / "warehouse"
    leverage("run", "--warehouse", str(warehouse))
    command = [BIN / "leverage", "serve", "--warehouse", warehouse, "--port", "0"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert server.stderr is not None
        address = server.stderr.readline().split("/")[2]  # http://127.0.0.1:41234/ serves ...
        connection = http.client.HTTPConnection(address, timeout=30)
        listed = _get(connection, "/v1/tables/readings?asset=BTC&columns=day&limit=10000")
        days = [row["day"] for row in json.loads(listed)["rows"]]
        waited, before = [], _processor_seconds(server.pid)
        for number in range(REQUESTS):
            began = time.perf_counter()
            _get(connection, f"/v1/readings/BTC/{days[number % len(days)]}")
            waited.append(1000 * (time.perf_counter() - began))
        return Served(waited, 1000 * (_processor_seconds(server.pid) - before) / REQUESTS)
    finally:
        server.terminate()
        server.wait()


def _get(connection: http.client.HTTPConnection, path: str) -> bytes:
    connection.request("GET", path)
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != http.HTTPStatus.OK:
        raise RuntimeError(f"{path} answered {answer.status}: {content[:200]!r}")
    return content


def _processor_seconds(process: int) -> float:
    used = psutil.Process(process).cpu_times()
    return used.user + used.system
