"""What the tests of several folders share: the recorded samples, and two warehouses of the simulated market, not to
be written to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests import pipelines, properties  # noqa: F401 - registers the profiles
from tests.recordings import NO_SAMPLES, SAMPLES

if TYPE_CHECKING:
    from tests.object_storage import Store

settings.load_profile("quick")  # unless --hypothesis-profile names another


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first: a process has a module or class to itself, and the quick ones fill what is left.

    `slow(minutes=3)` says how long a module or class takes; `slow` alone is less than a minute.
    """

    def minutes(item: pytest.Item) -> float:
        marks = list(item.iter_markers("slow"))
        return max((float(mark.kwargs.get("minutes", 0.5)) for mark in marks), default=0.0)

    items.sort(key=minutes, reverse=True)


@pytest.fixture
def api_samples() -> Path:
    """The directory of recorded answers and messages."""
    if not SAMPLES.is_dir():
        pytest.skip(NO_SAMPLES)
    return SAMPLES


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The simulated market from 2025-11-20 to 2026-01-27. Copy it before you write to it."""

    def build(target: Path) -> None:
        days = ("--from", pipelines.SAMPLE_FIRST, "--now", pipelines.SAMPLE_NOW)
        ran = pipelines.leverage("run", "--warehouse", target, *days)
        assert ran.status == 0, ran.said

    return pipelines.built_once(tmp_path_factory, "sample", build)


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pipelines.Ran]:
    """What `make run` makes, every default but the place: all 400 days of it, and what the run said."""

    def build(target: Path) -> None:
        ran = pipelines.typed("run", "--warehouse", target / "warehouse")
        (target / "ran.json").write_text(json.dumps(asdict(ran)))

    built = pipelines.built_once(tmp_path_factory, "whole", build)
    return built / "warehouse", pipelines.Ran(**json.loads((built / "ran.json").read_text()))


@pytest.fixture(scope="session")
def whole(first_run: tuple[Path, pipelines.Ran]) -> Path:
    """The warehouse of that run. Copy it before you write to it."""
    assert first_run[1].status == 0, first_run[1].said
    return first_run[0]


@pytest.fixture(scope="session")
def store() -> Iterator[Store]:
    """A local S3 server. Take a new bucket of it."""
    from tests.object_storage import running_store  # takes a second to import

    with running_store() as running:
        yield running
