"""Commands that read a release import neither Dagster nor dbt, nor anything else that takes longer than they do."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pipelines import environment

HEAVY = (
    "dagster",
    "dbt",
    "pandera",
    "pandas",
    "polars",
    "numpy",
    "requests",
    "apprise",
    "mcp",
    "uvicorn",
    "pydantic_settings",
)
PROGRAM = f"""
import json, sys
from cli.main import main
sys.argv = ["leverage", *sys.argv[1:]]
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]), file=sys.stderr)
"""


def imported(*arguments: str | Path) -> list[str]:
    """The heavy modules that `leverage` with these arguments has imported when it ends."""
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, *map(str, arguments)],
        env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stderr.splitlines()[-1])


def test_the_version_and_the_help_import_nothing_heavy() -> None:
    assert imported("--version") == []
    assert imported("--help") == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        ("sql", "SELECT * FROM regimes_daily"),
        ("sql", "SELECT * FROM regimes_daily", "--format", "table"),
        ("status",),
        ("tables",),
        ("tables", "regimes_daily"),
    ],
)
def test_reading_a_release_imports_nothing_heavy(arguments: tuple[str, ...], sample: Path) -> None:
    assert imported(*arguments, "--warehouse", sample) == []
