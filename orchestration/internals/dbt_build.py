"""`dbt build` in this process, with its results as Dagster events.

Reason: dagster-dbt starts dbt as a child process. That costs a second start of Python and a second import of dbt (ADR 4
has the share of a run), and after `kill -9` of the pipeline the child would go on writing. In one process both end.

Private part: `DbtCoreCliEventMessage` of dagster-dbt, which turns dbt's messages into Dagster events. dbtRunner and its
callbacks are dbt's public interface. Checked with dagster-dbt 0.29.27, dbt-core 1.11.16 and dbt-common 1.39.0.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Thread
from typing import Any, cast

import dagster as dg
from dagster_dbt import DagsterDbtTranslator
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage
from dbt.cli.main import dbtRunnerResult
from dbt_common.events.base_types import EventMsg
from dbt_common.events.functions import msg_to_dict

from orchestration.engines.engine import Engine
from orchestration.errors import PipelineError
from orchestration.internals.dbt_manifest import reads_of
from orchestration.internals.dbt_process import (
    BY_DAY,
    build_arguments,
    compiled_model,
    refuse_failure,
    set_aside_damaged,
)
from orchestration.worker_thread import Abandoned, results_from_thread
from warehouse.compiled_models import Compiled, CompiledTest
from warehouse.connection import first_line
from warehouse.tables_by_day import facts_query

RESULTS = {"LogModelResult", "LogSeedResult", "LogTestResult"}


@dataclass
class Outcome:
    """What a build leaves behind: what dbt compiled, each after what it reads, and the names of tests that warned."""

    compiled: list[Compiled] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)


def build_models(
    context: dg.AssetExecutionContext,
    *,
    engine: Engine,
    database: Path,
    target: Path,
    manifest: dict[str, Any],
    translator: DagsterDbtTranslator,
    outcome: Outcome,
    register: Callable[[Thread], None],
    select: Sequence[str] = (),
    exclude: Sequence[str] = (),
) -> Iterator[Any]:
    """Build and test the models that match `select`, or all of them, and not `exclude`; yields Dagster's events.

    `database` is the build database. `register` receives the thread of dbt. `outcome` is filled at the end. dbt writes
    its log to `target`. Raises PipelineError, which names the first model or test that failed.
    """
    arguments = build_arguments(target, select, exclude)

    def dbt(emit: Callable[[EventMsg | dbtRunnerResult], None]) -> None:
        # dbt must not see Abandoned: it would report it as an error of its own, and it ends without it.
        def on_event(message: EventMsg) -> None:
            with suppress(Abandoned):
                emit(message)

        try:
            result = engine.build(arguments, [on_event])
        except Exception as error:  # noqa: BLE001 - of the engine around dbt; it reads as one of dbt
            result = dbtRunnerResult(success=False, exception=error)
        emit(result)

    failures: list[str] = []
    for message in results_from_thread(dbt, register):
        if isinstance(message, dbtRunnerResult) or message.info.name not in RESULTS:
            continue
        event = DbtCoreCliEventMessage(raw_event=msg_to_dict(message), event_history_metadata={})
        if message.info.level == "error":
            failures.append(str(event.raw_event["info"]["msg"]))
        yield from event.to_default_asset_events(
            manifest=manifest, dagster_dbt_translator=translator, context=context, target_path=target
        )
    ended = cast(dbtRunnerResult, message)  # the last one
    set_aside_damaged(ended, database)
    if ended.exception:
        raise PipelineError(f"dbt could not run: {first_line(ended.exception)}") from ended.exception
    nodes = getattr(ended.result, "results", ())
    outcome.compiled += [one for result in nodes if (one := compiled_node(result.node, manifest))]
    outcome.warned += [result.node.name for result in nodes if result.status == "warn"]
    if not ended.success:
        raise PipelineError(f"dbt build: {failures[0] if failures else 'failed'}; {target / 'dbt.log'} has the details")


def compiled_node(node: Any, manifest: Mapping[str, Any]) -> Compiled | None:  # noqa: ANN401 - any node of dbt
    """What dbt compiled for a table or a data test, None for a node of another kind.

    Raises PipelineError for a test that does more than count rows.
    """
    if node.resource_type == "test":
        config = node.config
        if (config.fail_calc, config.limit, config.warn_if, config.error_if) != ("count(*)", None, "!= 0", "!= 0"):
            raise PipelineError(f"the test {node.name} may set neither fail_calc nor limit, warn_if or error_if")
        return CompiledTest(node.name, node.compiled_code, is_error=node.config.severity.lower() == "error")
    model = compiled_model(node)
    if model and node.config.materialized == BY_DAY:
        return replace(model, facts=facts_query(model.query, reads_of(manifest, node.unique_id)))
    return model


def build_upstream(engine: Engine, target: Path, select: Sequence[str], exclude: Sequence[str]) -> None:
    """Build what the models in `select` read, without tests, on an engine that has kept no model.

    Raises PipelineError, which names the first model that failed.
    """
    upstream = build_arguments(target, [f"+{name}" for name in select], [*select, *exclude], ("unit_test", "test"))
    refuse_failure(engine.build(upstream), target)
