"""What the end-to-end tests share: the simulated market a day later, and catalogues for venues on loopback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.recorded import recorded_catalogue
from tests.end_to_end.published_reader import watched
from tests.end_to_end.recorded_market import ALL_DAYS, NOW, RecordedMarket, run
from tests.pipelines import SAMPLE_NEXT, built_once, copied, leverage


@pytest.fixture(scope="session")
def day_added(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict]]:
    """The sample after one more undisturbed run, which added 2026-01-28, and what readers saw while it went on."""

    def build(target: Path) -> None:
        warehouse = copied(sample, target / "warehouse")
        with watched(warehouse, target / "stop", pause=2.0) as saw:
            ran = leverage("run", "--warehouse", warehouse, "--now", SAMPLE_NEXT)
        assert ran.status == 0, ran.said
        (target / "saw.json").write_text(json.dumps(saw))

    built = built_once(tmp_path_factory, "day-added", build)
    return built / "warehouse", json.loads((built / "saw.json").read_text())


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's catalogue, as far as it is recorded."""
    path = tmp_path_factory.mktemp("catalogue") / "recorded.toml"
    path.write_text(recorded_catalogue(limited=True))
    return path


@pytest.fixture(scope="session")
def history(recorded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All 519 days of the recorded market, by one run. Copy it before you write to it."""

    def build(target: Path) -> None:
        market = RecordedMarket()
        try:
            ran = run(market.url, target, NOW, *ALL_DAYS, catalogue=recorded)
        finally:
            market.stop()
        assert ran.status == 0, ran.said
        assert "skipped" not in ran.said

    return built_once(tmp_path_factory, "recorded-days", build)


@pytest.fixture(scope="session")
def unlimited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same without rate limits: a server on loopback has none, and waiting tests nothing."""
    path = tmp_path_factory.mktemp("catalogue") / "unlimited.toml"
    path.write_text(recorded_catalogue(limited=False))
    return path
