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
import polars as pl

from orchestration.errors import PipelineError
from orchestration.mart_metadata import mart_metadata, with_lines
from orchestration.worker_thread import results_from_thread
from warehouse.compiled_models import Compiled, CompiledModel, Repeated, repeat
from warehouse.connection import build_database, first_line, transaction
from warehouse.implausible_rows import write_implausible_rows

Metadata = dict[str, Any]


class RepeatFailed(PipelineError):
    """A statement failed or a test does not hold. dbt, which is to build the models then, says what is wrong."""


def repeat_models(
    context: dg.AssetExecutionContext,
    database: Path,
    compiled: Sequence[Compiled],
    register: Callable[[Thread], None],
) -> Iterator[dg.Output[None] | dg.AssetCheckResult]:
    """Make the tables and run the tests in a thread of their own, and yield Dagster's events meanwhile.

    The tests that warned come last, with their rows. `register` receives the thread. Raises RepeatFailed, and
    BuildDamaged when the database is damaged.
    """
    tables = {key.path[-1]: key for key in context.selected_asset_keys}
    checks = {key.name: key for key in context.selected_asset_check_keys}

    def models(emit: Callable[[tuple[Repeated, Metadata]], None]) -> None:
        warned: list[Repeated] = []
        found: dict[str, pl.DataFrame] = {}
        with build_database(database) as connection:
            for one in compiled:
                try:
                    with transaction(connection):
                        repeated = repeat(connection, one)
                    if isinstance(one, CompiledModel):
                        is_mart = tables[one.name].path[0] == "marts"
                        emit((repeated, mart_metadata(connection, one.name) if is_mart else {}))
                    elif not repeated.failures:
                        emit((repeated, {}))
                    elif one.is_error:
                        raise RepeatFailed(f"{one.name}: {repeated.failures} rows")
                    else:
                        warned.append(repeated)
                        found[one.name] = connection.sql(one.query).pl()
                except duckdb.Error as error:
                    raise RepeatFailed(f"{one.name}: {first_line(error)}") from error
            lines = write_implausible_rows(connection, found)
        for repeated in warned:
            emit((repeated, with_lines(lines.get(repeated.compiled.name, []))))

    for repeated, metadata in results_from_thread(models, register):
        one = repeated.compiled
        about = {"Execution Duration": repeated.seconds, **metadata}
        if isinstance(one, CompiledModel):
            yield dg.Output(None, output_name=tables[one.name].to_python_identifier(), metadata=about)
        elif check := checks.get(one.name):  # a test of several tables is no check of one
            yield dg.AssetCheckResult(
                passed=not repeated.failures,
                asset_key=check.asset_key,
                check_name=check.name,
                severity=dg.AssetCheckSeverity.ERROR if one.is_error else dg.AssetCheckSeverity.WARN,
                metadata={**about, "dagster_dbt/failed_row_count": repeated.failures},
            )
