"""The tables and data tests of dbt in a run whose project is as dbt last built it: the same statements, without dbt.

Starting dbt and its work around each statement take most of the time of a build, the statements a quarter (ADR 23).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Thread
from typing import Any

import dagster as dg
import duckdb

from orchestration.beside import results_of
from orchestration.errors import PipelineError
from orchestration.mart_metadata import mart_metadata
from warehouse.compiled_models import Compiled, CompiledModel, Repeated, repeat
from warehouse.connection import build_database, transaction

Done = tuple[Repeated, dict[str, Any]]


class RepeatFailed(PipelineError):
    """A statement failed or a test does not hold. dbt, which is to build the models then, says what is wrong."""


def repeat_models(
    context: dg.AssetExecutionContext, database: Path, compiled: Sequence[Compiled], keep: Callable[[Thread], None]
) -> Iterator[dg.Output[None] | dg.AssetCheckResult]:
    """Make the tables and run the tests in a thread of their own, and yield Dagster's events meanwhile.

    `keep` receives the thread. Raises RepeatFailed, and BuildDamaged when the database is damaged.
    """
    tables = {key.path[-1]: key for key in context.selected_asset_keys}
    checks = {key.name: key for key in context.selected_asset_check_keys}
    marts = {name for name, key in tables.items() if key.path[0] == "marts"}

    def models(give: Callable[[Done], None]) -> None:
        try:
            with build_database(database) as connection:
                for one in compiled:
                    with transaction(connection):
                        repeated = repeat(connection, one)
                    if isinstance(one, CompiledModel):
                        give((repeated, mart_metadata(connection, one.name) if one.name in marts else {}))
                    elif repeated.broken and one.must_hold:
                        raise RepeatFailed(f"{one.name}: {repeated.broken} rows")
                    else:
                        give((repeated, {"dagster_dbt/failed_row_count": repeated.broken}))
        except duckdb.Error as error:
            raise RepeatFailed(str(error).splitlines()[0]) from error

    for repeated, found in results_of(models, keep):
        one, metadata = repeated.compiled, {"Execution Duration": repeated.seconds, **found}
        if isinstance(one, CompiledModel):
            if key := tables.get(one.name):
                yield dg.Output(None, output_name=key.to_python_identifier(), metadata=metadata)
        elif check := checks.get(one.name):
            yield dg.AssetCheckResult(
                passed=not repeated.broken,
                asset_key=check.asset_key,
                check_name=check.name,
                severity=dg.AssetCheckSeverity.ERROR if one.must_hold else dg.AssetCheckSeverity.WARN,
                metadata=metadata,
            )
