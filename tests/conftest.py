"""What the tests of several folders share: three warehouses of the simulated market, not to be written to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pipelines
import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow tests first: the quick ones then fill what is left of the other processes' time."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def _sample(now: str) -> Callable[[Path], None]:
    def build(target: Path) -> None:
        ran = pipelines.leverage("run", "--warehouse", target, "--from", pipelines.SAMPLE_FIRST, "--now", now)
        assert ran.status == 0, ran.said

    return build


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The simulated market from 2025-11-20 to 2026-01-27. Copy it before you write to it."""
    return pipelines.built_once(tmp_path_factory, "sample", _sample(pipelines.SAMPLE_NOW))


@pytest.fixture(scope="session")
def sample_end(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same to the simulation's end, 2026-02-01, in one undisturbed run. Copy it before you write to it."""
    return pipelines.built_once(tmp_path_factory, "sample-end", _sample(pipelines.SAMPLE_END))


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make run` builds: all 400 days of the simulated market. Copy it before you write to it."""

    def build(target: Path) -> None:
        ran = pipelines.leverage("run", "--warehouse", target)
        assert ran.status == 0, ran.said

    return pipelines.built_once(tmp_path_factory, "whole", build)
