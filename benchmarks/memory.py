"""Peak memory of a process, and of a process with those that it starts. What the kernel hands on as `ru_maxrss` may be
that of the process it came from."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

PERIOD = 0.1  # seconds between two looks at the processes that are there


def peak_megabytes() -> float:
    """Largest resident set of this process since its program began, in MB."""
    (line,) = (text for text in Path("/proc/self/status").read_text().splitlines() if text.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


@contextmanager
def watched() -> Iterator[list[float]]:
    """The resident sets of this process and its children, summed in MB, as seen ten times a second in the block."""
    seen, over, this = [0.0], threading.Event(), psutil.Process()

    def look() -> None:
        while not over.wait(PERIOD):
            total = 0
            for process in [this, *this.children(recursive=True)]:
                with suppress(psutil.NoSuchProcess):  # it ended between the two calls
                    total += process.memory_info().rss
            seen.append(total / 2**20)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()
