"""The dashboard's bundle against what is published: each dataset answers, each chart asks for columns that exist."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from regimes import regime_labels
from tables.published import PUBLISHED
from tests.pipelines import PROJECT

BUNDLE = PROJECT / "bi" / "superset" / "bundle"
DATASETS = {d["uuid"]: d for d in map(yaml.safe_load, (f.read_text() for f in BUNDLE.glob("datasets/*/*.yaml")))}
CHARTS = {c["slice_name"]: c for c in map(yaml.safe_load, (f.read_text() for f in BUNDLE.glob("charts/*.yaml")))}
SERIES = {name: chart for name, chart in CHARTS.items() if chart["params"].get("x_axis") == "day"}
DASHBOARD = yaml.safe_load((BUNDLE / "dashboards" / "leverage.yaml").read_text())
# The marts that the datasets take figures from, under the names that they have there.
MARTS = {
    "reading": ("regimes_daily",),
    "evidence": ("regime_evidence",),
    "price_and_regime": ("regimes_daily",),
    "liquidations_daily": ("liquidations_daily", "leverage_features_daily"),
    "open_interest_daily": ("open_interest_daily",),
    "funding_by_venue": ("funding_by_venue_daily",),
    "netflow": ("leverage_features_daily",),
    "market": ("market_breadth_daily",),
    "assets": ("regimes_daily",),
    "support": ("support_daily",),
    "scenarios": ("scenarios",),
    "feed_changes": (),
}
# Said in words, or of the spot mart.
REWORDED = {
    ("regimes_daily", "runner_up"),
    ("regimes_daily", "active_addresses_count"),
    ("regime_evidence", "label"),
    ("scenarios", "event"),
    ("scenarios", "outcome"),
}
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
    named = set(re.findall(r"\{\{(?:#if |#unless )?(\w+)\}\}", params.get("handlebarsTemplate", ""))) - {"else"}
    assert named <= set(params.get("all_columns", []))


@pytest.mark.parametrize("chart", SERIES.values(), ids=lambda c: c["slice_name"])
def test_a_series_says_its_unit_at_the_axis_and_its_scope_in_the_description(chart: dict[str, Any]) -> None:
    assert chart["params"]["y_axis_title"]
    assert len(chart["description"].split()) >= 5


@pytest.mark.slow
@pytest.mark.parametrize("dataset", [d for d in DATASETS.values() if d.get("sql")], ids=lambda d: d["table_name"])
def test_a_datasets_figures_are_those_of_the_marts(dataset: dict[str, Any], sample: Path) -> None:
    with duckdb.connect(sample / "published" / "leverage.duckdb", read_only=True) as db:
        for mart in MARTS[dataset["table_name"]]:
            table = PUBLISHED[mart]
            shared = [c["column_name"] for c in dataset["columns"] if c["column_name"] in table.columns]
            keys = [name for name in table.key if name in shared]
            names = ", ".join(name for name in shared if (mart, name) not in REWORDED)
            rows = f"SELECT {names} FROM ({dataset['sql']})"
            assert keys
            (missing,) = db.execute(f"SELECT count(*) FROM ({rows} EXCEPT ALL SELECT {names} FROM {mart})").fetchone()
            assert missing == 0, (mart, names)


def published(**rows: list[tuple[object, ...]]) -> duckdb.DuckDBPyConnection:
    """A release with these rows alone. A row has values for the first columns, in the order of `GIVEN`."""
    db = duckdb.connect()
    for name, table in PUBLISHED.items():
        db.execute(f"CREATE TABLE {name} ({', '.join(f'{f.name} {f.sql_type}' for f in table.fields)})")
    for name, given in rows.items():
        marks = ", ".join("?" * len(GIVEN[name]))
        db.executemany(f"INSERT INTO {name} ({', '.join(GIVEN[name])}) VALUES ({marks})", given)
    return db


GIVEN = {
    "liquidations_daily": ("asset", "day", "liquidations_usd", "feed_set"),
    "open_interest_daily": ("asset", "day", "open_interest_usd", "venues"),
    "regimes_daily": ("asset", "day"),
    "dim_instruments": ("asset", "venue", "instrument"),
    "feed_status": ("feed", "venue", "series"),
    "dim_feed_breaks": ("feed", "venue", "first_day", "restarts_baseline", "change"),
}
THROTTLED = "coinalyze_liquidations:binance@2021-04-27"
DAYS = [date(2021, 4, 25) + timedelta(days=n) for n in range(5)]


def marked(db: duckdb.DuckDBPyConnection, dataset: str, column: str) -> dict[date, str]:
    (found,) = [d for d in DATASETS.values() if d["table_name"] == dataset]
    return dict(db.execute(f"SELECT day, {column} FROM ({found['sql']}) WHERE {column} IS NOT NULL").fetchall())


def test_liquidations_are_marked_on_the_day_from_which_their_feeds_or_throttling_differ() -> None:
    feed_sets = ["coinalyze_liquidations:binance", None, THROTTLED, THROTTLED, THROTTLED]
    rows = [("BTC", day, 1.0, feeds) for day, feeds in zip(DAYS, feed_sets, strict=True)]
    with published(liquidations_daily=rows, regimes_daily=[("BTC", day) for day in DAYS]) as db:
        assert marked(db, "liquidations_daily", "feed_change") == {DAYS[2]: f"feeds from here on: {THROTTLED}"}
        assert marked(db, "feed_changes", "change") == {DAYS[2]: f"feeds from here on: {THROTTLED}"}


def test_open_interest_is_marked_where_a_venue_joins_and_where_a_feed_of_its_venues_means_something_else() -> None:
    venues = ["binance", "binance", "binance, bybit", None, "binance, bybit"]
    with published(
        open_interest_daily=[("BTC", day, 1.0, names) for day, names in zip(DAYS, venues, strict=True)],
        regimes_daily=[("BTC", day) for day in DAYS],
        dim_instruments=[("BTC", "bybit", "BTCUSDT"), ("BTC", "binance", "BTCUSDT")],
        feed_status=[("bybit_open_interest", "bybit", "open_interest"), ("gate_stats", "gate", "open_interest")],
        dim_feed_breaks=[
            ("bybit_open_interest", "bybit", DAYS[4], False, "one-sided"),
            ("gate_stats", "gate", DAYS[1], True, "of a venue that the asset has not"),
            ("bybit_open_interest", "bybit", DAYS[4] + timedelta(days=9), True, "after the last day"),
        ],
    ) as db:
        expected = {DAYS[2]: "venues from here on: binance, bybit", DAYS[4]: "bybit_open_interest: one-sided"}
        assert marked(db, "open_interest_daily", "venue_change") == expected
        assert marked(db, "feed_changes", "comparable") == {
            DAYS[2]: "levels before and after do not compare, changes do",
            DAYS[4]: "compare",
        }


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
