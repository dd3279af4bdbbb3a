"""kill -9 at any moment of a run, or of the run after it: the next plain run works, and nothing is lost or doubled."""

from __future__ import annotations

import os
import random
import signal
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import duckdb
import psutil
import pytest
from dagster import DagsterInstance, DagsterRunStatus

from orchestration.asset_defaults import POOL
from orchestration.instance import open_instance
from tests.pipelines import SAMPLE_NEXT, copied, differing, forked, leverage, published
from warehouse.location import Warehouse

KILLS = 20
FIRST_GUESS = 12.0  # seconds that a run of one more day takes; corrected by every whole one


def moments(half: int) -> list[float]:
    """Ten of twenty moments as shares of a run: one from each twentieth of it, every other twentieth, in any order."""
    chance = random.Random(half)
    drawn = [(twentieth + chance.random()) / KILLS for twentieth in range(half, KILLS, 2)]
    chance.shuffle(drawn)
    return drawn


# Two classes, because a class is one process's: half of the kills are another's.
@pytest.mark.slow(minutes=6)
@pytest.mark.proof
class TestTenKills:
    def test_killed_runs_lose_and_double_nothing(
        self, sample: Path, day_added: tuple[Path, list[dict]], tmp_path: Path
    ) -> None:
        nothing_is_lost_or_doubled(0, sample, day_added[0], tmp_path)


@pytest.mark.slow(minutes=3)
@pytest.mark.proof
class TestTheOtherTen:
    def test_killed_runs_lose_and_double_nothing(
        self, sample: Path, day_added: tuple[Path, list[dict]], tmp_path: Path
    ) -> None:
        nothing_is_lost_or_doubled(1, sample, day_added[0], tmp_path)


def nothing_is_lost_or_doubled(half: int, sample: Path, day_added: Path, tmp_path: Path) -> None:
    undisturbed = published(day_added)
    lasts, killed, slots_left = FIRST_GUESS, 0, 0
    shares = moments(half)
    for number, twice in enumerate(zip(shares[::2], shares[1::2], strict=True)):
        warehouse = copied(sample, tmp_path / f"warehouse-{number}")
        arguments = ("run", "--warehouse", warehouse, "--now", SAMPLE_NEXT)
        said = {"out": tmp_path / "killed.out", "err": tmp_path / "killed.err"}
        killed += sum(kill_after(forked(*arguments, **said), share * lasts) for share in twice)
        with open_instance(Warehouse(warehouse)) as instance:
            dead = [run.run_id for run in instance.get_runs() if not run.is_finished]
            slots_left += len(holders(instance))
        again = leverage(*arguments)
        assert again.status == 0, again.said
        assert "BTC 2026-01-28 UTC" in again.out
        with open_instance(Warehouse(warehouse)) as instance:
            assert holders(instance) == set(), "the dead run's slot is given back"
            runs = {run.run_id: run.status for run in instance.get_runs()}
        assert [runs[run] for run in dead] == [DagsterRunStatus.FAILURE] * len(dead)
        assert set(runs.values()) <= {DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE}
        if "nothing new" not in again.err:
            lasts = again.seconds
        assert doubled_or_lost(warehouse) == []
        assert differing(published(warehouse), undisturbed) == []
    assert killed >= 6, "most of the runs were under way when they were killed"
    assert slots_left >= 1, "some of them held the pool's slot"


def kill_after(process: ForkServerProcess, seconds: float) -> bool:
    """kill -9 after so many seconds, and no child of it may live on. False when it was over before."""
    process.join(seconds)
    if not process.is_alive():
        return False
    os.kill(process.pid, signal.SIGSTOP)  # so that it starts none between our looking and its end
    children = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.join()
    _, alive = psutil.wait_procs(children, timeout=30)
    assert [" ".join(child.cmdline()) for child in alive] == []
    return True


def holders(instance: DagsterInstance) -> set[str]:
    """The runs that hold or wait for a slot of the pool."""
    info = instance.event_log_storage.get_concurrency_info(POOL)
    return {slot.run_id for slot in info.claimed_slots} | {step.run_id for step in info.pending_steps}


def doubled_or_lost(warehouse: Path) -> list[str]:
    """Segments of which a raw table holds another number of rows than the ledger says, or that are not in it."""
    landed = {str(f.relative_to(warehouse / "landing")) for f in (warehouse / "landing").glob("*/[!.]*.parquet")}
    with duckdb.connect(warehouse / "build.duckdb", read_only=True) as connection:
        ledger = connection.execute("SELECT segment, feed, row_count FROM raw.load_ledger").fetchall()
        loaded: dict[str, int] = {}
        for feed in {feed for _, feed, _ in ledger}:
            found = connection.execute(f'SELECT segment, count(*) FROM raw."{feed}" GROUP BY segment').fetchall()
            loaded |= dict(found)
    wrong = [segment for segment, _, rows in ledger if loaded.get(segment, 0) != rows]
    return sorted({*wrong, *(landed ^ {segment for segment, _, _ in ledger})})
