"""Where the dashboard looks for a release, and what it says where there is none. Superset itself is not started."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.pipelines import PROJECT, environment

SERVE = PROJECT / "bi" / "superset" / "serve.py"


def refusal(**variables: str) -> str:
    done = subprocess.run(
        [sys.executable, SERVE], env=environment(variables), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    return line


def test_a_relay_has_to_be_given_with_its_warehouse(tmp_path: Path) -> None:
    relay = "http://127.0.0.1:9080"
    assert refusal(LEVERAGE_MARKET=relay) == (
        f"error LEVERAGE_MARKET is {relay}, none of sample, live; set LEVERAGE_WAREHOUSE"
    )
    named = refusal(LEVERAGE_MARKET=relay, LEVERAGE_WAREHOUSE=str(tmp_path))
    assert named == f"error nothing is published in {tmp_path} yet; run: make run"
