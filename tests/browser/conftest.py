"""A browser, and what is looked at in it: Superset and Dagster over the warehouse of a first run.

`make browser` installs Chromium and Superset. Pictures for the documents are taken where LEVERAGE_SCREENSHOTS names a
directory.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.pipelines import PROJECT, environment

BI_PYTHON = Path(os.environ.get("LEVERAGE_BI_PYTHON", PROJECT / ".venv-bi" / "bin" / "python"))
PASSWORD = "only-for-this-test"
STARTS_WITHIN = 400.0  # seconds: Superset's first migration takes half a minute, and minutes on a busy machine


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever lacks a browser is skipped with the command that installs one."""
    missing = (
        find_spec("selenium") is None or find_spec("axe_playwright_python") is None or not shutil.which("chromium")
    )
    for item in items:
        if "tests/browser" in str(item.path) and missing:
            item.add_marker(pytest.mark.skip(reason="needs chromium and selenium; run: make browser"))


@pytest.fixture
def browser() -> Iterator[Callable[..., Any]]:
    """Opens Chromium: width and height in pixels, dark or light, a phone or not. All are closed at the end."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    opened = []

    def opens(width: int = 1280, height: int = 2400, *, dark: bool = False, phone: bool = False) -> webdriver.Chrome:
        options = webdriver.ChromeOptions()
        options.binary_location = str(shutil.which("chromium"))
        for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars"):
            options.add_argument(argument)
        options.add_argument(f"--window-size={width},{height}")
        options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
        driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
        opened.append(driver)
        theme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": theme})
        if phone:
            metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": True}
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        return driver

    yield opens
    for driver in opened:
        driver.quit()


@pytest.fixture(scope="session")
def pictured() -> Callable[[Any, str], None]:
    """Keeps a picture of the page for the documents, where they are asked for."""
    folder = os.environ.get("LEVERAGE_SCREENSHOTS")

    def keep(driver: Any, name: str) -> None:
        if folder:
            driver.save_screenshot(str(Path(folder) / f"{name}.png"))

    return keep


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """Starts a server on a free port and returns its address once it answers; all are stopped at the end."""
    started: list[subprocess.Popen[bytes]] = []

    def serve(command: list[str | Path], answers_at: str, extra: dict[str, str]) -> str:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        log = tmp_path_factory.mktemp("server") / "said.log"
        with log.open("wb") as said:
            process = subprocess.Popen(
                [*command, "--port", str(port)],
                env=environment(extra), cwd=PROJECT, stdout=said, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        started.append(process)
        address, deadline = f"http://127.0.0.1:{port}", time.monotonic() + STARTS_WITHIN
        while not _answers(address + answers_at):
            assert process.poll() is None, log.read_text()[-2000:]
            assert time.monotonic() < deadline, log.read_text()[-2000:]
            time.sleep(0.5)
        return address

    yield serve
    for process in started:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=60)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except OSError:
        return False


class Dashboard(NamedTuple):
    """Where Superset answers, the warehouse it reads (to be published to), and the password of its account."""

    address: str
    warehouse: Path
    password: str


@pytest.fixture(scope="module")
def superset(whole: Path, serving: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Dashboard:
    """Superset over a copy of the warehouse."""
    if not BI_PYTHON.exists():
        pytest.skip("needs Superset; run: make browser")
    folder = tmp_path_factory.mktemp("bi")
    warehouse = Path(shutil.copytree(whole, folder / "warehouse", symlinks=True))
    # A prepared state may be given, since Superset's migrations take minutes.
    state = folder / "state"
    if prepared := os.environ.get("LEVERAGE_BI_PREPARED"):
        shutil.copytree(prepared, state)
    command = [BI_PYTHON, PROJECT / "bi" / "superset" / "serve.py", "--warehouse", warehouse, "--state", state]
    return Dashboard(serving(command, "/health", {"LEVERAGE_BI_PASSWORD": PASSWORD}), warehouse, PASSWORD)


@pytest.fixture(scope="module")
def dagster(whole: Path, serving: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the Dagster UI over a copy of the warehouse."""
    warehouse = shutil.copytree(whole, tmp_path_factory.mktemp("ui") / "warehouse", symlinks=True)
    extra = {"LEVERAGE_WAREHOUSE": str(warehouse), "LEVERAGE_MARKET": "sample"}
    return serving([sys.executable, "-m", "orchestration.serve"], "/server_info", extra)


@pytest.fixture(scope="module")
def dagster_live(serving: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the Dagster UI of the live market before its first run: its schedules are off, nobody is asked."""
    extra = {"LEVERAGE_WAREHOUSE": str(tmp_path_factory.mktemp("live") / "warehouse"), "LEVERAGE_MARKET": "live"}
    return serving([sys.executable, "-m", "orchestration.serve"], "/server_info", extra)
