"""Where the dashboard looks for a release, and what it says where there is none. Superset itself is not started."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bi.superset import serve
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


@pytest.mark.parametrize(("last_day", "opens_on"), [("2026-02-01", "2025-02-01 : "), ("2024-02-29", "2023-02-01 : ")])
def test_the_charts_open_on_the_last_year_of_the_release(tmp_path: Path, last_day: str, opens_on: str) -> None:
    (tmp_path / "latest.json").write_text(f'{{"last_day": "{last_day}"}}')
    assert serve._range_to_open(tmp_path) == opens_on
    (dashboard,) = serve._bundle_in(tmp_path, opens_on).glob("dashboards/*.yaml")
    filters = yaml.safe_load(dashboard.read_text())["metadata"]["native_filter_configuration"]
    (range_filter,) = [f["defaultDataMask"] for f in filters if f["name"] == "Range"]
    assert range_filter["extraFormData"]["time_range"] == opens_on
    assert range_filter["filterState"]["value"] == opens_on
