"""The Python recipes of docs/bi.md as they are written there: what they read, what they draw, and a new release."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pytest
import vl_convert

from tests.bi.test_clients import CLIENTS
from tests.brief.published_frames import DAYS, LAST, frames
from tests.pipelines import PROJECT

BLOCKS = re.findall(r"```python\n(.*?)```", (PROJECT / "docs" / "bi.md").read_text(), re.S)
NAMES = ("labels", "notebook", "page")  # the files that the recipe names, in its order
FILES = dict(zip(NAMES, BLOCKS[-len(NAMES) :], strict=True))
COLOUR = dict(frames()["regime_labels"].select("label", "colour").iter_rows())["leverage_flush"]


def released(folder: Path, name: str, last_days: int = 0) -> None:
    """A release of invented tables with so many days more, and `published` as the link to it."""
    tables = folder / "releases" / name / "parquet"
    tables.mkdir(parents=True)
    regimes = frames({"close_usd": 69_000.0})["regimes_daily"]
    later = regimes.tail(1).with_columns(pl.col("day") + timedelta(days=last_days))
    pl.concat([regimes, later] if last_days else [regimes]).write_parquet(tables / "regimes_daily.parquet")
    frames()["regime_labels"].write_parquet(tables / "regime_labels.parquet")
    link = folder / "new"
    link.symlink_to(tables.parent)
    link.replace(folder / "published")


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with the files of the recipe and a release where they look for it."""
    warehouse = tmp_path / "warehouse" / "data" / "sample"
    released(warehouse, "first")
    for name, text in FILES.items():
        (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "labels", raising=False)
    return tmp_path


def loaded(folder: Path, name: str) -> ModuleType:
    """A file of the recipe as a module."""
    spec = spec_from_file_location(name, folder / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def drawn(made: Any, asset: str) -> str:
    chart = {**made.CHART, "width": 400, "data": {"values": made.days(asset).to_dicts()}}
    return str(vl_convert.vegalite_to_svg(chart, allowed_base_urls=[]))


def test_the_recipe_reads_the_labels_with_their_colours_and_draws_them(recipe: Path) -> None:
    made = loaded(recipe, "labels")
    days = made.days("BTC")
    assert days["day"].to_list() == [day.isoformat() for day in reversed(DAYS)]
    assert days.row(0, named=True)["label"] == "leverage_flush"
    assert days.row(0, named=True)["colour"] == COLOUR
    assert f'fill="{COLOUR}"' in drawn(made, "BTC")


def test_the_recipe_reads_a_new_release_without_a_restart(recipe: Path) -> None:
    made = loaded(recipe, "labels")
    assert made.days("BTC")["day"][0] == LAST.isoformat()
    released(recipe / "warehouse" / "data" / "sample", "second", last_days=1)
    assert made.days("BTC")["day"][0] == (LAST + timedelta(days=1)).isoformat()


NOTEBOOK = """
from notebook import app
outputs, _ = app.run()
print(outputs[-1].text)
"""
PAGE = """
from streamlit.testing.v1 import AppTest
page = AppTest.from_file("page.py").run(timeout=60)
assert not page.exception, page.exception
print(page.dataframe[0].value["label"].iloc[0])
"""


@pytest.mark.parametrize("program", [NOTEBOOK, PAGE], ids=["marimo", "streamlit"])
def test_the_recipe_runs_in_its_library(program: str, recipe: Path) -> None:
    libraries = CLIENTS / "notebooks"
    if not libraries.exists():
        pytest.skip("notebooks is not installed; run: make clients")
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=recipe, env={**os.environ, "PYTHONPATH": str(libraries)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "leverage_flush" in done.stdout
