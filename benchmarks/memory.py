"""The peak memory of this process. What the kernel hands on as `ru_maxrss` may be that of the process it came from."""

from __future__ import annotations

from pathlib import Path


def peak_megabytes() -> float:
    """Largest resident set since this program began, in MB."""
    (line,) = (text for text in Path("/proc/self/status").read_text().splitlines() if text.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024
