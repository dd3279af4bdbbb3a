"""Wall time and peak memory of `leverage run` in processes of its own, beside `dbt build` of the same project.

On the recorded market where it lies beside the repository (17 months), else on the simulated one (400 days).
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.recorded import recorded_catalogue

PROJECT = Path(__file__).resolve().parents[1]
RECORDED = PROJECT.parent / "shared" / "recorded_market" / "serve.py"
BIN = Path(sys.executable).parent
ROUNDS = 3


@dataclass(frozen=True)
class Run:
    """One finished process: seconds, and the largest resident set in MB of it or a child."""

    seconds: float
    megabytes: float


def measure(folder: Path) -> tuple[str, dict[str, list[Run]]]:
    """The name of the market, and the runs by what they did: the rounds of each in turn."""
    if not RECORDED.exists():
        return "simulated, 400 days", _rounds(folder, "sample", "2026-02-01T06:00:00Z", "2026-02-02T06:00:00Z", [])
    server = subprocess.Popen([sys.executable, RECORDED, "--port", "0"], stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        assert server.stdout is not None
        address = server.stdout.readline().split()[3]
        first = ["--from", "2024-09-01"]
        catalogue = folder / "recorded.toml"
        catalogue.parent.mkdir(parents=True, exist_ok=True)
        catalogue.write_text(recorded_catalogue(limited=True))
        os.environ["LEVERAGE_CATALOGUE"] = str(catalogue)  # venues that are not recorded would be waited for
        return "recorded, 519 days", _rounds(folder, address, "2026-02-01T04:00:00Z", "2026-02-02T04:00:00Z", first)
    finally:
        server.terminate()
        server.wait()


def _rounds(folder: Path, market: str, before: str, after: str, first: list[str]) -> dict[str, list[Run]]:
    runs: dict[str, list[Run]] = {name: [] for name in ("rebuild", "nothing new", "dbt build", "one day", "start-up")}
    for i in range(ROUNDS):
        warehouse = folder / f"warehouse-{i}"
        run = [BIN / "leverage", "run", "--market", market, "--warehouse", warehouse, *first]
        runs["rebuild"].append(_timed([*run, "--now", before]))
        runs["nothing new"].append(_timed([*run, "--now", before]))
        runs["one day"].append(_timed([*run, "--now", after]))
        # Last: the next run does not know what a plain dbt build has left, and builds every table again.
        runs["dbt build"].append(_timed(_dbt(warehouse), LEVERAGE_BUILD_DATABASE=str(warehouse / "build.duckdb")))
        runs["start-up"].append(_timed([sys.executable, "-c", "import cli.main, orchestration.run"]))
        shutil.rmtree(warehouse)
    return runs


def _dbt(warehouse: Path) -> list[str | Path]:
    project = PROJECT / "dbt_project"
    return [
        BIN / "dbt", "--quiet", "build", "--exclude-resource-type", "unit_test", "--project-dir", project,
        "--profiles-dir", project, "--target-path", warehouse / "dbt", "--log-path", warehouse / "dbt",
    ]  # fmt: skip


def leverage(*options: str, **variables: str) -> Run:
    """One run of the command line in a process of its own. Status 4 is taken: published, an asset lacks a reading."""
    return _timed([BIN / "leverage", *options], ends_with=(0, 4), **variables)


def _timed(command: list[str | Path], ends_with: tuple[int, ...] = (0,), **variables: str) -> Run:
    environment = {**os.environ, "COINALYZE_API_KEY": "benchmark", "NO_COLOR": "1", **variables}
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment)
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in ends_with:
        raise RuntimeError(f"{' '.join(map(str, command))} ended with {process.returncode}: {said[-500:]}")
    return Run(time.perf_counter() - begun, usage.ru_maxrss / 1024)


def median_seconds(runs: list[Run]) -> float:
    return statistics.median(run.seconds for run in runs)


def ratio(runs: list[Run], beside: list[Run]) -> float:
    """Median over the rounds of one to the other."""
    return statistics.median(a.seconds / b.seconds for a, b in zip(runs, beside, strict=True))
