"""Events that a warehouse has landed reach a receiver through the command line and through Dagster, once."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from pytest_httpserver import HTTPServer
from typer.testing import CliRunner
from werkzeug import Request, Response

from cli.main import app
from ingest.landing import Landing
from orchestration.alert_sensor import alert_sensor
from warehouse.hourly_history import land_events
from warehouse.location import Warehouse

AT = datetime(2026, 2, 1, 19)
FIGURES = {"event": "leverage_flush", "confidence": 0.81, "return_pct": -6.6, "funding_8h_bp": 0.0, "support_usd": None}


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    warehouse = Warehouse(tmp_path / "warehouse")
    warehouse.root.mkdir()
    warehouse.claim("sample")
    return warehouse


def happened(warehouse: Warehouse, *kinds: str) -> None:
    rows = [
        {
            "event_id": f"BTC/{kind}/2026-02-01T19:00Z", "asset": "BTC", "kind": kind, "happened_at": AT,
            "sentence": "BTC fell 6.6 % within 24 hours.", "figures": json.dumps(FIGURES), "computed_at": AT,
        }
        for kind in kinds
    ]  # fmt: skip
    land_events(Landing(warehouse.landing), pl.DataFrame(rows), AT)


@pytest.fixture
def taken(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """What the receiver took; `fail` in the list makes it answer 500."""
    taken: list[dict[str, str]] = []

    def answer(request: Request) -> Response:
        if {} in taken:
            return Response(status=500)
        taken.append(request.get_json())
        return Response("{}")

    httpserver.expect_request("/hook").respond_with_handler(answer)
    monkeypatch.setenv("LEVERAGE_ALERT_URLS", f"json://{httpserver.host}:{httpserver.port}/hook")
    return taken


def notify(warehouse: Warehouse, *more: str) -> tuple[int, str]:
    ran = CliRunner().invoke(app, ["notify", "--warehouse", str(warehouse.root), *more])
    return ran.exit_code, ran.output


def test_an_event_is_sent_once_with_its_label_sentence_figures_and_page(warehouse, taken) -> None:
    (warehouse.root / "alerts.toml").write_text('page = "https://desk.example/leverage"')
    happened(warehouse, "flush_begins")
    assert notify(warehouse)[0] == 0
    (message,) = taken
    assert message["title"] == "BTC: flush begins, 2026-02-01 19:00 UTC [SIMULATED MARKET, not real data]"
    assert message["message"].splitlines() == [
        "leverage flush, confidence 0.81",
        "BTC fell 6.6 % within 24 hours.",
        "24 h -6.6 %; funding +0.00 bp per 8 h",
        "https://desk.example/leverage/briefs/BTC.html",
    ]
    assert notify(warehouse) == (0, "nothing new to send\n")
    assert len(taken) == 1


def test_a_failed_delivery_is_one_line_status_1_and_sent_later(warehouse, taken, monkeypatch) -> None:
    monkeypatch.setattr("alerts.sending.PAUSE", 0)
    monkeypatch.setattr("alerts.outbox.FIRST_WAIT", 0 * (AT - AT))
    happened(warehouse, "flush_begins")
    taken.append({})
    status, said = notify(warehouse)
    assert status == 1
    assert "0 sent, then failed" in said
    assert "BTC: flush begins" in said
    assert "waits after one run" in said
    taken.clear()
    assert notify(warehouse)[0] == 0
    assert len(taken) == 1


def test_the_sensor_sends_too_and_the_command_line_does_not_repeat_it(warehouse, taken) -> None:
    happened(warehouse, "flush_begins")
    sensor = alert_sensor(warehouse)
    assert "1 sent" in str(sensor(dg.build_sensor_context()).skip_message)
    assert "nothing is new" in str(sensor(dg.build_sensor_context()).skip_message)
    assert notify(warehouse) == (0, "nothing new to send\n")
    assert len(taken) == 1


def test_a_test_message_goes_to_every_channel(warehouse, taken) -> None:
    status, said = notify(warehouse, "--test")
    assert (status, len(taken)) == (0, 1)
    assert "1 sent" in said


@pytest.mark.parametrize(
    ("urls", "said"), [("", "LEVERAGE_ALERT_URLS is not set"), ("nonsense-secret", "address 1 in LEVERAGE_ALERT_URLS")]
)
def test_wrong_settings_are_one_line_and_status_2(warehouse, monkeypatch, capfd, urls: str, said: str) -> None:
    monkeypatch.setenv("LEVERAGE_ALERT_URLS", urls)
    status, printed = notify(warehouse)
    printed += capfd.readouterr().err
    assert status == 2
    assert said in printed
    assert "nonsense-secret" not in printed


def test_without_addresses_the_sensor_is_skipped(warehouse, monkeypatch) -> None:
    monkeypatch.delenv("LEVERAGE_ALERT_URLS", raising=False)
    assert "not set" in str(alert_sensor(warehouse)(dg.build_sensor_context()).skip_message)
