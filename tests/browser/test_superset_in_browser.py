"""The dashboard as an analyst meets it: every chart with data, the asset filter, and a new day without a restart."""

from __future__ import annotations

import json
import shutil
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.pipelines import PROJECT
from warehouse.connection import build_database, identifier
from warehouse.location import Warehouse
from warehouse.publishing.release import Release, publish

CHARTS = [yaml.safe_load(f.read_text())["slice_name"] for f in (PROJECT / "bi/superset/bundle/charts").glob("*.yaml")]
PATIENCE = 300.0  # seconds: all charts take a quarter of a minute, and minutes on a busy machine
PUBLICATIONS = 5
TALL = 7700  # pixels: Superset draws a chart when it is in sight
LAST = date(2026, 2, 1)


def until(found: Callable[[], Any], what: str) -> Any:
    """What `found` returns as soon as it is true."""
    deadline = time.monotonic() + PATIENCE
    while not (result := found()):
        assert time.monotonic() < deadline, what
        time.sleep(0.25)
    return result


def log_in(driver: Any, address: str, password: str) -> None:
    driver.get(f"{address}/login/")
    until(lambda: driver.find_elements("css selector", "#username"), "the form to log in")
    driver.find_element("css selector", "#username").send_keys("admin")
    field = driver.find_element("css selector", "#password")
    field.send_keys(password)
    field.submit()
    until(lambda: "/login" not in driver.current_url, "being let in")


def queries(driver: Any) -> list[tuple[str, dict[str, Any]]]:
    """What the dashboard's charts have asked since the last call: address and body."""
    asked = []
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        request = message.get("params", {}).get("request", {})
        if message["method"] == "Network.requestWillBeSent" and "slice_id" in request.get("url", ""):
            asked.append((request["url"], json.loads(request["postData"])))
    return asked


def drawn(driver: Any) -> bool:
    """Whether every chart of the dashboard shows something, and none is at work."""
    return driver.execute_script("""
        const charts = [...document.querySelectorAll('[data-test="chart-grid-component"]')];
        return charts.length === arguments[0]
            && charts.every(c => c.querySelector('canvas, table tbody tr, .lv'))
            && !document.querySelector('[data-test="loading-indicator"]');
    """, len(CHARTS))  # fmt: skip


def open_dashboard(driver: Any, address: str) -> list[tuple[str, dict[str, Any]]]:
    driver.get_log("performance")
    driver.get(f"{address}/superset/dashboard/leverage/")
    until(lambda: drawn(driver), "every chart")
    errors = driver.find_elements(
        "css selector", ".ant-alert-error, [data-test='error-alert'], .missing-chart-container"
    )
    assert [error.text for error in errors] == []
    assert "No results were returned" not in driver.page_source
    return queries(driver)


@pytest.mark.slow
def test_every_chart_shows_data_and_the_asset_filter_changes_them(
    superset: Any, browser: Callable[..., Any], pictured: Callable[[Any, str], None]
) -> None:
    from selenium.webdriver.common.keys import Keys

    address = superset.address
    driver = browser(width=1400, height=TALL)
    log_in(driver, address, superset.password)
    asked = open_dashboard(driver, address)
    assert {chart for chart in CHARTS if chart not in driver.page_source} == set()
    assert len(asked) >= len(CHARTS)
    assert "ETH" not in json.dumps([body for _, body in asked])
    said = driver.find_element("css selector", ".lv").text
    assert said.startswith("Simulated market: nothing on this page is real data.")
    assert f"BTC {LAST}: leverage flush" in said
    assert len(driver.find_elements("css selector", ".lv-tile")) == 6
    pictured(driver, "dashboard")

    field = driver.find_elements("css selector", '[data-test="form-item-value"] input[type="search"]')[0]
    field.send_keys("ETH")
    until(lambda: driver.find_elements("css selector", '.ant-select-item-option[title="ETH"]'), "ETH in the filter")
    field.send_keys(Keys.ENTER)
    driver.find_element("css selector", '[data-test="filter-bar__apply-button"]').click()
    of_ether = until(lambda: [b for _, b in queries(driver) if '"ETH"' in json.dumps(b)], "queries for ETH")
    assert of_ether
    until(lambda: drawn(driver), "every chart again")


@pytest.mark.slow
def test_queries_succeed_through_five_publications_and_then_return_the_new_day(
    superset: Any, browser: Callable[..., Any]
) -> None:
    address = superset.address
    driver = browser(width=1400, height=TALL)
    log_in(driver, address, superset.password)
    days_of = republishing(Warehouse(superset.warehouse))
    days_of(PUBLICATIONS)  # the dashboard opens on a release that lacks the last five days
    asked = open_dashboard(driver, address)
    driver.get(f"{address}/superset/welcome/")  # nothing but this test asks from here on
    cookies = "; ".join(f"{c['name']}={c['value']}" for c in driver.get_cookies())
    token = json.loads(_get(f"{address}/api/v1/security/csrf_token/", cookies))["result"]
    answers: list[tuple[int, str]] = []
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            answers.extend(_post(url, body, cookies, token, address) for url, body in asked)

    readers = [threading.Thread(target=ask) for _ in range(2)]
    for reader in readers:
        reader.start()
    for lacking in reversed(range(PUBLICATIONS)):
        answered = len(answers)
        days_of(lacking)
        until(lambda seen=answered: len(answers) >= seen + len(asked), "a round of the dashboard between two releases")
    over.set()
    for reader in readers:
        reader.join()
    assert len(answers) >= PUBLICATIONS * len(CHARTS)
    assert [text[:300] for status, text in answers if status != 200] == []
    by_day = [_post(url, body, cookies, token, address)[1] for url, body in asked]
    newest = max(row for text in by_day for row in _days(json.loads(text)))
    assert newest == LAST


def republishing(warehouse: Warehouse) -> Callable[[int], None]:
    """Publishes the tables of the warehouse without so many of their last days."""
    about = {"last_day": str(LAST), "market": "sample"}
    where = "FROM duckdb_columns() WHERE schema_name = 'marts'"

    def days_less(days: int) -> None:
        cut = shutil.copy(warehouse.build, warehouse.root / "cut.duckdb")
        with build_database(Path(cut)) as connection:
            names = [n for (n,) in connection.execute(f"SELECT DISTINCT table_name {where} ORDER BY ALL").fetchall()]
            dated = connection.execute(f"SELECT table_name {where} AND column_name = 'day'").fetchall()
            for (name,) in dated:
                connection.execute(f"DELETE FROM marts.{identifier(name)} WHERE day > ?", [LAST - timedelta(days=days)])
            publish(connection, warehouse, Release(names, about, {}, simulated=True), datetime.now(UTC))

    return days_less


def _days(answer: dict[str, Any]) -> list[date]:
    found = []
    for result in answer["result"]:
        for row in result["data"] or []:
            if isinstance(row.get("day"), int | float):
                found.append(datetime.fromtimestamp(row["day"] / 1000, UTC).date())
    return found


def _get(url: str, cookies: str) -> str:
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Cookie": cookies}), timeout=60) as answer:
        return answer.read().decode()


def _post(url: str, body: dict[str, Any], cookies: str, token: str, address: str) -> tuple[int, str]:
    headers = {"Cookie": cookies, "X-CSRFToken": token, "Content-Type": "application/json", "Referer": address}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
