"""A relay on loopback that answers every address with the file of that name: `python -m benchmarks.file_server FOLDER`
prints its address and serves until it is ended. One small process, so that it takes little from what is measured."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address of a server process over `folder`, ended with the block."""
    server = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.file_server", folder], stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
    finally:
        server.terminate()
        server.wait()


class _Files(asyncio.Protocol):
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        # A client asks for one file at a time, in fewer bytes than a packet holds.
        path = self._folder / data.split(b" ", 2)[1].rsplit(b"/", 1)[1].decode()
        status, body = (b"200 OK", path.read_bytes()) if path.is_file() else (b"404 Not Found", b"")
        self._transport.write(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body))


async def _serve(folder: Path) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: _Files(folder), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))
