"""The dashboard's bundle against what is published: each dataset answers, each chart asks for columns that exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from regimes import regime_labels
from tests.pipelines import PROJECT

BUNDLE = PROJECT / "bi" / "superset" / "bundle"
DATASETS = {d["uuid"]: d for d in map(yaml.safe_load, (f.read_text() for f in BUNDLE.glob("datasets/*/*.yaml")))}
CHARTS = {c["slice_name"]: c for c in map(yaml.safe_load, (f.read_text() for f in BUNDLE.glob("charts/*.yaml")))}
DASHBOARD = yaml.safe_load((BUNDLE / "dashboards" / "leverage.yaml").read_text())
PLACED = [p["meta"] for p in DASHBOARD["position"].values() if isinstance(p, dict) and p["type"] == "CHART"]


@pytest.mark.slow
@pytest.mark.parametrize("dataset", DATASETS.values(), ids=lambda d: d["table_name"])
def test_a_dataset_has_the_columns_and_types_that_it_declares(dataset: dict[str, Any], sample: Path) -> None:
    source = f"({dataset['sql']})" if dataset.get("sql") else dataset["table_name"]
    with duckdb.connect(sample / "published" / "leverage.duckdb", read_only=True) as db:
        found = {name: kind for name, kind, *_ in db.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    declared = {column["column_name"]: column["type"] for column in dataset["columns"]}
    assert {name: found.get(name) for name in declared} == declared


@pytest.mark.parametrize("chart", CHARTS.values(), ids=lambda c: c["slice_name"])
def test_a_chart_asks_its_dataset_for_columns_that_are_there(chart: dict[str, Any]) -> None:
    params, columns = chart["params"], {c["column_name"] for c in DATASETS[chart["dataset_uuid"]]["columns"]}
    metrics = [*params.get("metrics", []), *params.get("metrics_b", [])]
    asked = {name for m in metrics for name in re.findall(r"\((\w+)\)", m["sqlExpression"])}
    asked |= {*params.get("all_columns", []), *params.get("groupby", []), *params.get("groupby_b", [])}
    asked |= {condition["subject"] for condition in (*params["adhoc_filters"], *params.get("adhoc_filters_b", []))}
    assert asked
    assert asked <= columns


def test_every_chart_has_its_place_on_the_dashboard() -> None:
    assert {place["uuid"] for place in PLACED} == {chart["uuid"] for chart in CHARTS.values()}


def test_each_filter_reaches_the_charts_that_it_is_for_and_no_other() -> None:
    reached = {
        found["name"]: {p["sliceName"] for p in PLACED if p["chartId"] not in found["scope"]["excluded"]}
        for found in DASHBOARD["metadata"]["native_filter_configuration"]
    }
    columns = {name: {c["column_name"] for c in DATASETS[CHARTS[name]["dataset_uuid"]]["columns"]} for name in CHARTS}
    assert reached == {
        "Asset": {name for name in CHARTS if "asset" in columns[name]},
        "Range": {name for name, chart in CHARTS.items() if chart["params"].get("x_axis") == "day"},
        "Chosen day": {name for name in CHARTS if name.endswith("of the chosen day")},
    }


def test_labels_have_the_colours_of_the_dictionary() -> None:
    colours = dict(regime_labels().select("label", "colour").iter_rows())
    assert {name: DASHBOARD["metadata"]["label_colors"].get(name) for name in colours} == colours


def test_the_file_is_opened_for_reading_alone() -> None:
    database = yaml.safe_load((BUNDLE / "databases" / "leverage.yaml").read_text())
    assert database["extra"]["engine_params"]["connect_args"]["read_only"] is True
    assert not any(database[right] for right in ("allow_dml", "allow_ctas", "allow_cvas", "allow_file_upload"))
