"""The files of the dbt project, and its manifest, which is parsed again only when the project has changed."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from orchestration.errors import PipelineError
from warehouse.settings import PROJECT

DBT_PROJECT = PROJECT / "dbt_project"
TARGET = DBT_PROJECT / "target"
MANIFEST = TARGET / "manifest.json"
PARSED = TARGET / "partial_parse.msgpack"
STAMP = TARGET / "manifest.sources"  # hash of the files that the manifest was made from
BUILD_DATABASE = "LEVERAGE_BUILD_DATABASE"  # read by profiles.yml


def read_by_dbt(variable: str) -> bool:
    """Whether dbt or its profile reads an environment variable. A user may have set it for another project."""
    return variable.startswith("DBT_") or variable == BUILD_DATABASE


def prepared_manifest() -> Path:
    """The manifest, parsed again if the project has changed. Raises PipelineError when dbt cannot parse it."""
    sources = _sources_hash()
    if not (MANIFEST.exists() and PARSED.exists() and STAMP.exists() and STAMP.read_text() == sources):
        _parse()
        STAMP.write_text(sources)
    return MANIFEST


def existing_manifest() -> Path:
    """The manifest as it was last parsed. Raises PipelineError when there is none."""
    if not MANIFEST.exists():
        raise PipelineError(f"{MANIFEST} is missing; run: make setup")
    return MANIFEST


def _sources_hash() -> str:
    digest = hashlib.sha256(version("dbt-core").encode())
    for folder in ("models", "macros", "tests", "seeds"):
        for file in sorted((DBT_PROJECT / folder).rglob("*")):
            if file.suffix in (".sql", ".yml", ".csv"):
                digest.update(f"{file.relative_to(DBT_PROJECT)}\n".encode() + file.read_bytes())
    for name in ("dbt_project.yml", "profiles.yml"):
        digest.update((DBT_PROJECT / name).read_bytes())
    return digest.hexdigest()


def _parse() -> None:
    # In a process of its own, so that no state of dbt stays behind in this one. Isolated: no modules from PYTHONPATH.
    dbt = (sys.executable, "-I", "-c", "from dbt.cli.main import cli; cli()")
    with tempfile.TemporaryDirectory() as logs:
        done = subprocess.run(
            [
                *(*dbt, "parse", "--quiet", "--log-path", logs, "--target-path", TARGET),
                *("--project-dir", DBT_PROJECT, "--profiles-dir", DBT_PROJECT),
            ],
            env={name: value for name, value in os.environ.items() if not read_by_dbt(name)},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        output = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise PipelineError(f"dbt cannot parse {DBT_PROJECT}: {' '.join(output[-3:])}")


if __name__ == "__main__":
    prepared_manifest()
