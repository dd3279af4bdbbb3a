"""What the tests of the Python door share: a small published market, and pandas where it is installed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.pipelines import PROJECT
from tests.serving.conftest import Market
from warehouse.location import Warehouse


@pytest.fixture(scope="session")
def published_market(tmp_path_factory: pytest.TempPathFactory) -> Market:
    """Thirty days of two assets, each label available at 06:00 of the next day. Not to be written to."""
    made = Market(Warehouse(tmp_path_factory.mktemp("door")))
    made.fill()
    made.publish()
    return made


@pytest.fixture(scope="session")
def pandas() -> Any:
    """The module. `make clients` installs it beside the project, whose own dependencies it is not among."""
    beside = PROJECT / ".clients" / "pandas"
    if beside.is_dir():
        sys.path.append(str(Path(beside)))
    return pytest.importorskip("pandas", reason="pandas is not installed; run: make clients")
