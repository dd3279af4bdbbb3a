"""A run whose models are built by Sail or Spark publishes what a run on DuckDB publishes, also after kill -9."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from tests.engines.comparison import different_rows
from tests.pipelines import PROJECT, SAMPLE_FIRST, SAMPLE_NOW, environment, published

PATIENCE = 900.0
# Killed once one of these is there: with a session that has no model yet, and with models half built.
KILLED_AT = ("spark", "spark/tables/**/*.parquet")
# Times of the run itself. Everything else is compared.
OF_THE_RUN = ("feed_status",)


@pytest.fixture(params=["sail", "spark"])
def engine(request: pytest.FixtureRequest) -> str:
    if not command(request.param).exists():
        pytest.skip(f".venv-{request.param} is absent: make spark ENGINE={request.param} makes it")
    return str(request.param)


@pytest.mark.slow(minutes=5)
@pytest.mark.proof
def test_another_engine_publishes_the_same_release_also_after_kills(engine: str, sample: Path, tmp_path: Path) -> None:
    assert started(engine, tmp_path / "whole", tmp_path / "whole.log").wait(PATIENCE) == 0, said(tmp_path)
    assert different_releases(tmp_path / "whole", sample) == []
    killed = tmp_path / "killed"
    for number, pattern in enumerate(KILLED_AT):  # the second kill hits the run that mends the first
        kill_once_there(started(engine, killed, tmp_path / f"killed-{number}.log"), killed, pattern)
    assert started(engine, killed, tmp_path / "again.log").wait(PATIENCE) == 0, said(tmp_path)
    assert different_releases(killed, sample) == []
    assert not (killed / "spark").exists(), "nothing of the engine is kept"


def command(engine: str) -> Path:
    return PROJECT / f".venv-{engine}" / "bin" / "leverage"


def started(engine: str, warehouse: Path, log: Path) -> subprocess.Popen[bytes]:
    """The run of `sample` on another engine, started."""
    days = ("--from", SAMPLE_FIRST, "--now", SAMPLE_NOW)
    with log.open("wb") as output:
        return subprocess.Popen(
            [command(engine), "run", "--engine", engine, "--warehouse", warehouse, *days],
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def kill_once_there(process: subprocess.Popen[bytes], warehouse: Path, pattern: str) -> None:
    """kill -9 once a file of the warehouse is there, and no child of it may live on."""
    while next(warehouse.glob(pattern), None) is None:
        assert process.poll() is None, "the run ended before it was killed"
        time.sleep(0.05)
    process.send_signal(signal.SIGSTOP)
    children = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    _, alive = psutil.wait_procs(children, timeout=60)
    assert [" ".join(child.cmdline()) for child in alive] == []


def different_releases(one: Path, other: Path) -> list[str]:
    left, right = published(one), published(other)
    assert sorted(left) == sorted(right)
    return [line for name in left if name not in OF_THE_RUN for line in different_rows(name, left[name], right[name])]


def said(folder: Path) -> str:
    return "\n".join(log.read_text() for log in sorted(folder.glob("*.log")))
