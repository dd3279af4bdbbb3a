"""docs/architecture.md follows one funding rate of Deribit from the answer to the label, and its list is true.

The rate is fetched and loaded under a profiler, which sees every function of the project that has the value in its
hands. dbt's manifest has the models between, and the profiler again the functions that read its features.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import duckdb
import polars as pl
import pytest
from pytest_httpserver import HTTPServer

from ingest.catalogue import load_catalogue
from ingest.feeds import feed_named
from ingest.http import MarketSession
from ingest.market import Market
from orchestration.dbt_project import prepared_manifest
from regimes import daily_features, load_parameters
from regimes.classifier import judged
from tests.pipelines import PROJECT
from tests.regimes.synthetic_marts import marts_of, settled_days
from warehouse.location import Calendar, Warehouse
from warehouse.refresh import Refresher
from warehouse.run_context import RunContext

FEED = "deribit_funding"
NOW = datetime(2026, 1, 28, 6, tzinfo=UTC)
RUN = RunContext(NOW, Calendar(date(2026, 1, 26), date(2026, 1, 27)))
RATE = 1.2345678e-05  # per hour; no other figure of the answer is this
MOST = 30  # files that a reader has to open


@pytest.fixture(scope="module")
def listed() -> list[str]:
    """The files of the list, in its order."""
    page = (PROJECT / "docs" / "architecture.md").read_text()
    section = page.split("## One value, from the answer to the label\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^\d+\. `([^`]+)`", section, re.MULTILINE)


@dataclass
class Watched:
    """The files of the project whose functions ran, and those with a function that was recognised."""

    ran: set[str] = field(default_factory=set)
    recognised: set[str] = field(default_factory=set)


@contextmanager
def watching(recognises: Callable[[FrameType], bool]) -> Iterator[Watched]:
    """Look at the frame of each function of the project as it returns."""
    watched = Watched()

    def returned(frame: FrameType, event: str, argument: object) -> None:
        del argument
        name = frame.f_code.co_filename
        if event != "return" or not name.startswith(f"{PROJECT}/") or "/.venv" in name or "/tests/" in name:
            return
        path = name.removeprefix(f"{PROJECT}/")
        watched.ran.add(path)
        if path not in watched.recognised and recognises(frame):
            watched.recognised.add(path)

    sys.setprofile(returned)
    try:
        yield watched
    finally:
        sys.setprofile(None)


def has(value: Any, rate: float) -> bool:
    """Whether the rate is in a local variable: in a body, in what was decoded from it, or in a frame."""
    match value:
        case float():
            return value == rate
        case str():
            return repr(rate) in value
        case bytes():
            return repr(rate).encode() in value
        case dict():
            return any(has(each, rate) for each in value.values())
        case list() | tuple():
            return any(has(each, rate) for each in value)
        case pl.DataFrame():
            return any(has_series(value[name], rate) for name in value.columns)
    return False


def has_series(series: pl.Series, rate: float) -> bool:
    if series.dtype.is_float():
        return bool((series == rate).any())
    return series.dtype == pl.String and bool((series == repr(rate)).any())


def refresh(folder: Path, relay: str) -> None:
    """Bring raw.deribit_funding of a new warehouse up to date from a relay."""
    folder.mkdir()
    market = Market.parse(relay)
    catalogue = load_catalogue()
    session = MarketSession(market, catalogue.hosts)
    Refresher(Warehouse(folder), catalogue, session, {}).refresh(feed_named(FEED), RUN, "run")
    session.close()


def names_funding(code: CodeType) -> bool:
    """Whether the code of a function has a text with "funding" in it, such as a column."""
    return any(
        (isinstance(each, str) and "funding" in each)
        or (isinstance(each, tuple) and any(isinstance(part, str) and "funding" in part for part in each))
        or (isinstance(each, CodeType) and names_funding(each))
        for each in code.co_consts[1:]  # the first is the docstring
    )


def models_between(manifest: dict[str, Any], source: str, mart: str) -> set[str]:
    """The files of the models on a way from the source to the mart, both ends of it included but the source."""

    def reached(start: str, steps: dict[str, list[str]]) -> set[str]:
        seen, ahead = set(), [start]
        while ahead:
            node = ahead.pop()
            if node not in seen:
                seen.add(node)
                ahead += [n for n in steps[node] if n.startswith(("model.", "source."))]
        return seen

    between = reached(source, manifest["child_map"]) & reached(mart, manifest["parent_map"])
    return {f"dbt_project/{manifest['nodes'][name]['original_file_path']}" for name in between - {source}}


@pytest.fixture
def relay(httpserver: HTTPServer) -> str:
    """Deribit as it answers for one hour, behind the address of a relay."""
    stamp = int(datetime(2026, 1, 26, 8, tzinfo=UTC).timestamp()) * 1000
    hour = {"timestamp": stamp, "interest_1h": RATE, "interest_8h": 9e-05, "index_price": 80_000.5}
    path = "/www.deribit.com/api/v2/public/get_funding_rate_history"
    httpserver.expect_request(path).respond_with_json({"jsonrpc": "2.0", "result": [hour]})
    return httpserver.url_for("").rstrip("/")


def listed_code(listed: list[str], *packages: str) -> set[str]:
    return {file for file in listed if file.startswith(packages) and file.endswith(".py")}


def test_the_files_that_handle_the_rate_before_dbt(tmp_path: Path, relay: str, listed: list[str]) -> None:
    with watching(lambda frame: any(has(value, RATE) for value in frame.f_locals.values())) as watched:
        refresh(tmp_path / "warehouse", relay)
    with duckdb.connect(str(tmp_path / "warehouse" / "build.duckdb"), read_only=True) as connection:
        assert connection.sql("SELECT DISTINCT interest_1h FROM raw.deribit_funding").fetchall() == [(RATE,)]
    code = listed_code(listed, "ingest/", "warehouse/") - {"warehouse/marts.py"}
    assert watched.recognised - code == set(), "they handle the rate and are not listed"
    declarations = {"ingest/venues/deribit/api.py", "ingest/venues/deribit/feeds.py"}
    assert code - watched.ran - declarations == set(), "they are listed, and nothing in them ran"


def test_the_models_between_the_raw_table_and_the_mart(listed: list[str]) -> None:
    manifest = json.loads(prepared_manifest().read_text())
    between = models_between(manifest, f"source.leverage.deribit.{FEED}", "model.leverage.funding_daily")
    assert between == {file for file in listed if file.startswith("dbt_project/models/")}


def test_the_files_that_read_the_features_of_funding(listed: list[str]) -> None:
    parameters = load_parameters()
    with watching(lambda frame: names_funding(frame.f_code)) as watched:
        judged(daily_features(marts_of({"BTC": settled_days(70)}), parameters), parameters, NOW)
    code = listed_code(listed, "regimes/")
    assert watched.recognised - code == set(), "they read funding and are not listed"
    assert code - watched.ran == set(), "they are listed, and nothing in them ran"


def test_every_listed_file_exists_and_a_reader_can_open_them_all(listed: list[str]) -> None:
    assert [file for file in listed if not (PROJECT / file).is_file()] == []
    assert len(listed) == len(set(listed)) <= MOST
