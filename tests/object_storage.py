"""A local S3 server on loopback, and what the environment of a machine that uses it has."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from moto.server import ThreadedMotoServer

KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI-3f1c"  # the server takes any
NUMBERS = itertools.count()  # of the process, because all of its servers share one memory


@dataclass(frozen=True)
class Store:
    """A running server. Each bucket is new."""

    url: str

    def bucket(self) -> str:
        """The address of an empty warehouse in a new bucket."""
        name = f"bucket-{next(NUMBERS)}"
        assert requests.put(f"{self.url}/{name}", timeout=10).ok
        return f"s3://{name}/warehouses/one"

    def machine(self, working: Path) -> dict[str, str]:
        """The variables of a machine whose working directories are below `working`."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": "us-east-1",
            "LEVERAGE_WORKING_DIRECTORY": str(working),
        }


@contextmanager
def running_store() -> Iterator[Store]:
    """The server, on a free port during the block."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it says every request
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield Store(f"http://{host}:{port}")
    finally:
        server.stop()
