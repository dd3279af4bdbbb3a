"""Every host is down for a day: the run says so, the last reading stays, and the next run fills the gap."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import polars as pl
import pytest
from dagster import AssetCheckKey, AssetKey

from orchestration.instance import open_instance
from tests.pipelines import SAMPLE_FIRST, SAMPLE_NEXT, SAMPLE_NOW, Ran, copied, leverage, published
from tests.simulated_relay import SimulatedRelay
from warehouse.label_history import published_changes
from warehouse.location import Warehouse

pytestmark = [pytest.mark.slow, pytest.mark.proof]

SAMPLE_AFTER = "2026-01-30T06:00:00Z"
GOOD, LOST = "2026-01-27", "2026-01-28"
TEXT = f"has no reading since {LOST}: prices, liquidations, open interest, funding and exchange flows missing"
CHECK = AssetCheckKey(AssetKey("published"), "last_day_has_readings")


class Outage:
    """A relay that can be away, and the warehouse that is fed by it."""

    def __init__(self, warehouse: Path, catalogue: Path) -> None:
        self.warehouse = warehouse
        self.extra = {"COINALYZE_API_KEY": "any", "LEVERAGE_CATALOGUE": str(catalogue), "COLUMNS": "200"}
        relay = self.relay(SAMPLE_NOW)
        self.url = relay.url
        try:
            self.first = self.run(SAMPLE_NOW, "--from", SAMPLE_FIRST)
        finally:
            relay.stop()

    def relay(self, now: str, port: int = 0) -> SimulatedRelay:
        return SimulatedRelay(datetime.fromisoformat(now), lambda _, body: body, port)

    def run(self, now: str, *options: str) -> Ran:
        place = ("--market", self.url, "--warehouse", self.warehouse)
        return leverage("run", *place, "--now", now, *options, extra=self.extra)

    def asked(self, command: str, *options: str) -> Ran:
        return leverage(command, "--warehouse", self.warehouse, *options, extra=self.extra)

    def latest(self) -> dict[str, Any]:
        return json.loads((self.warehouse / "published" / "latest.json").read_text())


@pytest.fixture(scope="module")
def outage(unlimited: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Outage, Ran]]:
    """The warehouse after a good day and a run that reached nobody, and that run."""
    made = Outage(tmp_path_factory.mktemp("outage") / "warehouse", unlimited)
    assert made.first.status == 0, made.first.said
    return made, made.run(SAMPLE_NEXT)


def test_a_run_that_reached_nobody_exits_4_and_blames_the_relay(outage: tuple[Outage, Ran]) -> None:
    made, ran = outage
    assert ran.status == 4, ran.said
    (line,) = [line for line in ran.err.splitlines() if line.startswith("error")]
    assert f"BTC {TEXT}" in line
    assert f"the relay {made.url} accepts no connection" in line
    again = made.run(SAMPLE_NEXT)
    assert again.status == 4, "nothing new, and still no reading"


def test_the_last_reading_stays_under_a_banner(outage: tuple[Outage, Ran]) -> None:
    made, ran = outage
    latest = made.latest()
    assert (latest["day"], latest["last_day"]) == (GOOD, LOST)
    assert latest["headline"]["close_usd"] is not None
    assert latest["without_reading"]["since"] == LOST
    assert latest["without_reading"]["text"] == f"BTC {TEXT}"
    page = (made.warehouse / "published" / "brief.html").read_text()
    assert f"BTC {TEXT}" in page
    assert "27 January 2026" in page
    assert f"BTC {TEXT}" in ran.out
    assert f"BTC {GOOD} UTC" in ran.out


def test_status_and_doctor_begin_with_it_and_fail(outage: tuple[Outage, Ran]) -> None:
    made, _ = outage
    status = made.asked("status")
    assert status.status == 4
    feeds = len(made.latest()["feeds"])
    assert status.out.splitlines()[0].startswith(f"0 of {feeds} feeds current, BTC {TEXT}")
    assert f"the relay {made.url} accepts no connection" in status.out
    doctor = made.asked("doctor", "--market", made.url)
    assert doctor.status == 1
    assert doctor.out.startswith(f"0 of {feeds} feeds current, BTC has no reading since {LOST}")
    assert "the relay" in doctor.out


def test_dagster_shows_the_failed_check_and_a_run_of_its_own_code_location(outage: tuple[Outage, Ran]) -> None:
    made, _ = outage
    with open_instance(Warehouse(made.warehouse)) as instance:
        (record,) = instance.event_log_storage.get_asset_check_execution_history(CHECK, limit=1)
        (run, *_) = instance.get_runs(limit=1)
    assert not record.evaluation.passed
    assert record.evaluation.severity.value == "ERROR"
    assert f"BTC {TEXT}" in record.evaluation.metadata["without a reading"].value
    assert run.remote_job_origin.repository_origin.get_label() == "__repository__@orchestration.definitions"


def test_the_outage_is_one_change_for_the_webhook(outage: tuple[Outage, Ran]) -> None:
    made, _ = outage
    warehouse = Warehouse(made.warehouse)
    lost = [row for row in published_changes(warehouse, None) if "degraded_data" in row["kinds"]]
    assert [(row["asset"], str(row["day"])) for row in lost] == [("BTC", LOST)]


def test_the_morning_after_fills_the_gap(outage: tuple[Outage, Ran], tmp_path: Path) -> None:
    made, _ = outage
    moved = copied(made.warehouse, tmp_path / "warehouse")
    relay = made.relay(SAMPLE_AFTER, urlsplit(made.url).port or 0)
    try:
        ran = leverage(
            "run", "--market", made.url, "--warehouse", moved, "--now", SAMPLE_AFTER, extra=made.extra
        )  # fmt: skip
    finally:
        relay.stop()
    assert ran.status == 0, ran.said
    latest = json.loads((moved / "published" / "latest.json").read_text())
    assert (latest["day"], latest["without_reading"]) == ("2026-01-29", None)
    labels = published(moved)["regimes_daily"].filter(pl.col("day").cast(pl.String) == LOST)
    assert "insufficient" not in labels["data_status"].to_list()
