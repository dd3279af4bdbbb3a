"""A shell that takes no output, and a working directory that is gone: one line, no traceback, and no file harmed."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path

import duckdb
import pytest

from tests.pipelines import LEVERAGE, environment
from warehouse.location import Warehouse


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As much of a warehouse as `leverage sql` reads."""
    located = Warehouse(tmp_path_factory.mktemp("warehouse"))
    located.published.mkdir()
    (located.published / "latest.json").write_text(json.dumps({"market": "sample"}))
    with duckdb.connect(located.published / "leverage.duckdb") as connection:
        connection.execute("CREATE TABLE many AS SELECT range AS x FROM range(200_000)")
    return located.root


def shell(line: str, warehouse: Path) -> subprocess.CompletedProcess[str]:
    """The line in a shell, with L for the installed command and W for the warehouse."""
    said = f"L={shlex.quote(str(LEVERAGE))}; W={shlex.quote(str(warehouse))}; {line}"
    return subprocess.run(["bash", "-c", said], env=environment(), capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("$L sql 'FROM many' --warehouse $W >/dev/full", "No space left on device"),
        ("$L sql 'SELECT 1' --warehouse $W >/dev/full", "No space left on device"),
        ("$L sql 'SELECT 1' --warehouse $W >&-", "cannot write to standard output: Bad file descriptor"),
        ("$L --version >/dev/full", "No space left on device"),
        ("$L --help >&-", "Bad file descriptor"),
        ("mkdir $W/gone && cd $W/gone && rmdir $W/gone && $L sql 'SELECT 1' --warehouse $W", "working directory"),
    ],
)
def test_what_cannot_be_printed_is_one_line_and_status_1(line: str, said: str, warehouse: Path) -> None:
    ran = shell(line, warehouse)
    assert ran.returncode == 1, ran.stderr
    assert len(ran.stderr.splitlines()) == 1, ran.stderr
    assert said in ran.stderr


@pytest.mark.parametrize("line", ["$L sql 'FROM many' --warehouse $W | head -1", "$L --help | true"])
def test_a_reader_that_leaves_early_is_no_trouble(line: str, warehouse: Path) -> None:
    assert shell(line, warehouse).stderr == ""


def test_without_standard_error_and_input_a_query_is_answered(warehouse: Path) -> None:
    ran = shell("$L sql 'SELECT 1 AS x' --warehouse $W 2>&- <&-", warehouse)
    assert (ran.returncode, ran.stdout) == (0, "x\n1\n")
