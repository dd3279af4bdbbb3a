"""The content of `latest.json`: the newest reading of every asset, for programs that read figures without SQL."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb

from ingest.selection import Chosen
from regimes import load_parameters
from tables.published.market import MARKET_BREADTH_DAILY, MARKET_DAILY
from warehouse.location import LATEST_JSON, SCHEMA_FOLDER
from warehouse.missing_readings import MissingReading, missing_readings
from warehouse.run_context import RunContext

FORMAT = 3  # raised when a field changes its meaning or is removed
FIGURES = (
    "close_usd",
    "return_pct",
    "low_vs_previous_close_pct",
    "range_pct",
    "long_liquidations_usd",
    "short_liquidations_usd",
    "liquidations_usd",
    "liquidation_multiple",
    "long_share",
    "open_interest_usd",
    "open_interest_change_1d_pct",
    "funding_8h_bp",
    "funding_state",
    "netflow_coin",
    "netflow_z",
    "active_addresses_count",
    "address_ratio",
)
LABEL = (
    "event",
    "explanation",
    "confidence",
    "grade",
    "family",
    "runner_up",
    "flags",
    "regime",
    "phase",
    "days_in_regime",
    "previous_regime",
    "state_in_words",
    "support_usd",
    "support_status",
    "scenario",
    "scenario_opened_on",
    "data_status",
    "is_final",
    "known_inputs_share",
    "missing_inputs",
    "unknown_inputs",
    "rules_version",
    "parameter_hash",
)
FEED = ("feed", "last_day", "present_rows_share", "row_count", "quarantined_count", "skipped")


def latest_document(
    connection: duckdb.DuckDBPyConnection,
    run: RunContext,
    *,
    market: str,
    simulated: bool,
    inputs: str,
    chosen: Chosen | None = None,
) -> dict[str, Any]:
    """The document: the first asset's fields at the top, all assets under `assets`, the market over them under
    `breadth`, the feeds under `feeds`.

    Assets that were `chosen` once and have left are not in it. `selection` says which are chosen; it is left out where
    the warehouse has the assets that the catalogue lists.

    An asset without a reading for the last day has its last reading, and says in `without_reading` since when it has
    none and why. `inputs` is the fingerprint of the release. Missing numbers are null, never zero.
    """
    left = chosen.left if chosen else {}
    missing = {found.asset: found for found in missing_readings(connection, "marts.regimes_daily")}
    assets = {
        asset: _newest_reading(connection, asset, missing.get(asset))
        for asset in _assets(connection)
        if asset not in left
    }
    feeds = _records(
        connection,
        f"SELECT {', '.join(FEED)} FROM marts.feed_status ORDER BY feed",  # noqa: S608 - names from this module
    )
    lead = next(iter(assets.values()), {})
    return {
        "$schema": f"{SCHEMA_FOLDER}/{LATEST_JSON}",
        "format": FORMAT,
        **lead,
        "market": market,
        "simulated": simulated,
        "published_at": run.now.astimezone(UTC).isoformat(),
        "next_update_at": next_final_at(run).isoformat(),
        "first_day": run.calendar.first_day.isoformat(),
        "last_day": run.calendar.last_day.isoformat(),
        "unavailable_feeds": [feed["feed"] for feed in feeds if feed["skipped"]],
        "feeds": feeds,
        "breadth": _breadth(connection, run),
        "assets": assets,
        "inputs": inputs,
        **({"selection": chosen.document()} if chosen else {}),
    }


def next_final_at(run: RunContext) -> datetime:
    """When the next final reading is due: of the last day if it is not final yet, else of the day after it."""
    final_at = load_parameters().gate.final_at
    due = datetime.combine(run.calendar.last_day + timedelta(days=1), final_at, UTC)
    return due if due > run.now else due + timedelta(days=1)


def _breadth(connection: duckdb.DuckDBPyConnection, run: RunContext) -> dict[str, Any] | None:
    """The market on the last day: its label, its sentence and every column of market_breadth_daily."""
    rows = _records(
        connection,
        f"SELECT b.day, m.market_label, m.sentence, b.* EXCLUDE (day) FROM marts.{MARKET_BREADTH_DAILY.name} b"  # noqa: S608
        f" JOIN marts.{MARKET_DAILY.name} m USING (day) WHERE day = ?::DATE",
        [run.calendar.last_day.isoformat()],
    )
    return rows[0] if rows else None


def _assets(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The labelled assets: Bitcoin first, because the product is about it, the others by name."""
    found = connection.execute(
        "SELECT DISTINCT asset FROM marts.regimes_daily ORDER BY asset <> 'BTC', asset"
    ).fetchall()
    return [asset for (asset,) in found]


def _newest_reading(
    connection: duckdb.DuckDBPyConnection, asset: str, missing: MissingReading | None
) -> dict[str, Any]:
    day = missing.last_reading.isoformat() if missing else None
    labels = ", ".join(f"r.{name}" for name in LABEL)
    figures = ", ".join(f"f.{name}" for name in FIGURES)
    row = _records(
        connection,
        f"SELECT r.asset, r.day, {labels}, {figures} FROM marts.regimes_daily r"  # noqa: S608 - names from this module
        " JOIN marts.leverage_features_daily f USING (asset, day) WHERE r.asset = ?"
        " AND r.day <= coalesce(?::DATE, r.day) ORDER BY r.day DESC LIMIT 1",
        [asset, day],
    )[0]
    return {
        "asset": row["asset"],
        "day": row["day"],
        **{name: row[name] for name in LABEL},
        "without_reading": missing
        and {"since": missing.since.isoformat(), "missing_inputs": missing.missing_inputs, "text": missing.text},
        "headline": {name: row[name] for name in FIGURES},
        "venues": _venues(connection, asset, row["day"]),
    }


def _venues(connection: duckdb.DuckDBPyConnection, asset: str, day: str) -> dict[str, dict[str, Any]]:
    """By series: the venues that report on the day, those of recent weeks that do not, and the reporting share."""
    rows = _records(
        connection,
        "SELECT series, venues, missing_venues, reporting_share FROM marts.venue_coverage_daily"
        " WHERE asset = ? AND day = ? ORDER BY series",
        [asset, day],
    )
    return {
        row["series"]: {
            "reporting": _split_names(row["venues"]),
            "missing": _split_names(row["missing_venues"]),
            "reporting_share": row["reporting_share"],
        }
        for row in rows
    }


def _split_names(text: str | None) -> list[str]:
    return text.split(", ") if text else []


def _records(
    connection: duckdb.DuckDBPyConnection, query: str, values: list[str | None] | None = None
) -> list[dict[str, Any]]:
    cursor = connection.execute(query, values or [])
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, map(_json_value, row), strict=True)) for row in cursor.fetchall()]


def _json_value(value: Any) -> Any:  # noqa: ANN401 - any SQL value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
