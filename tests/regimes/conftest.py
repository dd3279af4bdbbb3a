"""What every test of the regimes shares: the shipped parameters and a long calm history."""

import pytest
from synthetic_marts import Day, calm_days

from regimes import Parameters, load_parameters


@pytest.fixture(scope="session")
def parameters() -> Parameters:
    return load_parameters()


@pytest.fixture
def history() -> list[Day]:
    """220 calm days: enough for every baseline and percentile."""
    return calm_days(220)
