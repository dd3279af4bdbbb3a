"""What the documents tell a reader to type, typed: over the warehouse that `make run` builds, all 400 days of it."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests.pipelines import PROJECT, environment, leverage, published

PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]
READING = {"sql", "brief", "status", "market"}
WAREHOUSE = "warehouse/data/sample"


def blocks(language: str) -> list[tuple[str, str]]:
    """Page and text of every block in that language."""
    found = []
    for page in PAGES:
        for text in re.findall(rf"```{language}\n(.*?)```", page.read_text(), re.S):
            found.append((page.name, text))
    return found


# What a documented command is left out for: another warehouse, an asset that is not simulated, standard input.
LEFT_OUT = ("--market live", "--warehouse", "ETH", " < ")
COMMANDS = sorted(
    {
        line.removeprefix(".venv/bin/leverage ").split(" > ")[0]
        for _, text in blocks("sh")
        for line in text.splitlines()
        if line.startswith(".venv/bin/leverage ") and line.split()[1] in READING
        if not any(part in line for part in LEFT_OUT)
    }
)


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_a_documented_command_works(command: str, whole: Path, tmp_path: Path) -> None:
    arguments = shlex.split(command)
    if "--output" in arguments:
        arguments[arguments.index("--output") + 1] = str(tmp_path / arguments[arguments.index("--output") + 1])
    ran = leverage(*arguments, "--warehouse", whole)
    assert ran.status == 0, ran.said
    assert ran.out.count("\n") > 1 or list(tmp_path.iterdir()), "it shows something"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "code"), [b for b in blocks("python") if WAREHOUSE in b[1]], ids=lambda text: text[:40]
)
def test_a_documented_program_works(page: str, code: str, whole: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", code.replace(WAREHOUSE, str(whole))],
        env=environment(), cwd=PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, f"{page}: {ran.stderr}"


@pytest.mark.slow
@pytest.mark.parametrize(("page", "query"), blocks("sql"), ids=lambda text: text[:40])
def test_a_documented_query_works(page: str, query: str, whole: Path) -> None:
    with duckdb.connect(whole / "published" / "leverage.duckdb", read_only=True) as db:
        rows = db.execute(query).fetchall()
    assert rows or "now_as_of(" in query or "_hourly" in query, f"{page}: only the running day may have no rows"


@pytest.mark.slow
def test_the_example_days_of_the_labels_have_these_labels(whole: Path) -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d{4}-\d\d-\d\d) \|", (PROJECT / "docs/concepts.md").read_text(), re.M)
    days = published(whole)["regimes_daily"].filter(pl.col("asset") == "BTC").select("day", "event")
    found = {str(day): event for day, event in days.iter_rows()}
    assert len(rows) == 15
    assert {day: found[day] for _, day in rows} == {day: label for label, day in rows}
