"""The last results of checks, recorded again for a run that has nothing to check anew.

Reason: Dagster plans every check of a run. Checks of assets that are not made are then shown as "Skipped" instead of
their last result, although nothing has changed since.

Private parts: `JobDefinition.asset_layer`, `DagsterInstance.event_log_storage` and `AssetCheckExecutionRecordStatus`.
Checked with Dagster 1.13.27.
"""

from __future__ import annotations

from collections.abc import Iterable

import dagster as dg
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus

FINISHED = {AssetCheckExecutionRecordStatus.SUCCEEDED, AssetCheckExecutionRecordStatus.FAILED}


def checks_of_job(context: dg.AssetExecutionContext) -> list[dg.AssetCheckKey]:
    """Every check of the job that is running."""
    return sorted(context.job_def.asset_layer.asset_graph.asset_check_keys, key=str)


def keep_last_verdicts(context: dg.AssetExecutionContext, checks: Iterable[dg.AssetCheckKey]) -> None:
    """Record the last result of each check as its result in this run. A check without a result stays without one."""
    storage = context.instance.event_log_storage
    for check in checks:
        for record in storage.get_asset_check_execution_history(check, limit=1, status=FINISHED):
            last = record.evaluation
            if last is not None:
                context.log_event(
                    dg.AssetCheckEvaluation(
                        asset_key=check.asset_key,
                        check_name=check.name,
                        passed=last.passed,
                        metadata=last.metadata,
                        severity=last.severity,
                        description=last.description,
                    )
                )
