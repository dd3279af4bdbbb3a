"""What every test of the regimes shares: the shipped parameters and a long calm history."""

import pytest

from regimes import Parameters, load_parameters
from tests.regimes.synthetic_marts import Day, settled_days


@pytest.fixture(scope="session")
def parameters() -> Parameters:
    return load_parameters()


@pytest.fixture
def history() -> list[Day]:
    """220 calm days, the last of them very calm: enough for every baseline and percentile."""
    return settled_days(220)
