"""docs/adding-a-venue.md executed in a copy of the project: its files, its lines, its commands."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import HTTPServer
from pathlib import Path

import polars as pl
import pytest

from tests.pipelines import PATIENCE, PROJECT, environment, published

PAGE = (PROJECT / "docs" / "adding-a-venue.md").read_text()
FILES = dict(re.findall(r"^`([\w/.]+)`:\n\n```[\w+]*\n(.*?)```", PAGE, re.M | re.S))
COMMANDS = "".join(re.findall(r"```sh\n(.*?)```", PAGE, re.S)).replace("\\\n", " ").splitlines()
PARTS = ("brief", "cli", "dbt_project", "ingest", "orchestration", "record", "regimes", "tables", "warehouse")
UNION = "dbt_project/models/intermediate/int_funding__all_venues.sql"
FACTS = "dbt_project/seeds/facts/venues.csv"
STAND_IN = "nova_stand_in.py"
ENTRY = f"{sys.executable} -c 'from cli.main import main; main()'"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project with what the page adds to it."""
    copy, unneeded = tmp_path / "project", shutil.ignore_patterns("data", "target", "logs", "__pycache__")
    for part in PARTS:
        shutil.copytree(PROJECT / part, copy / part, ignore=unneeded)
    (copy / "docs").mkdir()  # where the dictionary is written
    shutil.copy(PROJECT / "mkdocs.yml", copy)  # which lists the pages of the dictionary
    assert set(FILES) >= {UNION, FACTS, STAND_IN}
    for name, text in FILES.items():
        file = copy / name
        file.parent.mkdir(exist_ok=True)
        before = file.read_text() if file.exists() else ""
        file.write_text(before.replace("feeds={\n", f"feeds={{\n{text}") if name == UNION else before + text)
    return copy


@pytest.fixture
def nova() -> Iterator[str]:
    """The page's stand-in for its venue, on a free port."""
    defined: dict = {"__name__": "nova_stand_in"}
    exec(FILES[STAND_IN], defined)
    defined["Nova"].log_message = lambda *_: None
    server = HTTPServer(("127.0.0.1", 0), defined["Nova"])
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(30)
    server.server_close()


@pytest.mark.slow
@pytest.mark.proof
def test_a_newcomer_gets_from_the_page_to_a_row_in_the_published_mart(project: Path, nova: str) -> None:
    def typed(command: str) -> str:
        done = subprocess.run(
            ["bash", "-c", command.replace(".venv/bin/leverage", ENTRY).replace("http://127.0.0.1:9080", nova)],
            cwd=project,
            env=environment({"PYTHONPATH": str(project)}),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    assert COMMANDS[0] == "make generated"
    typed(f"{sys.executable} -m warehouse.generated_files")
    run, query = (line for line in COMMANDS if ".venv/bin/leverage" in line)
    typed(run)
    assert "nova" in typed(query)
    rates = published(project / "warehouse" / "data" / "nova")["funding_by_venue_daily"].filter(pl.col("is_complete"))
    assert rates["venue"].unique().to_list() == ["nova"]
    assert rates["funding_8h_bp"].round(9).to_list() == [1.0] * 13
