"""A run in somebody else's shell and an odd folder makes what a run anywhere makes."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.pipelines import LEVERAGE, PATIENCE, SAMPLE_FIRST, SAMPLE_NOW, differing, environment, published

pytestmark = pytest.mark.proof

FOREIGN = {
    "DBT_TARGET": "prod",
    "DBT_PROFILE": "other_project",
    "DBT_EMPTY": "1",
    "DBT_TARGET_PATH": "/nowhere/target",
    "DBT_LOG_PATH": "/nowhere/logs",
    "DBT_SELECT": "nothing",
    "DBT_ENGINE_TARGET": "prod",
    "PANDERA_VALIDATION_ENABLED": "False",
    "PYTHONIOENCODING": "ascii",
    "PYTHONWARNINGS": "error",
    "TZ": "Asia/Kathmandu",
    "LEVERAGE_BUILD_DATABASE": "/nowhere/build.duckdb",
}


def test_a_run_in_a_foreign_shell_and_an_odd_folder_makes_the_same_release(sample: Path, tmp_path: Path) -> None:
    here = tmp_path / "[2026] 50%25 what?\\here"
    here.mkdir()
    (here / "calendar.py").write_text("raise SystemExit('the wrong calendar')\n")
    (here / "netrc").write_text("default login somebody password not-a-real-one\n")
    os.chmod(here / "netrc", 0o600)
    variables = environment({**FOREIGN, "NETRC": str(here / "netrc")})
    for _ in range(2):
        ran = subprocess.run(
            [LEVERAGE, "run", "--warehouse", "w", "--from", SAMPLE_FIRST, "--now", SAMPLE_NOW],
            cwd=here, env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE,
            check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
    assert "nothing new" in ran.stderr
    assert {"landing", "releases", "dagster", "dbt"} <= {path.name for path in (here / "w").iterdir()}
    assert differing(published(sample), published(here / "w"), but=("feed_status", "about")) == []
    shutil.rmtree(Path((here / "w" / "elsewhere").read_text().strip()))
