"""What the tests of the Python door share: a small published market, and pandas."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

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
    """The module. The tests depend on it, the project does not."""
    return import_module("pandas")
