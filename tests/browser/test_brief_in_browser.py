"""The brief as it is read: without a network, by a screen reader, in the dark, on a phone."""

from __future__ import annotations

import base64
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl
import pytest

THEMES = {"light": {}, "dark": {"dark": True}, "phone": {"width": 390, "phone": True, "dark": True}}
PAGES = ("brief.html", "explorer.html", "briefs/ETH.html")


def violations(driver: Any) -> list[str]:
    """What axe-core finds to be serious or critical."""
    driver.execute_script((files("axe_playwright_python") / "axe.min.js").read_text())
    found = driver.execute_async_script("axe.run().then(arguments[arguments.length - 1])")
    assert len(found["passes"]) > 20, "axe has looked at the page"
    grave = [v for v in found["violations"] if v["impact"] in ("serious", "critical")]
    return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in grave]


@pytest.mark.slow
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_no_serious_violation_and_fits_its_screen(
    page: str, theme: str, whole: Path, browser: Callable[..., Any], pictured: Callable[[Any, str], None]
) -> None:
    driver = browser(**THEMES[theme])
    driver.get((whole / "published" / page).resolve().as_uri())
    assert violations(driver) == []
    assert driver.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")
    pictured(driver, f"{Path(page).stem}-{theme}")


@pytest.mark.slow
def test_the_brief_is_whole_with_the_network_cut(whole: Path, browser: Callable[..., Any]) -> None:
    driver = browser()
    driver.execute_cdp_cmd("Network.enable", {})
    cut = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
    driver.execute_cdp_cmd("Network.emulateNetworkConditions", cut)
    page = (whole / "published" / "brief.html").resolve()
    driver.get(page.as_uri())
    sizes = driver.execute_script(
        "return [...document.querySelectorAll('.plot svg, .tile svg')].map(s => s.getBoundingClientRect().height)"
    )
    assert len(sizes) == 1 + 6
    assert min(sizes) > 15
    asked = driver.execute_script("return performance.getEntriesByType('resource').map(e => e.name)")
    assert asked == []
    assert driver.get_log("browser") == []
    assert page.stat().st_size < 300_000
    assert driver.execute_script("return document.querySelectorAll('h1').length") == 1
    assert driver.execute_script("return document.querySelectorAll('#numbers tbody tr').length") == 90


@pytest.mark.slow
def test_charts_change_their_colours_with_the_theme(whole: Path, browser: Callable[..., Any]) -> None:
    seen = []
    for dark in (False, True):
        driver = browser(dark=dark)
        driver.get((whole / "published" / "brief.html").resolve().as_uri())
        seen.append(driver.execute_script("return getComputedStyle(document.querySelector('.close')).stroke"))
    assert seen == ["rgb(23, 78, 166)", "rgb(138, 180, 248)"]


@pytest.mark.slow
@pytest.mark.parametrize("screen", [{"width": 390, "height": 844, "phone": True}, {"width": 1440, "height": 900}])
def test_the_answer_the_price_and_the_first_measures_are_on_the_first_screen(
    screen: dict[str, Any], whole: Path, browser: Callable[..., Any]
) -> None:
    driver = browser(**screen)
    driver.get((whole / "published" / "brief.html").resolve().as_uri())
    bottom = "return document.querySelector(arguments[0]).getBoundingClientRect().bottom"
    for part in ("h1", ".lead", ".plot", ".ribbon", ".tile:nth-child(2) .value"):
        assert driver.execute_script(bottom, part) <= screen["height"], part


@pytest.mark.parametrize("screen", [{"width": 390, "height": 844, "phone": True}, {"width": 1440, "height": 900}])
def test_of_many_assets_that_of_the_page_is_in_sight(
    screen: dict[str, Any], tmp_path: Path, browser: Callable[..., Any]
) -> None:
    from brief import About, DayTables, day_page
    from regimes import load_parameters
    from tests.brief.published_frames import LAST, frames

    made = {
        name: pl.concat([frame, *(frame.with_columns(asset=pl.lit(f"X{number:02}")) for number in range(11))])
        if "asset" in frame.columns
        else frame
        for name, frame in frames().items()
    }
    page = tmp_path / "X07.html"
    about = About("live", simulated=False, published_at="2026-03-11T06:00:00+00:00", licences="vendor: terms")
    page.write_text(day_page(DayTables("X07", LAST, made), load_parameters(), about, index="explorer.html"))
    driver = browser(**screen)
    driver.get(page.as_uri())
    card = driver.execute_script("return document.querySelector('.strip [aria-current]').getBoundingClientRect()")
    assert 0 <= card["left"] < card["right"] <= screen["width"]
    assert driver.execute_script("return scrollY") == 0
    assert driver.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.slow
def test_the_pointer_and_the_arrow_keys_show_the_values_of_a_day(whole: Path, browser: Callable[..., Any]) -> None:
    from selenium.webdriver import ActionChains, Keys
    from selenium.webdriver.common.by import By

    driver = browser()
    driver.get((whole / "published" / "brief.html").resolve().as_uri())
    plot, tip = (driver.find_element(By.CSS_SELECTOR, name) for name in (".plot", ".tip"))
    ActionChains(driver).move_to_element(plot).perform()
    assert tip.text.splitlines()[0] == "2025-12-18", "the middle of 90 days"
    assert "USD" in tip.text
    plot.send_keys(Keys.END)
    assert tip.text.splitlines() == ["2026-02-01", "leverage flush", "78,640 USD", "support 78,060 USD"]
    plot.send_keys(Keys.ARROW_LEFT)
    assert plot.get_attribute("aria-valuetext").startswith("2026-01-31, ")


@pytest.mark.slow
def test_a_printed_page_fits_its_sheets(whole: Path, browser: Callable[..., Any]) -> None:
    driver = browser()
    driver.get((whole / "published" / "brief.html").resolve().as_uri())
    printed = driver.execute_cdp_cmd("Page.printToPDF", {"paperWidth": 8.27, "paperHeight": 11.69})
    pages = base64.b64decode(printed["data"]).count(b"/Type /Page\n")
    assert 2 <= pages <= 6
