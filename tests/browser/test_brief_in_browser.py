"""The brief as it is read: without a network, by a screen reader, in the dark, on a phone."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

THEMES = {"light": {}, "dark": {"dark": True}, "phone": {"width": 390, "phone": True, "dark": True}}
PAGES = ("brief.html", "briefs/index.html")


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
        "return [...document.querySelectorAll('figure svg')].map(s => s.getBoundingClientRect().height)"
    )
    assert len(sizes) == 7
    assert min(sizes) > 100
    asked = driver.execute_script("return performance.getEntriesByType('resource').map(e => e.name)")
    assert asked == []
    assert driver.get_log("browser") == []
    assert page.stat().st_size < 3_000_000
    assert driver.execute_script("return document.querySelectorAll('h1').length") == 1
    assert driver.execute_script("return document.querySelectorAll('figure details table').length") >= 7


@pytest.mark.slow
def test_charts_change_their_colours_with_the_theme(whole: Path, browser: Callable[..., Any]) -> None:
    seen = []
    for dark in (False, True):
        driver = browser(dark=dark)
        driver.get((whole / "published" / "brief.html").resolve().as_uri())
        line = "document.querySelector('svg [stroke=\"#174ea6\"]')"
        seen.append(driver.execute_script(f"return getComputedStyle({line}).stroke"))
    assert seen == ["rgb(23, 78, 166)", "rgb(138, 180, 248)"]
