"""Processes that prepare the manifest at once after a change of the dbt project: one parses, none reads a part."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from dagster_dbt.utils import select_unique_ids

from orchestration import dbt_project
from orchestration.dbt_assets import WINDOWS
from orchestration.errors import PipelineError
from orchestration.internals.dbt_selection import without_tag
from orchestration.window_models import TAG

OLD, NEW = '{"parsed": "before"}', '{"parsed": "after the change"}'
PATIENCE = 20.0


class SlowParser:
    """Writes the manifest in two halves, and the second only when `may_finish` is set."""

    def __init__(self) -> None:
        self.calls = 0
        self.half_written, self.may_finish = threading.Event(), threading.Event()

    def __call__(self, target: Path) -> None:
        self.calls += 1
        (target / "partial_parse.msgpack").write_bytes(b"new")
        with (target / "manifest.json").open("w") as manifest:
            manifest.write(NEW[:10])
            manifest.flush()
            self.half_written.set()
            assert self.may_finish.wait(PATIENCE)
            manifest.write(NEW[10:])


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What dbt made of the project before a change."""
    (tmp_path / "manifest.json").write_text(OLD)
    (tmp_path / "partial_parse.msgpack").write_bytes(b"old")
    (tmp_path / "manifest.sources").write_text("hash of other sources")
    monkeypatch.setattr(dbt_project, "TARGET", tmp_path)
    for name, file in (
        ("MANIFEST", "manifest.json"),
        ("PARSED", "partial_parse.msgpack"),
        ("STAMP", "manifest.sources"),
    ):
        monkeypatch.setattr(dbt_project, name, tmp_path / file)
    monkeypatch.setattr(dbt_project, "MADE", (dbt_project.MANIFEST, dbt_project.PARSED))
    return tmp_path


def test_while_one_parses_the_others_wait_and_readers_have_the_old_manifest(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parser = SlowParser()
    monkeypatch.setattr(dbt_project, "_dbt_parse", parser)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(dbt_project.prepared_manifest)
        assert parser.half_written.wait(PATIENCE)
        second = pool.submit(dbt_project.prepared_manifest)
        assert dbt_project.existing_manifest().read_text() == OLD
        with pytest.raises(TimeoutError):
            second.result(timeout=0.2)
        parser.may_finish.set()
        for waiting in (first, second):
            assert waiting.result(PATIENCE).read_text() == NEW
    assert parser.calls == 1
    assert sorted(path.name for path in target.iterdir()) == [
        "manifest.json", "manifest.sources", "partial_parse.msgpack",
    ]  # fmt: skip


def test_a_project_that_cannot_be_parsed_leaves_the_old_manifest_and_is_parsed_again(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(folder: Path) -> None:
        (folder / "manifest.json").write_text(NEW[:10])
        raise PipelineError("dbt cannot parse")

    monkeypatch.setattr(dbt_project, "_dbt_parse", fails)
    for _ in range(2):
        with pytest.raises(PipelineError, match="cannot parse"):
            dbt_project.prepared_manifest()
        assert (target / "manifest.json").read_text() == OLD


def test_the_nodes_without_a_tag_are_those_that_dbt_selects() -> None:
    dbt_project.prepared_manifest()
    manifest = json.loads(dbt_project.existing_manifest().read_text())
    by_dbt = select_unique_ids("fqn:*", WINDOWS, "", None, manifest)
    assert without_tag(manifest, TAG) == by_dbt & manifest["nodes"].keys()
