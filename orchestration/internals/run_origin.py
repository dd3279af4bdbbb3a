"""Runs of the command line with the origin that runs of the UI have.

Reason: Dagster's first page groups runs by code location. `execute_in_process` creates runs without one, and the page
leaves them out.

Private parts: the origins in `dagster._core`, and `DagsterInstance.create_run_for_job`, which `execute_in_process`
calls. Checked with Dagster 1.13.27.
"""

from __future__ import annotations

import sys
from functools import partial

import dagster as dg
from dagster._core.remote_origin import (
    ManagedGrpcPythonEnvCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin

MODULE = "orchestration.definitions"  # what `make dev` serves; Dagster names the code location after it
REPOSITORY = "__repository__"
LABEL = {".dagster/repository": f"{REPOSITORY}@{MODULE}"}  # the tag by which the UI filters runs


def with_origin(instance: dg.DagsterInstance, job: str) -> None:
    """Let the runs of the job that this instance creates have the origin of the code location of `make dev`."""
    target = LoadableTargetOrigin(executable_path=sys.executable, module_name=MODULE)
    location = ManagedGrpcPythonEnvCodeLocationOrigin(loadable_target_origin=target, location_name=MODULE)
    origin = RemoteJobOrigin(RemoteRepositoryOrigin(location, REPOSITORY), job)
    create = partial(instance.create_run_for_job, remote_job_origin=origin)
    instance.create_run_for_job = create  # type: ignore[method-assign]
