"""The documents as a site, opened from disk: search, no request to anywhere, names in one piece."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.pipelines import PROJECT

MKDOCS = PROJECT / ".venv-docs" / "bin" / "mkdocs"
PATIENCE = 60.0


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not MKDOCS.exists():
        pytest.skip("needs mkdocs; run: make browser")
    folder = tmp_path_factory.mktemp("site")
    quiet = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    subprocess.run([MKDOCS, "build", "--strict", "--quiet", "-d", folder], cwd=PROJECT, env=quiet, check=True)
    return folder


def asked_for(driver: Any) -> set[str]:
    """The schemes of everything that the pages have asked for."""
    messages = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    sent = [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    return {url.split(":")[0] for url in sent}


@pytest.mark.slow
def test_search_works_from_disk_and_finds_the_page_of_a_table(site: Path, browser: Callable[..., Any]) -> None:
    driver = browser(width=1300, height=1000)
    driver.get(f"file://{site}/index.html")
    driver.execute_script("document.querySelector('#__search').click()")
    driver.find_element("css selector", "input.md-search__input").send_keys("throttling")
    deadline, found = time.monotonic() + PATIENCE, []
    while "dim_feed_breaks" not in found:
        assert time.monotonic() < deadline, found
        time.sleep(0.5)
        found = [e.text.split("\n")[0] for e in driver.find_elements("css selector", ".md-search-result__item")]
    assert asked_for(driver) <= {"file", "data", "about", "blob"}


@pytest.mark.slow
def test_the_name_of_a_column_is_not_broken_and_the_page_does_not_scroll_sideways(
    site: Path, browser: Callable[..., Any]
) -> None:
    driver = browser(width=1300, height=1000)
    driver.get(f"file://{site}/tables/leverage_features_daily.html")
    lines = driver.execute_script(
        "return [...document.querySelectorAll('td:first-child code')].map(c => c.getClientRects().length)"
    )
    assert len(lines) > 50
    assert set(lines) == {1}
    assert driver.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")
