"""The Dagster UI as an operator opens it: the lineage with every group, and an asset with its picture."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

PATIENCE = 90.0
GROUPS = ("binance", "coinalyze", "coinmetrics", "context", "staging", "intermediate", "marts", "regimes", "published")


def shows(driver: Any, *texts: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while missing := [text for text in texts if text not in driver.find_element("tag name", "body").text]:
        assert time.monotonic() < deadline, f"{missing} not on {driver.current_url}"
        time.sleep(0.5)


@pytest.mark.slow
def test_the_lineage_shows_every_group_and_none_without_a_name(
    dagster: str, browser: Callable[..., Any], pictured: Callable[[Any, str], None]
) -> None:
    driver = browser(width=1600, height=1000)
    driver.get(f"{dagster}/asset-groups/")
    shows(driver, *GROUPS)
    assert "default" not in driver.find_element("tag name", "body").text
    pictured(driver, "lineage")


@pytest.mark.slow
def test_a_mart_shows_what_it_is_and_a_picture_of_it(dagster: str, browser: Callable[..., Any]) -> None:
    driver = browser(width=1600, height=1600)
    driver.get(f"{dagster}/assets/marts/prices_daily")
    shows(driver, "prices_daily", "Spot price of each asset and day", "Row count", "Raw SQL")
