"""The same pages through `leverage serve`: every link answers, and the explorer works as it does from disk."""

from __future__ import annotations

import base64
import re
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag

import pytest

from tests.browser.test_brief_in_browser import PAGES, THEMES, violations
from tests.browser.test_explorer_in_browser import DRAWN, brushed, published, settled
from tests.pipelines import LEVERAGE


@pytest.fixture(scope="module")
def served(whole: Path, serving: Callable[..., str]) -> str:
    """The address of `leverage serve` over the warehouse."""
    return serving([LEVERAGE, "serve", "--warehouse", whole], "/healthz", {})


@pytest.fixture
def explorer(served: str, browser: Callable[..., Any]) -> Callable[..., Any]:
    """Opens the served explorer and waits until it has drawn what the address says."""
    from selenium.webdriver.support.ui import WebDriverWait

    def opens(address: str = "", **screen: Any) -> Any:
        driver = browser(**screen)
        driver.get(f"{served}/explorer.html{address}")
        WebDriverWait(driver, 20).until(lambda d: d.execute_script(DRAWN) is not None)
        return driver

    return opens


@pytest.mark.slow
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_whole_and_asks_for_nothing_else(
    page: str, theme: str, served: str, browser: Callable[..., Any]
) -> None:
    driver = browser(**THEMES[theme])
    driver.get(f"{served}/{page}")
    assert violations(driver) == []
    assert driver.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")
    asked = driver.execute_script("return performance.getEntriesByType('resource').map(e => e.name)")
    assert [address for address in asked if not address.endswith("/favicon.ico")] == []
    assert [line for line in driver.get_log("browser") if "favicon.ico" not in line["message"]] == []


@pytest.mark.slow
def test_the_front_page_is_the_newest_brief(served: str, browser: Callable[..., Any]) -> None:
    driver = browser()
    driver.get(f"{served}/")
    assert driver.title == "Simulated: BTC 2026-02-01: leverage flush"


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_every_link_answers(page: str, served: str, browser: Callable[..., Any]) -> None:
    driver = browser()
    driver.get(f"{served}/{page}")
    links = {urldefrag(a).url for a in driver.execute_script("return [...document.links].map(a => a.href)")}
    assert links
    for link in links:
        assert link.startswith(served), link
        with urllib.request.urlopen(link, timeout=20) as answer:
            assert answer.headers.get_content_type() == "text/html", link


@pytest.mark.slow
def test_a_link_to_a_day_pins_it_with_the_figures_of_the_marts(whole: Path, served: str, browser: Callable[..., Any]):
    from selenium.webdriver.common.by import By

    driver = browser(width=1440, height=900)
    driver.get(f"{served}/")
    driver.find_element(By.CSS_SELECTOR, "a[rel=prev]").click()
    settled(driver)
    ((close, sentence),) = published(
        whole, "SELECT close_usd, explanation FROM regimes_daily WHERE asset = 'BTC' AND day = '2026-01-31'"
    )
    said = driver.find_element(By.ID, "day").text
    assert sentence in said
    assert f"close {close:,.0f} USD" in said


@pytest.mark.slow
@pytest.mark.parametrize(
    "screen", [{"width": 390, "height": 844, "phone": True, "dark": True}, {"width": 1440, "height": 900}]
)
def test_the_pointer_shows_one_day_in_all_panels_and_a_brush_moves_them_all(
    screen: dict[str, Any], explorer: Callable[..., Any]
) -> None:
    from selenium.webdriver import ActionChains
    from selenium.webdriver.common.by import By

    driver = explorer("#from=all", **screen)
    over = driver.find_element(By.CSS_SELECTOR, "#panels .u-over")
    ActionChains(driver).scroll_to_element(over).move_to_element(over).perform()
    legends = [legend.text for legend in driver.find_elements(By.CSS_SELECTOR, "#panels .u-legend")]
    assert len({re.search(r"\d{4}-\d{2}-\d{2}", legend)[0] for legend in legends}) == 1
    assert len(legends) == 6
    brushed(driver, over, -80)
    assert "from=2025-" in driver.current_url


@pytest.mark.slow
@pytest.mark.parametrize("page", ["brief.html", "explorer.html#tab=transitions", "briefs/ETH.html"])
def test_a_printed_page_fits_its_sheets(page: str, served: str, browser: Callable[..., Any]) -> None:
    driver = browser()
    driver.get(f"{served}/{page}")
    printed = base64.b64decode(driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"])
    assert 2 <= printed.count(b"/Type /Page\n") <= 8
