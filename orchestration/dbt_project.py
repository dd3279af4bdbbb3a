"""The dbt project as Dagster and dbt see it: parsed when the project has changed and not at import."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from dbt.contracts.graph.manifest import Manifest
from dbt.parser.manifest import extended_mashumuro_decoder

from orchestration.errors import PipelineError
from warehouse.settings import PROJECT

DBT_PROJECT = PROJECT / "dbt_project"
TARGET = DBT_PROJECT / "target"
MANIFEST = TARGET / "manifest.json"
PARSED = TARGET / "partial_parse.msgpack"
STAMP = TARGET / "manifest.sources"  # what the manifest was made from
BUILD_DATABASE = "LEVERAGE_BUILD_DATABASE"  # read by profiles.yml


def prepared_manifest() -> Path:
    """The manifest, parsed anew when the project has changed. Raises PipelineError when dbt cannot parse it."""
    sources = _sources_hash()
    if not (MANIFEST.exists() and PARSED.exists() and STAMP.exists() and STAMP.read_text() == sources):
        _parse()
        STAMP.write_text(sources)
    return MANIFEST


def standing_manifest() -> Path:
    """The manifest as it stands. Raises PipelineError when there is none."""
    if not MANIFEST.exists():
        raise PipelineError(f"{MANIFEST} is missing; run: make setup")
    return MANIFEST


def parsed_project() -> Manifest:
    """The project as dbt last parsed it, to build from. Raises PipelineError when it has not been parsed.

    dbt would parse the whole project anew for each warehouse, because the database's path is in its profile: 7 s.
    """
    standing_manifest()
    parsed: Manifest = Manifest.from_msgpack(PARSED.read_bytes(), decoder=extended_mashumuro_decoder)
    parsed.build_flat_graph()  # what `graph` is in a macro
    return parsed


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
    # In a process of its own: parsing comes before Dagster has the project, and leaves nothing of dbt behind.
    dbt = Path(sys.executable).with_name("dbt")
    with tempfile.TemporaryDirectory() as logs:
        done = subprocess.run(
            [
                dbt,
                "parse",
                "--quiet",
                "--project-dir",
                DBT_PROJECT,
                "--profiles-dir",
                DBT_PROJECT,
                "--log-path",
                logs,
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise PipelineError(f"dbt cannot parse {DBT_PROJECT}: {' '.join(said[-3:])}")


if __name__ == "__main__":
    prepared_manifest()
