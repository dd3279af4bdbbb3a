"""What a run names at its end: files that exist, and commands that find the warehouse."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.next_steps import next_steps, warehouse_option
from tests.pipelines import Ran
from warehouse.settings import WAREHOUSES, Settings


def test_files_that_were_published_are_named_before_the_commands(tmp_path: Path) -> None:
    settings = Settings(market="sample", warehouse=tmp_path)
    assert [line.split()[:2] for line in next_steps(settings)] == [
        ["leverage", "serve"], ["leverage", "status"], ["leverage", "tables"]
    ]  # fmt: skip
    (tmp_path / "published").mkdir()
    (tmp_path / "published" / "brief.html").touch()
    first, *_ = next_steps(settings)
    assert first.split() == ["open", str(tmp_path / "published" / "brief.html"), "the", "last", "day"]


@pytest.mark.parametrize(
    ("market", "warehouse", "option"),
    [
        ("sample", None, ""),
        ("live", None, " --market live"),
        ("live", WAREHOUSES / "live", " --market live"),
        ("sample", Path("/data/my warehouse"), " --warehouse '/data/my warehouse'"),
    ],
)
def test_commands_name_the_warehouse_as_shortly_as_they_can(market: str, warehouse: Path | None, option: str) -> None:
    assert warehouse_option(Settings(market=market, warehouse=warehouse)) == option


@pytest.mark.slow
def test_a_run_ends_with_what_to_open(first_run: tuple[Path, Ran]) -> None:
    warehouse, ran = first_run
    lines = ran.err.split("\nnext:\n")[1].splitlines()
    assert lines[0].split()[:2] == ["open", str(warehouse / "published" / "brief.html")]
    assert any(line.split()[:2] == ["leverage", "serve"] for line in lines)


def test_a_warehouse_on_object_storage_is_named_by_its_address():
    assert warehouse_option(Settings(market="live", warehouse="s3://prices/x")) == " --warehouse s3://prices/x"
