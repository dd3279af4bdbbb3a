"""The daily job executed in this process, against the instance that the Dagster UI shows."""

from __future__ import annotations

import logging
import os
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass

import dagster as dg

from ingest.feed import Progress
from orchestration.dbt_project import prepared_manifest
from orchestration.definitions import build_definitions
from orchestration.errors import OWN_ERRORS, PipelineError
from orchestration.instance import open_instance
from orchestration.jobs import DAILY_JOB
from orchestration.recovery import PROCESS_TAG, free_dead_runs, this_process
from orchestration.resources import Pipeline
from warehouse.errors import WarehouseLocked
from warehouse.location import Calendar
from warehouse.lock import pipeline_lock
from warehouse.settings import Settings

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
CLASS_NAME = re.compile(r"^(?:\w+\.)+\w+: ")


@dataclass(frozen=True)
class Finished:
    """How a run ended well. `published` is False when nothing was new."""

    run_id: str
    published: bool


def run_daily(
    settings: Settings,
    days: Calendar,
    now: str | None,
    progress: Progress,
    verbose: bool,
    refetch: Sequence[str] = (),
) -> Finished:
    """Bring the warehouse up to the last of `days`, and back to the first of them; of the feeds `refetch` what is held
    of `days` is asked for again.

    Raises PipelineError with the reason of the step that failed, WrongMarket for another market's warehouse, and
    WarehouseLocked at once while another pipeline is at work; a calendar is widened only when none is.
    """
    prepared_manifest()
    warehouse = settings.located()
    pipeline = Pipeline.from_settings(
        settings,
        now=now,
        refetch=list(refetch),
        refetch_from=days.first_day.isoformat(),
        refetch_to=days.last_day.isoformat(),
        lock_wait=0.0,
    )
    pipeline.asked()  # a broken catalogue is said before anything is started
    with _quiet(verbose), open_instance(warehouse) as instance:
        with pipeline_lock(warehouse.lock):
            warehouse.claim(str(pipeline.parsed_market))
            warehouse.extend(days)
            free_dead_runs(instance)  # before the new run claims its first slot
        job = build_definitions(pipeline.watched_by(progress)).resolve_job_def(DAILY_JOB)
        result = job.execute_in_process(
            instance=instance,
            partition_key=days.last_day.isoformat(),
            tags={PROCESS_TAG: this_process()},
            run_config={"loggers": {"console": {"config": {"log_level": "DEBUG" if verbose else "CRITICAL"}}}},
            raise_on_error=False,
        )
        if not result.success:
            raise _failure(result)
    published = any(e.is_successful_output and e.step_key == "published" for e in result.all_events)
    return Finished(result.run_id, published)


def _names(errors: Iterable[type[Exception]]) -> set[str]:
    """The names of these classes and of all below them, which is what Dagster keeps of an error."""
    return {name for error in errors for name in (error.__name__, *_names(error.__subclasses__()))}


def _failure(result: dg.ExecuteInProcessResult) -> PipelineError:
    """The project's own reason in one line, else the innermost one. Raises what has an exit status of its own."""
    own = _names(OWN_ERRORS)
    for event in result.all_events:
        data = event.event_specific_data
        error = getattr(data, "error", None)
        if error is None:
            continue
        while error.cause is not None and error.cls_name not in own:
            error = error.cause
        if error.cls_name == "DagsterExecutionInterruptedError":
            raise KeyboardInterrupt
        # Without the error's class in front of it, and without dbt's colours.
        said = COLOURS.sub("", error.message.strip().splitlines()[0]).removeprefix(f"{error.cls_name}: ")
        said = CLASS_NAME.sub("", said)
        if error.cls_name == WarehouseLocked.__name__:
            raise WarehouseLocked(said)
        return PipelineError(f"{event.step_key or 'the run'} failed: {said}; leverage run --verbose shows more")
    return PipelineError(f"run {result.run_id} failed; leverage run --verbose shows more")


@contextmanager
def _quiet(verbose: bool) -> Iterator[None]:
    """Keep Dagster's and dbt's own talk off the terminal; what they say stays in the instance and in dbt.log."""
    if verbose:
        yield
        return
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    logging.getLogger("dagster").propagate = False  # a library of dbt's gives the root logger a handler on the terminal
    # A run that finds nothing new builds no model, and Dagster then warns once for every check of a model.
    logging.getLogger("dagster._core.execution.plan.active").setLevel(logging.ERROR)
    with warnings.catch_warnings(), open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):
        warnings.filterwarnings("ignore", category=dg.BetaWarning)
        warnings.filterwarnings("ignore", category=dg.PreviewWarning)
        yield
