"""`dbt build` in this process, with its results as Dagster events.

Reason: dagster-dbt starts dbt as a child process. That costs a second start of Python and a second import of dbt (ADR 4
has the share of a run), and after `kill -9` of the pipeline the child would go on writing. In one process both end.

Private part: `DbtCoreCliEventMessage` of dagster-dbt, which turns dbt's messages into Dagster events. dbtRunner and its
callbacks are dbt's public interface. Checked with dagster-dbt 0.29.27, dbt-core 1.11.16 and dbt-common 1.39.0.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage
from dbt.cli.main import dbtRunnerResult
from dbt_common.events.base_types import EventMsg
from dbt_common.events.functions import msg_to_dict

from orchestration.engines.engine import Engine
from orchestration.errors import PipelineError
from orchestration.internals.dbt_process import build_arguments, refuse_failure, set_aside_damaged

RESULTS = {"LogModelResult", "LogSeedResult", "LogTestResult"}


def build_models(
    context: dg.AssetExecutionContext,
    *,
    engine: Engine,
    database: Path,
    target: Path,
    manifest: dict[str, Any],
    translator: DagsterDbtTranslator,
    warned: dict[str, str],
    select: Sequence[str] = (),
    exclude: Sequence[str] = (),
) -> Iterator[Any]:
    """Build and test the models that match `select`, or all of them, and not `exclude`; yields Dagster's events.

    `database` is the build database.

    At the end, `warned` has the query of each test that warned, by the name of the test; its results are the rows that
    the test is about. dbt writes its log to `target`. Raises PipelineError, which names the first model or test that
    failed.
    """
    results: SimpleQueue[EventMsg | dbtRunnerResult] = SimpleQueue()
    arguments = build_arguments(target, select, exclude)
    worker = Thread(target=lambda: results.put(_invoked(engine, arguments, results)), name="dbt")
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
        worker.join()  # also after an error: dbt has to be done with its connection before the step ends
    set_aside_damaged(message, database)
    if message.exception:
        raise PipelineError(f"dbt could not run: {str(message.exception).splitlines()[0]}") from message.exception
    for result in getattr(message.result, "results", ()):
        if result.status == "warn":
            warned[result.node.name] = result.node.compiled_code
    if not message.success:
        raise PipelineError(f"dbt build: {failures[0] if failures else 'failed'}; {target / 'dbt.log'} has the details")


def build_upstream(engine: Engine, target: Path, select: Sequence[str], exclude: Sequence[str]) -> None:
    """Build what the models in `select` read, without tests, on an engine that has kept no model.

    Raises PipelineError, which names the first model that failed.
    """
    upstream = build_arguments(target, [f"+{name}" for name in select], [*select, *exclude], ("unit_test", "test"))
    refuse_failure(engine.build(upstream), target)


def _invoked(engine: Engine, arguments: list[str], results: SimpleQueue[EventMsg | dbtRunnerResult]) -> dbtRunnerResult:
    """The result of dbt; also of an engine that fails around it, because the caller waits for one."""
    try:
        return engine.build(arguments, [results.put])
    except Exception as error:  # noqa: BLE001 - handed to the caller, which raises it
        return dbtRunnerResult(success=False, exception=error)
