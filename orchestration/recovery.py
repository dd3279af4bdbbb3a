"""Runs whose process is gone: marked as failed, and their places in the pool given back.

Dagster keeps a dead run's pool slot, and the next run would wait for it for ever.
"""

from __future__ import annotations

import os

import dagster as dg
import psutil
from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunsFilter

PROCESS_TAG = "leverage/process"
UNDER_WAY = [
    DagsterRunStatus.NOT_STARTED,  # made, and killed before its first event
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]


def this_process() -> str:
    """A name for this process that no later one with the same number can have."""
    return f"{os.getpid()}@{psutil.Process().create_time():.2f}"


def free_dead_runs(instance: DagsterInstance, own_run: str | None = None) -> list[str]:
    """Fail every run under way whose process is gone and free its slots; returns their ids.

    To be called by whoever holds the pipeline lock. A run without the tag has not come to its first step yet.
    """
    freed = []
    for run in instance.get_runs(RunsFilter(statuses=UNDER_WAY)):
        if run.run_id != own_run and _is_dead(run):
            instance.report_run_failed(run, "its process is gone; the next run takes up what it left")
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
            freed.append(run.run_id)
    return freed


def _is_dead(run: DagsterRun) -> bool:
    process = run.tags.get(PROCESS_TAG)
    if process is None:
        return False
    pid, started = process.split("@")
    try:
        found = psutil.Process(int(pid))
        # A zombie is dead: its parent has not asked how it ended, and in a container perhaps never will.
        return found.status() == psutil.STATUS_ZOMBIE or f"{found.create_time():.2f}" != started
    except psutil.NoSuchProcess:
        return True


def tag_with_process(instance: dg.DagsterInstance, run_id: str) -> None:
    """Write down which process executes a run, for the case that it dies."""
    instance.add_run_tags(run_id, {PROCESS_TAG: this_process()})
