"""What the tests of the dbt project share: its models as dbt compiles them over empty tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dbt.compiled_models import compile_models
from tests.pipelines import built_once


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `build.duckdb`, whose raw tables are empty, and dbt's `target`. Copy the database."""
    return built_once(tmp_path_factory, "compiled-models", compile_models)
