"""What each command may import: those that read a release import nothing that takes longer than they do."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pipelines import environment

# Modules that take a noticeable part of a command's time to import.
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
    "pydantic",  # which Typer imports from 0.29 on
    "pydantic_settings",
    "tables",
    "regimes",
    "duckdb",
    "rich",
)
DATABASE, TERMINAL = ["duckdb"], ["duckdb", "rich"]
COMMANDS = {
    ("sql", "SELECT * FROM regimes_daily"): DATABASE,
    ("sql", "SELECT * FROM regimes_daily", "--format", "csv"): DATABASE,
    ("sql", "SELECT * FROM regimes_daily", "--format", "table"): TERMINAL,
    ("status",): TERMINAL,
    ("status", "--json"): TERMINAL,
    ("tables",): TERMINAL,
    ("tables", "regimes_daily"): TERMINAL,
}
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


def test_the_version_imports_nothing_heavy_and_the_help_only_what_draws_it() -> None:
    assert imported("--version") == []
    assert imported("--help") == ["rich"]


@pytest.mark.slow
@pytest.mark.parametrize(("arguments", "allowed"), COMMANDS.items(), ids=lambda value: " ".join(value))
def test_reading_a_release_imports_the_database_and_what_draws_tables(
    arguments: tuple[str, ...], allowed: list[str], sample: Path
) -> None:
    assert imported(*arguments, "--warehouse", sample) == allowed
