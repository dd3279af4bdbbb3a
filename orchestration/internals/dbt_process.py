"""dbt in this process: its arguments, the environment that it reads, and what has to be closed after it. No Dagster.

Private parts: `reset_adapters` and `DuckDBConnectionManager` of dbt, which close the database. dbtRunner is public.
Checked with dbt-core 1.11.16, dbt-adapters 1.24.5 and dbt-duckdb 1.11.1.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.adapters.factory import reset_adapters
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest

from orchestration.dbt_project import BUILD_DATABASE, DBT_PROJECT, read_by_dbt
from orchestration.errors import PipelineError
from warehouse.compiled_models import CompiledModel
from warehouse.connection import set_aside_if_damaged

BY_DAY = "by_day"  # the materialization of tables that later runs make day by day
TABLES = ("table", BY_DAY)


def build_arguments(
    target: Path,
    select: Sequence[str] = (),
    exclude: Sequence[str] = (),
    exclude_kinds: Sequence[str] = ("unit_test",),
) -> list[str]:
    """The arguments of `dbt build` for the models and tests that match `select`, or all, and do not match `exclude`."""
    arguments = [
        # No artifacts and no debug log, 9,000 lines a run: nothing reads them, and writing them takes half a second.
        *("--quiet", "--no-write-json", "--log-level-file", "info"),
        *("build", "--exclude-resource-types", *exclude_kinds),
        *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
        *("--target-path", str(target), "--log-path", str(target)),
    ]
    return [*arguments, *(("--select", *select) if select else ()), *(("--exclude", *exclude) if exclude else ())]


def build_untested(project: Manifest, database: Path, target: Path, select: Sequence[str]) -> list[CompiledModel]:
    """Build the models and seeds that match `select`, without their tests. dbt writes its log to `target`.

    Returns the models that became tables, each after those that it reads. Raises PipelineError, which names the first
    model that failed.
    """
    with restored_process(database):
        result = dbtRunner(project).invoke(build_arguments(target, select, exclude_kinds=("unit_test", "test")))
    set_aside_damaged(result, database)
    refuse_failure(result, target)
    return [model for one in getattr(result.result, "results", ()) if (model := compiled_model(one.node))]


def compiled_model(node: Any) -> CompiledModel | None:  # noqa: ANN401 - any node of dbt
    """What dbt compiled for a model that is a table, None for a node of another kind."""
    if node.resource_type != "model" or node.config.materialized not in TABLES:
        return None
    return CompiledModel(node.name, node.compiled_code, node.relation_name)


def refuse_failure(result: dbtRunnerResult, target: Path) -> None:
    """Raise PipelineError, which names the first model that failed, unless dbt has built all."""
    if result.exception:
        raise PipelineError(f"dbt could not run: {str(result.exception).splitlines()[0]}") from result.exception
    if not result.success:
        failed = [f"{one.node.name}: {one.message}" for one in getattr(result.result, "results", ()) if one.message]
        first = failed[0].splitlines()[0] if failed else "failed"
        raise PipelineError(f"dbt build: {first}; {target / 'dbt.log'} has the details")


def set_aside_damaged(result: dbtRunnerResult, database: Path) -> None:
    """Raise BuildDamaged, with the database moved aside, when a model or test has failed because it is damaged."""
    ends = [getattr(node, "message", None) for node in getattr(result.result, "results", [])]
    for said in (*ends, result.exception):
        if said:
            set_aside_if_damaged(database, PipelineError(str(said)))


@contextmanager
def restored_process(database: Path) -> Iterator[None]:
    """Set the environment that dbt reads, without the user's own variables for dbt; afterwards restore it and the
    directory, and close the database."""
    directory = Path.cwd()
    users = {name: os.environ.pop(name) for name in list(os.environ) if read_by_dbt(name)}
    os.environ[BUILD_DATABASE] = str(database)
    try:
        yield
    finally:
        DuckDBConnectionManager.close_all_connections()
        reset_adapters()
        os.chdir(directory)
        del os.environ[BUILD_DATABASE]
        os.environ.update(users)
