"""One headline everywhere: page, terminal, latest.json, webhook, readings and dashboards show the label of the day, and
sentence, evidence and confidence beside it are of that label."""

import io
import math
import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
import yaml
from rich.console import Console

from brief import About, DayTables, day_page
from cli.brief import _print_brief
from orchestration.webhook import message
from regimes import (
    Parameters,
    classify,
    daily_features,
    market_breadth_daily,
    market_daily,
    new_revisions,
    regime_changes,
    regime_labels,
    regimes_daily,
)
from regimes.labels import DEFINITIONS
from regimes.revisions import no_revisions
from tables.published.regimes import READING_OF
from tests.regimes.synthetic_marts import FIRST_DAY, LONG_AFTER, Day, marts_of, quiet_day, settled_days
from tests.regimes.test_regime_coherence import mirror_days
from warehouse.location import Calendar
from warehouse.publishing.latest_json import latest_document
from warehouse.reading import OpenRelease
from warehouse.readings import write_readings
from warehouse.run_context import RunContext

NAMES = {definition.label.value: definition.name for definition in DEFINITIONS}
DATASETS = Path(__file__).parents[2] / "bi" / "superset" / "bundle" / "datasets" / "leverage"
COVERAGE = "asset VARCHAR, day DATE, series VARCHAR, venues VARCHAR, missing_venues VARCHAR, reporting_share DOUBLE"


@dataclass(frozen=True)
class Shown:
    """Twenty days of different kinds, each the last of its asset, as rows, and everything that shows them."""

    rows: dict[str, dict[str, Any]]
    evidence: pl.DataFrame
    features: dict[str, dict[str, Any]]
    changes: dict[str, dict[str, Any]]
    frames: dict[str, pl.DataFrame]
    connection: duckdb.DuckDBPyConnection
    latest: dict[str, Any]


def kinds_of_days() -> dict[str, list[Day]]:
    """A day of every label, a quiet one in the aftermath of three shocks, and a flush without flows."""
    days = mirror_days()
    for shock in ("leverage_flush", "short_squeeze", "spot_selloff"):
        days[f"after {shock}"] = [
            *days[shock],
            quiet_day(inflow=25_050.0),
            quiet_day(return_pct=0.2, inflow=25_001.0, open_interest_change_pct=0.1),
        ]
    unknown = {"inflow": None, "outflow": None, "reserve": None, "flows_offered": False}
    days["flush without flows"] = [replace(days["leverage_flush"][0], **unknown)]
    return days


@pytest.fixture(scope="module")
def shown(parameters: Parameters) -> Shown:
    stories = {name: [*settled_days(220), *days] for name, days in kinds_of_days().items()}
    stories["flush without flows"] = [
        replace(day, inflow=None, outflow=None, reserve=None, flows_offered=False)
        for day in stories["flush without flows"]
    ]
    # All end on the same day, so that the newest day of each asset is the one of its story.
    shortest = min(len(days) for days in stories.values())
    marts = marts_of({name: days[len(days) - shortest :] for name, days in stories.items()})
    features = daily_features(marts, parameters)
    result = classify(features, parameters, LONG_AFTER)
    revisions = new_revisions(result.days, no_revisions(), parameters, LONG_AFTER)
    breadth = market_breadth_daily(result.days, parameters)
    frames = {
        "market_breadth_daily": breadth,
        "market_daily": market_daily(breadth, parameters),
        "regimes_daily": regimes_daily(result.days, revisions),
        "leverage_features_daily": features,
        "regime_evidence": result.evidence,
        "regime_labels": regime_labels(),
        "regime_changes": regime_changes(revisions),
        "support_daily": result.support,
        "scenarios": result.scenarios,
        "feed_status": pl.DataFrame(
            schema={"feed": pl.String, "last_day": pl.Date, "present_rows_share": pl.Float64, "row_count": pl.Int64,
                    "quarantined_count": pl.Int64, "skipped": pl.String}
        ),
        **{
            name: getattr(marts, name).with_columns(pl.lit("one").alias("feeds"))
            for name in ("prices_daily", "liquidations_daily", "open_interest_daily", "funding_daily",
                         "exchange_flows_daily", "network_activity_daily")
        },
    }  # fmt: skip
    connection = duckdb.connect()
    connection.execute(f"CREATE SCHEMA marts; CREATE TABLE marts.venue_coverage_daily ({COVERAGE})")
    for name, frame in frames.items():
        connection.register("frame", frame)
        connection.execute(f"CREATE TABLE marts.{name} AS SELECT * FROM frame; CREATE VIEW {name} AS FROM marts.{name}")
    connection.execute("CREATE TABLE about AS SELECT 'simulated' AS name, 'false' AS setting")
    write_readings(connection)
    last = frames["regimes_daily"]["day"].max()
    assert isinstance(last, date)
    run = RunContext(datetime.combine(last + timedelta(days=2), datetime.min.time(), UTC), Calendar(FIRST_DAY, last))
    return Shown(
        rows={row["asset"]: row for row in _of(frames["regimes_daily"], last)},
        evidence=result.evidence.filter(pl.col("day") == last),
        features={row["asset"]: row for row in _of(features, last)},
        changes={row["asset"]: row for row in _of(frames["regime_changes"], last)},
        frames=frames,
        connection=connection,
        latest=latest_document(connection, run, market="live", simulated=False, inputs="abc"),
    )


def _of(frame: pl.DataFrame, day: date) -> list[dict[str, Any]]:
    return frame.filter(pl.col("day") == day).to_dicts()


def test_there_are_twenty_days_of_different_kinds(shown: Shown) -> None:
    assert len(shown.rows) == 20
    assert {row["event"] for row in shown.rows.values()} == set(NAMES)
    assert shown.rows["after leverage_flush"]["state_in_words"] == "aftermath of leverage flush, day 3"


def test_evidence_is_of_the_label(shown: Shown) -> None:
    for asset, row in shown.rows.items():
        found = shown.evidence.filter((pl.col("asset") == asset) & (pl.col("label_rank") == 1))
        assert set(found["label"]) == (set() if row["event"] == "insufficient_data" else {row["event"]})


def test_every_number_of_a_sentence_is_in_the_marts(shown: Shown) -> None:
    for asset, row in shown.rows.items():
        sentence = row["explanation"].replace("bp per 8 hours", "bp")
        features = [value for value in shown.features[asset].values() if isinstance(value, int | float)]
        for number in re.findall(r"\d+(?:\.\d+)?", sentence):
            assert any(_is_shown_as(value, number) for value in features), (asset, number, sentence)


def _is_shown_as(value: float, number: str) -> bool:
    """Whether the number is the value, rounded: as it is, in thousands, as a share in percent or as a percentile."""
    half = 0.5 * 10.0 ** -len(number.partition(".")[2]) + 1e-9
    forms = (value, value / 1e3, value / 1e6, value / 1e9, 100.0 * value, 100.0 * (1.0 - value), math.floor(value))
    return any(abs(abs(form) - float(number)) <= half for form in forms)


def test_latest_json_has_the_label_of_the_day(shown: Shown) -> None:
    for asset, row in shown.rows.items():
        newest = shown.latest["assets"][asset]
        assert list(newest)[:5] == ["asset", "day", "event", "explanation", "confidence"]
        if newest["without_reading"]:  # the last reading stays in use
            assert (row["event"], newest["data_status"]) == ("insufficient_data", "complete")
            continue
        for name in ("event", "explanation", "confidence", "grade", "family", "runner_up", "state_in_words"):
            assert newest[name] == row[name]


def test_readings_and_dashboards_have_the_label_of_the_day(shown: Shown) -> None:
    readings = {row["asset"]: row for row in _of(shown.connection.sql("FROM marts.readings").pl(), _last(shown))}
    reading = yaml.safe_load((DATASETS / "reading.yaml").read_text())["sql"]
    bars = yaml.safe_load((DATASETS / "price_and_regime.yaml").read_text())["sql"]
    table, behind = ({r["asset"]: r for r in _of(shown.connection.sql(q).pl(), _last(shown))} for q in (reading, bars))
    for asset, row in shown.rows.items():
        assert readings[asset]["label"] == table[asset]["event"] == behind[asset]["event"] == row["event"]
        assert readings[asset]["confidence"] == table[asset]["confidence"] == behind[asset]["confidence"]
        assert readings[asset]["sentence"] == table[asset]["explanation"] == row["explanation"]
        assert readings[asset]["state_in_words"] == table[asset]["state"] == row["state_in_words"]
    assert READING_OF["label"] == "event"


def test_the_page_shows_the_label_first_and_the_state_in_words(shown: Shown, parameters: Parameters) -> None:
    about = About("live", simulated=False, published_at="2026-01-01T00:00:00", licences="none")
    for asset, row in shown.rows.items():
        page = day_page(DayTables(asset, row["day"], shown.frames), parameters, about, "index.html")
        said = " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())
        heading = re.search(r"<h1><span[^>]*>(.*?)</span>", page)
        assert heading is not None
        assert heading[1].lower() == row["event"].replace("_", " ")
        assert row["explanation"] in said
        assert f"State: {row['state_in_words']}." in said
        assert said.index(row["explanation"]) < said.index(f"State: {row['state_in_words']}.")
        confidence = "none" if row["confidence"] is None else f"{row['confidence']:.2f}"
        assert f"Confidence {confidence}" in said


def test_the_terminal_shows_the_label_first_and_the_state_in_words(shown: Shown) -> None:
    release = OpenRelease(shown.latest, shown.connection)
    for row in shown.rows.values():
        out = Console(file=io.StringIO(), width=300)
        _print_brief(out, release, row)
        said = re.sub(r"[\s│]+", " ", out.file.getvalue())  # type: ignore[attr-defined]
        assert row["event"].replace("_", " ").upper() in said
        assert row["explanation"] in said
        assert f"state: {row['state_in_words']}" in said
        if row["confidence"] is not None:
            assert f"confidence {row['confidence']:.2f}" in said


def test_the_webhook_names_the_label_of_the_day(shown: Shown) -> None:
    assert len(shown.changes) > 8
    for asset, change in shown.changes.items():
        row = shown.rows[asset]
        text = message([{**change, "simulated": False}], "slack")["text"]
        if "regime_change" in change["kinds"]:
            assert f": {row['event']}, confidence " in text
            assert row["explanation"] in text


def _last(shown: Shown) -> date:
    return next(iter(shown.rows.values()))["day"]
