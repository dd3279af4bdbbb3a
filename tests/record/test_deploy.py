"""The container file of the recorder: what it starts has everything that it imports."""

from __future__ import annotations

import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def test_the_container_holds_every_package_of_the_project():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    packages = {name.rstrip("*") for name in project["tool"]["setuptools"]["packages"]["find"]["include"]}
    container = (PROJECT / "deploy" / "Containerfile").read_text().splitlines()
    copied = {line.split()[-1].rstrip("/") for line in container if line.startswith("COPY ")}
    assert packages <= copied
