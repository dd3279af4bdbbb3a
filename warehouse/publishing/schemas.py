"""The JSON Schemas that a release carries: of a row of each table, and of each of its JSON files.

Each has an `$id` with the version of the project that wrote it.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata
from typing import Any

from regimes import load_parameters
from tables.json_schema import DIALECT, column_schemas, object_schema, row_schema
from tables.published import PUBLISHED
from tables.published.market import MARKET_BREADTH_DAILY, MARKET_DAILY
from tables.published.operations import FEED_STATUS
from tables.published.regimes import LEVERAGE_FEATURES_DAILY, REGIMES_DAILY
from tables.table import Table
from warehouse.publishing.latest_json import FEED, FIGURES, FORMAT, LABEL
from warehouse.publishing.now_json import now_schema

TEXT: dict[str, Any] = {"type": "string"}
FLAG: dict[str, Any] = {"type": "boolean"}
DAY: dict[str, Any] = {"type": "string", "format": "date"}
MOMENT: dict[str, Any] = {"type": "string", "format": "date-time"}
MAYBE_TEXT: dict[str, Any] = {"type": ["string", "null"]}


def schemas(tables: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The schemas of a release with these tables, by the name of the table, or of the file without .json."""
    numbers = load_parameters().numbers
    found = {name: row_schema(PUBLISHED[name], numbers) for name in tables if name in PUBLISHED}
    found |= {"latest": latest_schema(), "now": now_schema(), "pages": pages_schema()}
    version = metadata.version("leverage-warehouse")
    return {name: {"$id": f"urn:leverage-warehouse:{version}:{name}", **schema} for name, schema in found.items()}


def latest_schema() -> dict[str, Any]:
    """The JSON Schema of `latest.json`. The fields of the first asset are there as soon as there is an asset."""
    reading = _reading()
    rest = {
        "$schema": TEXT,
        "format": {"const": FORMAT},
        "market": TEXT,
        "simulated": FLAG,
        "published_at": {**MOMENT, "description": "Present of the run that published."},
        "next_update_at": {**MOMENT, "description": "When the next final reading is due, if a run takes place daily."},
        "first_day": DAY,
        "last_day": DAY,
        "unavailable_feeds": {"type": "array", "items": TEXT},
        "feeds": {"type": "array", "items": object_schema(_columns(FEED_STATUS, FEED))},
        "breadth": {**object_schema(_breadth()), "type": ["object", "null"]},
        "assets": {"type": "object", "additionalProperties": object_schema(reading)},
        "inputs": {**TEXT, "description": "A hash over what went into the release."},
    }
    selection = {"selection": {"type": "object", "description": "Which assets are chosen, where they were."}}
    document = {**object_schema({**reading, **rest, **selection}), "required": list(rest)}
    return {"$schema": DIALECT, "title": "latest.json", **document}


def pages_schema() -> dict[str, Any]:
    """The JSON Schema of `briefs/pages.json`: a hash of what each page was made from, by file name."""
    return {"$schema": DIALECT, "title": "briefs/pages.json", "type": "object", "additionalProperties": TEXT}


def _reading() -> dict[str, Any]:
    """The fields of an asset."""
    lost = object_schema({"since": DAY, "missing_inputs": MAYBE_TEXT, "text": TEXT})
    names = {"type": "array", "items": TEXT}
    venues = object_schema({"reporting": names, "missing": names, "reporting_share": {"type": ["number", "null"]}})
    return {
        "asset": TEXT,
        "day": DAY,
        **_columns(REGIMES_DAILY, LABEL),
        "without_reading": {
            **lost, "type": ["object", "null"], "description": "Since when the asset has no reading, and why.",
        },
        "headline": object_schema(_columns(LEVERAGE_FEATURES_DAILY, FIGURES)),
        "venues": {"type": "object", "description": "Venues by series.", "additionalProperties": venues},
    }  # fmt: skip


def _breadth() -> dict[str, Any]:
    label = _columns(MARKET_DAILY, ("market_label", "sentence"))
    return {"day": DAY, **label, **_columns(MARKET_BREADTH_DAILY, MARKET_BREADTH_DAILY.columns[1:])}


def _columns(of: Table, names: Sequence[str]) -> dict[str, Any]:
    return column_schemas(of, names, load_parameters().numbers)
