"""What the end-to-end tests share besides the warehouses: catalogues for venues that stand on loopback."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.recorded import recorded_catalogue


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's catalogue, as far as it is recorded."""
    path = tmp_path_factory.mktemp("catalogue") / "recorded.toml"
    path.write_text(recorded_catalogue(limited=True))
    return path


@pytest.fixture(scope="session")
def unlimited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same without rate limits: a server on loopback has none, and waiting tests nothing."""
    path = tmp_path_factory.mktemp("catalogue") / "unlimited.toml"
    path.write_text(recorded_catalogue(limited=False))
    return path
