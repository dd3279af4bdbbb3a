"""The explorer as it is used: from disk and without a network, by mouse and keys, and against the published tables."""

from __future__ import annotations

import base64
import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urlparse

import duckdb
import polars as pl
import pytest

DRAWN = "return document.body.dataset.drawn"
TABS = ("days", "episodes", "study", "transitions", "compare", "revisions")


@pytest.fixture
def explorer(whole: Path, browser: Callable[..., Any]) -> Callable[..., Any]:
    """Opens the explorer from disk without a network and waits until it has drawn what the address says."""
    from selenium.webdriver.support.ui import WebDriverWait

    def opens(address: str = "", **screen: Any) -> Any:
        driver = browser(**screen)
        driver.execute_cdp_cmd("Network.enable", {})
        cut = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
        driver.execute_cdp_cmd("Network.emulateNetworkConditions", cut)
        driver.get((whole / "published" / "explorer.html").resolve().as_uri() + address)
        WebDriverWait(driver, 20).until(lambda d: d.execute_script(DRAWN) is not None)
        return driver

    return opens


def published(whole: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(whole / "published" / "leverage.duckdb", read_only=True) as connection:
        return connection.execute(query).fetchall()


def settled(driver: Any) -> None:
    """Waits until the page has drawn the address that it shows."""
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(driver, 20).until(lambda d: d.execute_script("return document.body.dataset.drawn === address()"))


def brushed(driver: Any, over: Any, begin: int) -> tuple[float, float]:
    """Drag over a panel, from `begin` pixels right of its middle; the time range that all six panels show then."""
    from selenium.webdriver import ActionChains

    drag = ActionChains(driver).move_to_element_with_offset(over, begin, 0).click_and_hold()
    drag.move_by_offset(60, 0).move_by_offset(60, 0).release().perform()
    settled(driver)
    ranges = driver.execute_script("return plots.map(({plot}) => [plot.scales.x.min, plot.scales.x.max].join())")
    assert len(ranges) == 6
    assert len(set(ranges)) == 1
    first, last = (float(each) for each in ranges[0].split(","))
    return first, last


@pytest.mark.slow
def test_it_is_drawn_within_a_second_and_asks_nothing_of_the_network(explorer: Callable[..., Any]) -> None:
    driver = explorer(width=1440, height=900)
    moment = "return performance.getEntriesByName('drawn')[0].startTime"
    assert driver.execute_script(moment) < 1000 * 4, "a second on an idle machine; tests share theirs"
    assert driver.execute_script("return performance.getEntriesByType('resource').map(e => e.name)") == []
    assert driver.get_log("browser") == []


@pytest.mark.slow
@pytest.mark.parametrize("page", ["brief.html", "explorer.html", "briefs/ETH.html"])
def test_every_link_leads_to_a_file(page: str, whole: Path, browser: Callable[..., Any]) -> None:
    driver = browser()
    driver.get((whole / "published" / page).resolve().as_uri())
    links = driver.execute_script("return [...document.querySelectorAll('a[href]')].map(a => a.href)")
    assert links
    for link in links:
        assert Path(unquote(urlparse(urldefrag(link).url).path)).is_file(), link


@pytest.mark.slow
def test_the_figures_of_a_pinned_day_are_those_of_the_marts(whole: Path, explorer: Callable[..., Any]) -> None:
    from selenium.webdriver.common.by import By

    driver = explorer("#asset=ETH&day=2025-10-10", width=1440, height=900)
    ((close, multiple, funding, sentence),) = published(
        whole,
        "SELECT close_usd, liquidation_multiple, funding_8h_bp, explanation FROM regimes_daily"
        " WHERE asset = 'ETH' AND day = '2025-10-10'",
    )
    said = driver.find_element(By.ID, "day").text
    assert sentence in said
    assert f"close {close:,.0f} USD" in said
    assert f"liquidations against an ordinary day {multiple:.2f} x" in said
    assert f"funding {funding:+.2f} bp per 8 h" in said
    evidence = "SELECT count(*) FROM regime_evidence WHERE asset = 'ETH' AND day = '2025-10-10' AND label_rank = 1"
    ((rows,),) = published(whole, evidence)
    assert len(driver.find_elements(By.CSS_SELECTOR, "#day .wide:last-child tbody tr")) == rows


@pytest.mark.slow
def test_the_pointer_shows_the_same_day_in_all_panels_with_the_values_of_the_marts(
    whole: Path, explorer: Callable[..., Any]
) -> None:
    from selenium.webdriver import ActionChains
    from selenium.webdriver.common.by import By

    driver = explorer(width=1440, height=1800)
    panels = driver.find_elements(By.CSS_SELECTOR, "#panels .u-over")
    ActionChains(driver).move_to_element(panels[0]).perform()
    legends = [legend.text for legend in driver.find_elements(By.CSS_SELECTOR, "#panels .u-legend")]
    assert len(legends) == len(panels) == 6
    days = {re.search(r"\d{4}-\d{2}-\d{2}", legend)[0] for legend in legends}
    assert len(days) == 1
    (day,) = days
    ((close, multiple),) = published(
        whole, f"SELECT close_usd, liquidation_multiple FROM regimes_daily WHERE asset = 'BTC' AND day = '{day}'"
    )
    assert f"{close:,.0f}" in legends[0]
    assert f"{multiple:.1f}" in legends[2]


@pytest.mark.slow
@pytest.mark.parametrize("place", ["#overview .u-over", "#panels .u-over"])
def test_a_brush_moves_all_panels_and_the_address(place: str, explorer: Callable[..., Any]) -> None:
    from selenium.webdriver.common.by import By

    driver = explorer("#from=all", width=1440, height=1800)
    over = driver.find_element(By.CSS_SELECTOR, place)
    first, last = brushed(driver, over, -100)
    assert 7 * 86_400 < last - first < 200 * 86_400
    assert "from=2025-" in driver.current_url
    assert "to=2025-" in driver.current_url


@pytest.mark.slow
def test_an_address_shows_the_same_view_again(explorer: Callable[..., Any]) -> None:
    address = (
        "#asset=ETH&day=2025-10-10&compare=2026-02-01&from=2025-08-01&to=2025-12-31&label=leverage_flush&tab=compare"
    )
    driver = explorer(address)
    assert driver.execute_script(DRAWN) == address
    assert driver.execute_script("return document.querySelector('#range').textContent") == "2025-08-01 to 2025-12-31"
    heads = driver.execute_script(
        "return [...document.querySelectorAll('#tab-panel th[scope=col]')].map(h => h.textContent)"
    )
    assert heads == ["Figure", "2025-10-10", "2026-02-01"]
    assert driver.execute_script("return document.querySelector('input[value=leverage_flush]').checked")


@pytest.mark.slow
def test_the_address_of_all_days_shows_all_days_and_a_panel_keeps_its_height_in_another_window(
    explorer: Callable[..., Any],
) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    driver = explorer("#from=all", width=1440, height=900)
    assert driver.execute_script(DRAWN).endswith("from=all")
    assert driver.execute_script("return document.querySelector('#range').textContent") == "2024-12-29 to 2026-02-01"
    sizes = "return plots.map(({plot}) => plot.height)"
    before, wide = driver.execute_script(sizes), driver.execute_script("return plots[0].plot.width")
    driver.set_window_size(900, 900)
    WebDriverWait(driver, 20).until(lambda d: d.execute_script("return plots[0].plot.width") != wide)
    assert driver.execute_script(sizes) == before


@pytest.mark.slow
def test_filters_query_and_file_are_about_the_same_days(whole: Path, explorer: Callable[..., Any]) -> None:
    driver = explorer("#from=all&label=leverage_flush,deleveraging&onset=1&grade=A,B")
    query = driver.execute_script("return document.querySelector('#sql').textContent")
    asked = published(whole, query)
    rows = list(csv.DictReader(io.StringIO(driver.execute_script("return csv(current)"))))
    assert [row["day"] for row in rows] == [str(row[0]) for row in asked]
    assert [row["event"] for row in rows] == [row[1] for row in asked]
    assert [float(row["close_usd"]) for row in rows] == [row[5] for row in asked]
    said = driver.execute_script("return document.querySelector('#matching').textContent")
    assert said.startswith(f"{len(asked)} of 400 days pass the filters")
    assert len(asked) > 3
    assert driver.execute_script("return picture(current).toDataURL().length") > 10_000


@pytest.mark.slow
def test_labels_as_known_before_the_first_release_are_none(explorer: Callable[..., Any]) -> None:
    driver = explorer("#asof=2026-02-02T05:00&tab=revisions")
    assert driver.execute_script("return document.querySelector('#matching').textContent").startswith("0 of 400 days")
    later = explorer("#asof=2026-02-02T07:00&tab=revisions")
    assert later.execute_script("return document.querySelector('#matching').textContent").startswith("400 of 400 days")


@pytest.mark.slow
def test_the_calendar_and_the_tabs_answer_to_keys(explorer: Callable[..., Any]) -> None:
    from selenium.webdriver import Keys
    from selenium.webdriver.common.by import By

    driver = explorer("#day=2025-10-10")
    calendar = driver.find_element(By.ID, "years")
    calendar.send_keys(Keys.ARROW_LEFT, Keys.ARROW_UP, Keys.ENTER)
    settled(driver)
    assert "day=2025-10-02" in driver.current_url
    assert calendar.get_attribute("aria-valuetext").startswith("2025-10-02: ")
    driver.find_element(By.ID, "tab-days").send_keys(Keys.ARROW_RIGHT)
    settled(driver)
    assert driver.execute_script("return document.activeElement.id") == "tab-episodes"


@pytest.mark.slow
@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize(
    "screen", [{"width": 390, "height": 844, "phone": True, "dark": True}, {"width": 1440, "height": 900}]
)
def test_each_tab_has_no_serious_violation_and_fits_its_screen(
    tab: str, screen: dict[str, Any], explorer: Callable[..., Any], pictured: Callable[[Any, str], None]
) -> None:
    from tests.browser.test_brief_in_browser import violations

    driver = explorer(f"#tab={tab}&day=2025-10-10&compare=2026-02-01", **screen)
    assert violations(driver) == []
    assert driver.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")
    assert (
        driver.execute_script("return document.querySelectorAll('#tab-panel table tbody tr').length") > 0
        or tab == "revisions"
    )
    driver.execute_script("document.querySelector('[role=tablist]').scrollIntoView()")
    pictured(driver, f"explorer-{tab}-{screen['width']}")


def test_a_change_of_feeds_is_shown_under_the_pointer_in_a_list_and_at_its_day(
    tmp_path: Path, browser: Callable[..., Any]
) -> None:
    from selenium.webdriver import ActionChains
    from selenium.webdriver.common.by import By

    from brief import About
    from brief.explorer import explorer_page
    from tests.brief.published_frames import DAYS, frames

    made = frames()
    sets = ["one:binance"] * 3 + ["two:binance"] * 2
    made["regimes_daily"] = made["regimes_daily"].with_columns(feed_set=pl.Series(sets))
    page = tmp_path / "explorer.html"
    page.write_text(explorer_page(made, About("live", False, "2026-03-11T06:00:00+00:00", "vendor: terms"), {}))
    driver = browser(width=1440, height=1800)
    driver.get(f"{page.as_uri()}#day={DAYS[3]}&asset=APT")
    settled(driver)
    text = "feeds from here on: two:binance"
    panel = driver.find_elements(By.CSS_SELECTOR, "#panels .panel")[2]
    assert text not in panel.text
    over = panel.find_element(By.CSS_SELECTOR, ".u-over")
    mark = driver.execute_script("return plots[2].plot.valToPos(current.times[3] - DAY / 2, 'x')")
    beside = int(mark - over.size["width"] / 2) + 3
    ActionChains(driver).move_to_element_with_offset(over, beside, 0).perform()
    assert f"from {DAYS[3]}: {text}" in panel.text
    assert f"Liquidations, different from this day on: {text}." in driver.find_element(By.ID, "day").text
    driver.find_element(By.CSS_SELECTOR, "#breaks summary").click()
    assert text in driver.find_element(By.CSS_SELECTOR, "#breaks tbody").text
    absent = driver.find_element(By.ID, "absent").text
    assert absent.startswith("APT is not in this file, so it shows BTC.")


@pytest.mark.slow
def test_a_printed_explorer_fits_its_sheets(explorer: Callable[..., Any]) -> None:
    driver = explorer("#tab=transitions")
    printed = base64.b64decode(driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"])
    assert 2 <= printed.count(b"/Type /Page\n") <= 8
