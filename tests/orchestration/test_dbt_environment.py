"""Variables that a user has set for another dbt project: none reaches this one, and all are there afterwards."""

import os

import pytest

from orchestration import dbt_project
from orchestration.dbt_project import BUILD_DATABASE, prepared_manifest
from orchestration.internals.dbt_process import restored_process

FOREIGN = {"DBT_TARGET": "prod", "DBT_PROFILE": "other", "DBT_EMPTY": "1", "DBT_TARGET_PATH": "/nowhere",
           "DBT_ENGINE_TARGET": "prod", "DBT_SELECT": "nothing", BUILD_DATABASE: "/elsewhere/other.duckdb"}  # fmt: skip


def test_a_build_sees_none_of_them_and_they_are_there_afterwards(tmp_path, monkeypatch):
    for name, value in FOREIGN.items():
        monkeypatch.setenv(name, value)
    before = dict(os.environ)
    with restored_process(tmp_path / "build.duckdb"):
        seen = {name: value for name, value in os.environ.items() if name in FOREIGN or name.startswith("DBT_")}
    assert seen == {BUILD_DATABASE: str(tmp_path / "build.duckdb")}
    assert dict(os.environ) == before


@pytest.mark.slow
def test_the_project_is_parsed_as_without_them(tmp_path, monkeypatch):
    whole = prepared_manifest().read_bytes()
    (tmp_path / "calendar.py").write_text("raise SystemExit('the wrong calendar')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    for name, value in FOREIGN.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(dbt_project, "TARGET", tmp_path / "target")
    dbt_project._parse()
    parsed = (tmp_path / "target" / "manifest.json").read_bytes()
    assert b"/elsewhere" not in parsed
    assert (b'"database": "build"' in parsed) == (b'"database": "build"' in whole)
