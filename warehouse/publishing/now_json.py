"""The content of `now.json`, its JSON Schema, and its switch: the newest reading of the running day of every asset.

It is replaced every hour, in the warehouse and in the release that is published, without making a release.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl

from ingest.durable import replace_file
from regimes import load_parameters
from regimes.nearest_change import nearest_change
from tables.json_schema import DIALECT, column_schemas, object_schema
from tables.published import table
from tables.published.hourly import EVENTS_HOURLY, READINGS_HOURLY
from tables.table import Table
from warehouse.connection import naive_utc
from warehouse.location import NOW_JSON, Warehouse
from warehouse.publishing.latest_json import FIGURES
from warehouse.publishing.release_folders import place_now_json

FORMAT = 1  # raised when a field changes its meaning or is removed
LABEL = (
    "event", "explanation", "confidence", "grade", "family", "runner_up", "flags", "data_status", "known_inputs_share",
    "missing_inputs", "unknown_inputs", "support_usd", "support_status", "revision", "available_at", "rules_version",
    "parameter_hash",
)  # fmt: skip
EVENT = ("event_id", "asset", "kind", "happened_at", "available_at", "sentence")
HEADLINE = tuple(name for name in FIGURES if name in READINGS_HOURLY.columns)


def now_document(
    readings: pl.DataFrame,
    events: pl.DataFrame,
    *,
    hour: datetime,
    now: datetime,
    market: str,
    simulated: bool,
    skipped: dict[str, str],
    order: Sequence[str],
) -> dict[str, Any]:
    """The document as of the full hour `hour` (UTC): a reading for each asset in `order`, and the events of a day.

    `readings` and `events` are all rows of their tables. An asset whose newest reading is older than `hour`, or that
    has none, has null for what is not known. `skipped` says by feed why it could not be had.
    """
    end = naive_utc(hour)
    newest = readings.filter(pl.col("window_ended_at") == end).sort("revision").group_by("asset").last()
    rows = {row["asset"]: row for row in newest.to_dicts()}
    recent = events.filter(pl.col("happened_at").is_between(pl.lit(end) - pl.duration(days=1), pl.lit(end)))
    return {
        "$schema": f"schema/{NOW_JSON}",
        "format": FORMAT,
        "market": market,
        "simulated": simulated,
        "window_ended_at": _text(end),
        "refreshed_at": now.astimezone(UTC).isoformat(),
        "skipped": dict(sorted(skipped.items())),
        "assets": {asset: _asset(asset, rows.get(asset)) for asset in order},
        "events": [
            {name: _plain(row[name]) for name in EVENT} | {"figures": json.loads(row["figures"])}
            for row in recent.sort("happened_at", "event_id").to_dicts()
        ],
    }


def write_now_json(warehouse: Warehouse, document: dict[str, Any]) -> None:
    """Replace `now.json` in the warehouse and in the published release. Raises OSError."""
    content = json.dumps(document, indent=2, allow_nan=False) + "\n"
    replace_file(warehouse.now_json, content.encode(), durable=True)
    place_now_json(warehouse)


def now_schema() -> dict[str, Any]:
    """The JSON Schema of `now.json`."""
    moment = {"type": "string", "format": "date-time"}
    text = {"type": "string"}
    figures = {"type": "object", "description": "The figures behind it, columns of readings_hourly."}
    properties = {
        "$schema": text,
        "format": {"const": FORMAT},
        "market": text,
        "simulated": {"type": "boolean"},
        "window_ended_at": {**moment, "description": "The full hour up to which the 24 hours were read."},
        "refreshed_at": {**moment, "description": "Present of the run that wrote this."},
        "skipped": {
            "type": "object",
            "description": "Why a feed could not be had, by feed.",
            "additionalProperties": text,
        },
        "assets": {"type": "object", "additionalProperties": _asset_schema()},
        "events": {
            "type": "array",
            "description": "What happened in the 24 hours, oldest first.",
            "items": object_schema({**_fields(EVENTS_HOURLY, EVENT), "figures": figures}),
        },
    }
    return {"$schema": DIALECT, "title": NOW_JSON, **object_schema(properties)}


def _asset(asset: str, row: dict[str, Any] | None) -> dict[str, Any]:
    known: dict[str, Any] = row or {}
    evidence = json.loads(known["evidence"]) if known.get("evidence") else []
    return {
        "asset": asset,
        **{name: _plain(known.get(name)) for name in LABEL},
        "headline": {name: known.get(name) for name in HEADLINE},
        "nearest_change": nearest_change(known.get("event"), known.get("runner_up"), evidence),
    }


def _asset_schema() -> dict[str, Any]:
    headline = object_schema(_fields(READINGS_HOURLY, HEADLINE))
    nearest = {"type": ["string", "null"], "description": "What would have to change for another label, in words."}
    label = {**_fields(READINGS_HOURLY, LABEL), "headline": headline, "nearest_change": nearest}
    return object_schema({"asset": {"type": "string"}, **label})


def _fields(of: Table, names: Sequence[str]) -> dict[str, Any]:
    return column_schemas(table(of.name), names, load_parameters().numbers)


def _plain(value: object) -> object:
    return _text(value) if isinstance(value, datetime) else value


def _text(moment: datetime) -> str:
    """A naive time in UTC as JSON has it."""
    return moment.replace(tzinfo=UTC).isoformat()
