"""What the end-to-end tests share besides the warehouses: a catalogue for venues that stand on loopback."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pipelines import PROJECT


@pytest.fixture(scope="session")
def unlimited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's catalogue without rate limits: a server on loopback has none, and waiting tests nothing."""
    listed = (PROJECT / "ingest" / "catalogue.toml").read_text()
    path = tmp_path_factory.mktemp("catalogue") / "unlimited.toml"
    path.write_text(re.sub(r"^(per_second|per_minute|burst) = .*$", "", listed, flags=re.MULTILINE))
    return path
