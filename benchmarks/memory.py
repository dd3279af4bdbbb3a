"""Peak memory of a process, and of a process with those that it starts. What the kernel hands on as `ru_maxrss` may be
that of the process it came from."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

PERIOD = 0.1  # seconds between two looks at the memory of the processes
LOOKS = 10  # between two searches for new processes: a search reads an entry of every process of the machine


def peak_megabytes() -> float:
    """Largest resident set of this process since its program began, in MB."""
    (line,) = (text for text in Path("/proc/self/status").read_text().splitlines() if text.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


@contextmanager
def watched() -> Iterator[list[float]]:
    """The resident sets of this process and its children, summed in MB, as seen ten times a second in the block.

    A new child is found within a second.
    """
    seen, over, this = [0.0], threading.Event(), psutil.Process()

    def look() -> None:
        family = [this]
        while not over.wait(PERIOD):
            if len(seen) % LOOKS == 1:
                family = [this, *this.children(recursive=True)]
            total = 0
            for process in family:
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
