"""Runs whose process is gone are failed and give their slots back; living ones keep theirs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from dagster import DagsterInstance, DagsterRun, DagsterRunStatus

from orchestration.asset_defaults import POOL
from orchestration.instance import open_instance
from orchestration.recovery import PROCESS_TAG, free_dead_runs, process_name
from warehouse.location import Warehouse


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DagsterInstance]:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    with open_instance(Warehouse(tmp_path)) as opened:
        opened.event_log_storage.initialize_concurrency_limit_to_default(POOL)
        yield opened


def dead_process() -> str:
    """The name of a process that has been and is no more."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    name = f"{process.pid}@{psutil.Process(process.pid).create_time():.2f}"
    process.kill()
    process.wait()
    return name


def add_run(instance: DagsterInstance, status: DagsterRunStatus, tags: dict[str, str]) -> DagsterRun:
    return instance.add_run(DagsterRun(job_name="daily", status=status, tags=tags))


def run_of(instance: DagsterInstance, process: str) -> DagsterRun:
    """A run under way that holds the slot of the pool, or waits for it."""
    run = add_run(instance, DagsterRunStatus.STARTED, {PROCESS_TAG: process})
    instance.event_log_storage.claim_concurrency_slot(POOL, run.run_id, "step")
    return run


def holders(instance: DagsterInstance) -> set[str]:
    return {slot.run_id for slot in instance.event_log_storage.get_concurrency_info(POOL).claimed_slots}


def test_a_dead_run_is_failed_and_its_slot_is_free_for_the_next(instance: DagsterInstance) -> None:
    dead = run_of(instance, dead_process())
    assert holders(instance) == {dead.run_id}

    assert free_dead_runs(instance) == [dead.run_id]

    found = instance.get_run_by_id(dead.run_id)
    assert found is not None
    assert found.status == DagsterRunStatus.FAILURE
    claim = instance.event_log_storage.claim_concurrency_slot(POOL, "the next", "step")
    assert claim.is_claimed


def test_a_living_run_keeps_its_slot(instance: DagsterInstance) -> None:
    living = run_of(instance, process_name())

    assert free_dead_runs(instance) == []

    assert holders(instance) == {living.run_id}
    found = instance.get_run_by_id(living.run_id)
    assert found is not None
    assert found.status == DagsterRunStatus.STARTED


def test_a_process_that_was_given_a_dead_ones_number_does_not_pass_for_it(instance: DagsterInstance) -> None:
    pid = process_name().split("@")[0]
    impostor = run_of(instance, f"{pid}@1000000000.00")

    assert free_dead_runs(instance) == [impostor.run_id]


def test_a_run_that_died_before_its_first_event_is_failed_too(instance: DagsterInstance) -> None:
    run = add_run(instance, DagsterRunStatus.NOT_STARTED, {PROCESS_TAG: dead_process()})

    assert free_dead_runs(instance) == [run.run_id]


def test_a_process_that_nobody_has_buried_is_dead(instance: DagsterInstance) -> None:
    """In a container whose first process waits for no child, a killed run stays a zombie for ever."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    run = run_of(instance, f"{process.pid}@{psutil.Process(process.pid).create_time():.2f}")
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and is left as it is

    assert free_dead_runs(instance) == [run.run_id]

    process.wait()


def test_a_run_without_a_process_is_none_of_ours(instance: DagsterInstance) -> None:
    """Dagster's own queue has made it, and nobody executes it yet."""
    add_run(instance, DagsterRunStatus.NOT_STARTED, {})

    assert free_dead_runs(instance) == []
