"""Running the daily job in this process, on the same Dagster instance that the UI shows."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from uuid import uuid4

import dagster as dg

from ingest.selection import Selection
from orchestration.dbt_project import prepared_manifest
from orchestration.definitions import build_definitions
from orchestration.engines.spark_session import refuse_missing
from orchestration.errors import OWN_ERRORS, PipelineError
from orchestration.instance import note_lost_databases, open_instance, set_aside_damaged_databases
from orchestration.internals.dagster_log import silence_dagster
from orchestration.internals.run_origin import LABEL, with_origin
from orchestration.internals.step_events import on_step_start
from orchestration.jobs import DAILY_JOB
from orchestration.recovery import PROCESS_TAG, free_dead_runs, process_name
from orchestration.resources import Pipeline
from orchestration.run_progress import RunProgress, describe_step
from warehouse.errors import BuildDamaged, WarehouseError, WarehouseLocked
from warehouse.location import Calendar
from warehouse.lock import pipeline_lock
from warehouse.settings import DUCKDB, Settings
from warehouse.storage.sync import claim_store, take_over
from warehouse.storage.working import refuse_working_directory

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
CLASS_NAME = re.compile(r"^(?:\w+\.)+\w+: ")


@dataclass(frozen=True)
class Finished:
    """A successful run. `published` is False when nothing was new."""

    run_id: str
    published: bool


def run_daily(
    settings: Settings,
    days: Calendar,
    now: str | None,
    progress: RunProgress,
    verbose: bool,
    refetch: Sequence[str] = (),
    assets: Selection | None = None,
) -> Finished:
    """Bring the warehouse up to date for `days`, both ends included, and fetch `days` again for the feeds in `refetch`.

    `assets` changes which assets the warehouse is about, from now on.

    Raises PipelineError with the reason of the failed step or what the engine lacks, WrongMarket when the warehouse
    belongs to another market, and WarehouseLocked at once, with the calendar unchanged, while another pipeline is
    running.
    """
    warehouse = settings.resolved_warehouse()
    warehouse.refuse_read_only()
    refuse_working_directory(warehouse)
    if settings.parsed_engine() != DUCKDB:
        refuse_missing(settings.engine)  # before anything is fetched
    prepared_manifest(warehouse)
    pipeline = Pipeline.from_settings(
        settings,
        now=now,
        refetch=list(refetch),
        refetch_from=days.first_day.isoformat(),
        refetch_to=days.last_day.isoformat(),
        lock_wait=0.0,
    )
    feeds = {feed.name for feed in pipeline.load_catalogue().feeds}  # reports a broken one before anything starts
    pipeline = pipeline.with_progress(progress)

    def started(step: str) -> None:
        progress.show_step(describe_step(step, feeds))

    note_lost_databases(warehouse)
    with _dagster_output(verbose):
        try:
            result = _execute(pipeline, days, verbose, assets, started)
            again = not result.success and (
                isinstance(_failure(result), BuildDamaged) or set_aside_damaged_databases(warehouse)
            )
        except OWN_ERRORS:
            raise
        # A damaged database of Dagster shows as an error of any of its storages.
        except Exception:
            if not set_aside_damaged_databases(warehouse):
                raise
            again = True
        if again:  # what was damaged is moved aside, and made anew by this run
            result = _execute(pipeline, days, verbose, None, started)
    if not result.success:
        raise _failure(result)
    published = any(e.is_successful_output and e.step_key == "published" for e in result.all_events)
    return Finished(result.run_id, published)


def _execute(
    pipeline: Pipeline, days: Calendar, verbose: bool, assets: Selection | None, started: Callable[[str], None]
) -> dg.ExecuteInProcessResult:
    """Execute the daily job; its result has the events, also of a run that failed. `started` hears of each step."""
    warehouse, run_id = pipeline.resolved_warehouse, str(uuid4())
    with open_instance(warehouse) as instance:
        with pipeline_lock(warehouse.lock):
            take_over(warehouse)
            warehouse.claim(str(pipeline.parsed_market))
            pipeline.choose_assets(assets)
            warehouse.extend(days)
            claim_store(warehouse)
            free_dead_runs(instance)  # before the new run claims its first slot
        job = build_definitions(pipeline).resolve_job_def(DAILY_JOB)
        with_origin(instance, DAILY_JOB)
        on_step_start(instance, run_id, started)
        return job.execute_in_process(
            instance=instance,
            run_id=run_id,
            partition_key=days.last_day.isoformat(),
            tags={PROCESS_TAG: process_name(), **LABEL},
            run_config={"loggers": {"console": {"config": {"log_level": "DEBUG" if verbose else "CRITICAL"}}}},
            raise_on_error=False,
        )


def _class_names(errors: Iterable[type[Exception]]) -> set[str]:
    """The names of these classes and their subclasses. Dagster keeps only the class name of an error."""
    return {name for error in errors for name in (error.__name__, *_class_names(error.__subclasses__()))}


def _failure(result: dg.ExecuteInProcessResult) -> PipelineError | WarehouseError:
    """The project's own error in one line, else the innermost one. Raises KeyboardInterrupt if the run was stopped."""
    own = _class_names(OWN_ERRORS)
    for event in result.all_events:
        data = event.event_specific_data
        error = getattr(data, "error", None)
        if error is None:
            continue
        while error.cause is not None and error.cls_name not in own:
            error = error.cause
        if error.cls_name == "DagsterExecutionInterruptedError":
            raise KeyboardInterrupt
        # Dagster puts the class name in front of the message, and dbt colours it.
        line = COLOURS.sub("", error.message.strip().splitlines()[0]).removeprefix(f"{error.cls_name}: ")
        line = CLASS_NAME.sub("", line)
        for kept in (WarehouseLocked, BuildDamaged):
            if error.cls_name == kept.__name__:
                return kept(line)
        return PipelineError(f"{event.step_key or 'the run'} failed: {line}; leverage run --verbose shows more")
    return PipelineError(f"run {result.run_id} failed; leverage run --verbose shows more")


@contextmanager
def _dagster_output(verbose: bool) -> Iterator[None]:
    """Unless `verbose`, keep the output of Dagster and dbt off the terminal; the instance and dbt.log have it."""
    if verbose:
        yield
        return
    silence_dagster()
    with warnings.catch_warnings(), open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):
        warnings.filterwarnings("ignore", category=dg.BetaWarning)
        warnings.filterwarnings("ignore", category=dg.PreviewWarning)
        yield
