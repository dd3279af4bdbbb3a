"""The Dagster instance of a warehouse: its configuration, also for warehouses of earlier versions."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.instance import CONFIGURATION, dagster_home, open_instance
from orchestration.internals.event_storage import KeptConnections
from warehouse.location import Warehouse


@pytest.fixture
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    return Warehouse(tmp_path)


def test_the_instance_of_an_earlier_version_opens_with_the_storage_of_this_one(warehouse: Warehouse) -> None:
    configuration = dagster_home(warehouse) / "dagster.yaml"
    configuration.write_text("# edited\n" + CONFIGURATION.replace("orchestration.internals.", "orchestration."))
    with open_instance(warehouse) as instance:
        assert isinstance(instance.event_log_storage, KeptConnections)
    assert configuration.read_text() == "# edited\n" + CONFIGURATION


def test_a_configuration_with_another_storage_is_left_alone(warehouse: Warehouse) -> None:
    configuration = dagster_home(warehouse) / "dagster.yaml"
    configuration.write_text("telemetry:\n  enabled: false\n")
    dagster_home(warehouse)
    assert configuration.read_text() == "telemetry:\n  enabled: false\n"
