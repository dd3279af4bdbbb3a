"""dbt in this process: `dbt build` with its results as Dagster events, and nothing left open behind it.

dagster-dbt starts dbt as a child. That costs a second start of Python and a second import of dbt, and a killed
pipeline leaves a child that goes on writing; here both die together.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.adapters.factory import reset_adapters
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt_common.events.base_types import EventMsg
from dbt_common.events.functions import msg_to_dict

from orchestration.dbt_project import BUILD_DATABASE, DBT_PROJECT, parsed_project
from orchestration.errors import PipelineError

RESULTS = {"LogModelResult", "LogSeedResult", "LogTestResult"}


def build(
    context: dg.AssetExecutionContext,
    *,
    database: Path,
    target: Path,
    manifest: dict[str, Any],
    translator: DagsterDbtTranslator,
    select: Sequence[str] = (),
) -> Iterator[Any]:
    """Build and test what dbt finds for `select` in `database`, everything without it; Dagster's events as they come.

    `target` takes dbt's log. Raises PipelineError, naming the first model or test that failed.
    """
    results: SimpleQueue[EventMsg | dbtRunnerResult] = SimpleQueue()
    arguments = [
        # Nobody reads the artifacts and nine thousand lines of debug log of each run; writing them takes half a second.
        "--quiet", "--no-write-json", "--log-level-file", "info", "build", "--exclude-resource-type", "unit_test",
        "--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT), "--target-path", str(target),
        "--log-path", str(target),
    ]  # fmt: skip
    if select:
        arguments += ["--select", *select]
    runner = dbtRunner(parsed_project(), callbacks=[results.put])
    with _surroundings(database):
        worker = Thread(target=lambda: results.put(runner.invoke(arguments)), name="dbt")
        worker.start()
        failures: list[str] = []
        try:
            while not isinstance(message := results.get(), dbtRunnerResult):
                if message.info.name not in RESULTS:
                    continue
                event = DbtCoreCliEventMessage(raw_event=msg_to_dict(message), event_history_metadata={})
                if message.info.level == "error":
                    failures.append(str(event.raw_event["info"]["msg"]))
                yield from event.to_default_asset_events(
                    manifest=manifest, dagster_dbt_translator=translator, context=context, target_path=target
                )
        finally:
            worker.join()  # whatever happens here: its connection must not be closed under it, nor outlive the step
    if message.exception:
        raise PipelineError(f"dbt could not run: {str(message.exception).splitlines()[0]}") from message.exception
    if not message.success:
        raise PipelineError(f"dbt build: {failures[0] if failures else 'failed'}; {target / 'dbt.log'} has the details")


@contextmanager
def _surroundings(database: Path) -> Iterator[None]:
    """What dbt takes from its process, and what it would leave there: directory, environment, open database."""
    directory = Path.cwd()
    os.environ[BUILD_DATABASE] = str(database)
    try:
        yield
    finally:
        DuckDBConnectionManager.close_all_connections()
        reset_adapters()
        os.chdir(directory)
        del os.environ[BUILD_DATABASE]
