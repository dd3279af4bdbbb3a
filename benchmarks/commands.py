"""Processor time of commands that read a release, each beside `python -c "import duckdb"` in the same round."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path

from benchmarks.pipeline import BIN, leverage

ROUNDS = 7
DUCKDB = 'python -c "import duckdb"'
COMMANDS = {
    "leverage --version": ("--version",),
    "leverage sql": ("sql", "SELECT count(*) FROM regimes_daily"),
    "leverage status": ("status",),
    "leverage tables": ("tables",),
}


def measure(folder: Path) -> dict[str, list[float]]:
    """Seconds of processor time by command, a number for each round, on the simulated market built below `folder`."""
    warehouse = folder / "warehouse"
    leverage("run", "--warehouse", str(warehouse))
    found: dict[str, list[float]] = {name: [] for name in (DUCKDB, *COMMANDS)}
    for _ in range(ROUNDS):
        found[DUCKDB].append(_processor_seconds([sys.executable, "-c", "import duckdb"], warehouse))
        for name, arguments in COMMANDS.items():
            found[name].append(_processor_seconds([str(BIN / "leverage"), *arguments], warehouse))
    return found


def ratio(found: dict[str, list[float]], name: str) -> float:
    """Median over the rounds of the command's time to that of importing DuckDB."""
    return statistics.median(ours / plain for ours, plain in zip(found[name], found[DUCKDB], strict=True))


def _processor_seconds(command: list[str], warehouse: Path) -> float:
    environment = {**os.environ, "LEVERAGE_WAREHOUSE": str(warehouse), "NO_COLOR": "1"}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime
