"""The files of the dbt project, and its manifest, which is parsed again only when the project has changed."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from ingest.durable import locked, replace_file
from orchestration.errors import PipelineError
from warehouse.damage import set_aside
from warehouse.location import Warehouse
from warehouse.settings import PROJECT

DBT_PROJECT = PROJECT / "dbt_project"
TARGET = DBT_PROJECT / "target"
MANIFEST = TARGET / "manifest.json"
PARSED = TARGET / "partial_parse.msgpack"
MADE = (MANIFEST, PARSED)
STAMP = TARGET / "manifest.sources"  # hashes of the files that the two are made from, and of the two
BUILD_DATABASE = "LEVERAGE_BUILD_DATABASE"  # read by profiles.yml


def read_by_dbt(variable: str) -> bool:
    """Whether dbt or its profile reads an environment variable. A user may have set it for another project."""
    return variable.startswith("DBT_") or variable == BUILD_DATABASE


def prepared_manifest(warehouse: Warehouse | None = None) -> Path:
    """The manifest, parsed again if the project has changed or what dbt made of it is damaged.

    With a warehouse, damaged files are moved aside and noted there. Of processes that call this at once, one parses and
    the others wait for it. Raises PipelineError when dbt cannot parse the project.
    """
    STAMP.parent.mkdir(parents=True, exist_ok=True)
    with locked(STAMP.parent):
        sources = _sources_hash()
        stamped, *made = (STAMP.read_text(errors="replace") if STAMP.exists() else "").splitlines() or [""]
        damaged = [path for path, expected in zip(MADE, made, strict=False) if _hash(path) != expected]
        if stamped == sources and warehouse:
            for path in damaged:
                why = "is damaged" if path.exists() else "is gone"
                set_aside(warehouse.root, path, why, "dbt parses its project again")
        if stamped != sources or damaged or len(made) != len(MADE):
            _parse()
            replace_file(STAMP, "\n".join((sources, *map(_hash, MADE))).encode(), durable=False)
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


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def _parse() -> None:
    """Parse in a folder of its own and rename the files: a reader in another process finds the old or the new ones."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="parse-", dir=TARGET) as folder:
        parsed = Path(folder)
        if PARSED.exists():
            shutil.copy(PARSED, parsed)  # dbt parses only the files that have changed since
        _dbt_parse(parsed)
        for path in MADE:
            (parsed / path.name).replace(TARGET / path.name)


def _dbt_parse(target: Path) -> None:
    # In a process of its own, so that no state of dbt stays behind in this one. Isolated: no modules from PYTHONPATH.
    dbt = (sys.executable, "-I", "-c", "from dbt.cli.main import cli; cli()")
    with tempfile.TemporaryDirectory() as logs:
        done = subprocess.run(
            [
                *(*dbt, "parse", "--quiet", "--log-path", logs, "--target-path", target),
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
