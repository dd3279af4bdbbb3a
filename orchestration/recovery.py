"""Cleaning up after runs whose process has died: mark them as failed and free their pool slots.

Dagster keeps the pool slot of a dead run, and the next run would wait for it without end.
"""

from __future__ import annotations

import os

import dagster as dg
import psutil
from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunsFilter

PROCESS_TAG = "leverage/process"
UNFINISHED = [
    DagsterRunStatus.NOT_STARTED,  # created, and killed before its first event
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]


def process_name() -> str:
    """An identifier of this process that no later process with the same number has."""
    return f"{os.getpid()}@{psutil.Process().create_time():.2f}"


def free_dead_runs(instance: DagsterInstance, own_run: str | None = None) -> list[str]:
    """Mark unfinished runs as failed if their process has died, and free their slots; returns their ids.

    The caller must hold the pipeline lock. A run without the tag has not reached its first step and is left alone.
    """
    freed = []
    for run in instance.get_runs(RunsFilter(statuses=UNFINISHED)):
        if run.run_id != own_run and _has_died(run):
            instance.report_run_failed(run, "its process has died; the next run continues its work")
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
            freed.append(run.run_id)
    return freed


def _has_died(run: DagsterRun) -> bool:
    process = run.tags.get(PROCESS_TAG)
    if process is None:
        return False
    pid, started = process.split("@")
    try:
        found = psutil.Process(int(pid))
        # A zombie has died, but its parent has not waited for it; in a container that may never happen.
        return found.status() == psutil.STATUS_ZOMBIE or f"{found.create_time():.2f}" != started
    except psutil.NoSuchProcess:
        return True


def tag_with_process(instance: dg.DagsterInstance, run_id: str) -> None:
    """Record on the run which process executes it, so that its death can be noticed."""
    instance.add_run_tags(run_id, {PROCESS_TAG: process_name()})
