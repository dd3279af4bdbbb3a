"""The Dagster UI as an operator opens it: the lineage with every group, and a mart with its picture."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from brief.charts import HEIGHT, WIDTH
from tests.pipelines import PROJECT

PATIENCE = 90.0
DEFINITIONS = (PROJECT / "tests" / "orchestration" / "definitions.txt").read_text()
GROUPS = sorted(set(re.findall(r"^asset \S+ \[(\w+)\]", DEFINITIONS, re.M)))
PICTURES = """
    const pictures = [...document.querySelectorAll('img[src^="data:image/png;base64,"]')];
    return Object.fromEntries(pictures.map(p => [p.alt, [p.naturalWidth, p.naturalHeight]]));
"""


def shows(driver: Any, *texts: str) -> None:
    """Waits until the page has all of these and is fetching nothing any more."""
    deadline = time.monotonic() + PATIENCE
    while lacking := _lacking(driver, texts):
        assert time.monotonic() < deadline, f"{lacking} on {driver.current_url}"
        time.sleep(0.5)


def _lacking(driver: Any, texts: tuple[str, ...]) -> list[str]:
    body = driver.find_element("tag name", "body").text
    return [f"no {text}" for text in texts if text not in body] or [word for word in ("(fetching",) if word in body]


@pytest.mark.slow
def test_the_lineage_of_the_live_market_shows_every_group_and_none_without_a_name(
    dagster_live: str, browser: Callable[..., Any], pictured: Callable[[Any, str], None]
) -> None:
    driver = browser(width=2400, height=1700)
    driver.get(f"{dagster_live}/asset-groups/")
    shows(driver, *GROUPS)
    assert "default" not in driver.find_element("tag name", "body").text
    pictured(driver, "lineage")


@pytest.mark.slow
def test_a_mart_shows_what_it_is_and_a_picture_of_it_for_each_asset(
    dagster: str, browser: Callable[..., Any], pictured: Callable[[Any, str], None]
) -> None:
    driver = browser(width=1600, height=1600)
    driver.get(f"{dagster}/assets/marts/prices_daily")
    shows(driver, "prices_daily", "Spot price of each asset and day", "Row count", "Raw SQL", "[Show Markdown]")
    driver.find_element("xpath", "//*[text()='[Show Markdown]']").click()
    shows(driver, "BTC: Price, USD", "ETH: Price, USD")
    sizes = driver.execute_script(PICTURES)
    assert sorted(sizes) == ["BTC: Price, USD", "ETH: Price, USD"]
    # Vega adds the axes to a chart's own size; a picture that cannot be decoded is 0 by 0.
    assert all(width > WIDTH and height > HEIGHT for width, height in sizes.values()), sizes
    pictured(driver, "mart")
