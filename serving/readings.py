"""What people ask of a release: the reading of a day, the last 24 hours, the market, what changed."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from serving.errors import NotFound, Unavailable
from serving.releases import Release
from serving.values import json_rows
from warehouse.location import SCHEMA_FOLDER

NOW = "now.json"
MARKET_TABLES = ("market_daily", "market_breadth_daily")  # one row a day, or one a day and measure


def head(release: Release) -> dict[str, Any]:
    """What every answer begins with: the release that all of it comes from, and whether its market is simulated."""
    return {"release": release.name, "simulated": bool(release.latest.get("simulated", False))}


def reading_of(release: Release, asset: str, day: date) -> dict[str, Any]:
    """The row of `readings` and the evidence of a day. Raises NotFound when the release does not have the day."""
    found = release.rows("SELECT * FROM readings WHERE asset = ? AND day = ?", [asset, day])
    if not found:
        if asset not in release.assets:
            raise NotFound(f"there is no such asset; this release has {', '.join(release.assets) or 'none'}")
        raise NotFound(f"{asset} has no reading for this day; this release has {_days(release)}")
    evidence = release.rows(
        "SELECT * EXCLUDE (asset, day) FROM regime_evidence WHERE asset = ? AND day = ?"
        " ORDER BY label_rank, role, weight DESC, predicate",
        [asset, day],
    )
    return {**head(release), "reading": json_rows(found)[0], "evidence": json_rows(evidence)}


def readings_of(
    release: Release, asset: str | None, first: date | None, last: date | None, limit: int
) -> dict[str, Any]:
    """The newest `limit` rows of `readings`, newest first, of one asset or all, from `first` to `last`."""
    rows = release.rows(
        "SELECT * FROM readings WHERE (?::VARCHAR IS NULL OR asset = ?) AND day >= coalesce(?::DATE, day)"
        " AND day <= coalesce(?::DATE, day) ORDER BY day DESC, asset LIMIT ?",
        [asset, asset, first, last, limit],
    )
    return {**head(release), "readings": json_rows(rows)}


def changes_after(release: Release, event_id: str | None, limit: int) -> dict[str, Any]:
    """The rows of `regime_changes` that came after the event, oldest first; without an event, the newest `limit`.

    `next` is the event to go on from, null when there was none. Raises NotFound for an event that is not in the table.
    """
    columns = "SELECT c.* FROM regime_changes AS c"
    if event_id is None:
        newest = release.rows(f"{columns} ORDER BY c.available_at DESC, c.event_id DESC LIMIT ?", [limit])
        rows = newest[::-1]
    else:
        known = release.rows("SELECT available_at FROM regime_changes WHERE event_id = ?", [event_id])
        if not known:
            raise NotFound("there is no such event; leave out after= to begin with the newest")
        rows = release.rows(
            f"{columns} WHERE (c.available_at, c.event_id) > (?, ?) ORDER BY c.available_at, c.event_id LIMIT ?",
            [known[0]["available_at"], event_id, limit],
        )
    return {**head(release), "changes": json_rows(rows), "next": rows[-1]["event_id"] if rows else event_id}


def now_of(release: Release) -> dict[str, Any]:
    """The content of `now.json`. Raises NotFound when there is none, Unavailable when it is damaged."""
    try:
        text = (release.folder / NOW).read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound("there is no reading of the last 24 hours yet; run: leverage now") from None
    except OSError as error:
        raise Unavailable(f"cannot read {NOW}: {error.strerror}; run: leverage now") from error
    try:
        content = json.loads(text)
    except ValueError as error:
        raise Unavailable(f"{NOW} is damaged; run: leverage now") from error
    return {**head(release), "now": content}


def market_of(release: Release, day: date | None) -> dict[str, Any]:
    """The rows of the tables of the whole market for a day, without `day` its newest day.

    Raises NotFound when the release has no such table, or no such day.
    """
    tables = [name for name in MARKET_TABLES if name in release.tables]
    if not tables:
        raise NotFound("this release has no table of the whole market; run: leverage run")
    if day is None:
        day = release.rows(f"SELECT max(day) AS day FROM {tables[0]}")[0]["day"]  # noqa: S608 - a constant
    rows = {name: json_rows(release.rows(f"SELECT * FROM {name} WHERE day = ?", [day])) for name in tables}  # noqa: S608
    if not any(rows.values()):
        raise NotFound(f"the market has no such day; this release has {_days(release)}")
    return {**head(release), "day": day and day.isoformat(), **rows}


def tables_of(release: Release) -> dict[str, Any]:
    """Every table with its comment, number of rows and columns, each with type and comment."""
    counts = release.rows(
        "SELECT table_name, comment, estimated_size AS row_count FROM duckdb_tables()"
        " WHERE database_name = 'published' AND NOT internal ORDER BY table_name"
    )
    columns = release.rows(
        "SELECT table_name, column_name AS name, data_type AS type, comment FROM duckdb_columns()"
        " WHERE database_name = 'published' AND NOT internal ORDER BY table_name, column_index"
    )
    tables = [
        {
            "name": table["table_name"],
            "comment": table["comment"],
            "row_count": table["row_count"],
            "columns": [
                {name: column[name] for name in ("name", "type", "comment")}
                for column in columns
                if column["table_name"] == table["table_name"]
            ],
        }
        for table in counts
    ]
    return {**head(release), "tables": tables}


def _days(release: Release) -> str:
    return f"{release.latest.get('first_day')} to {release.latest.get('last_day')}"


def schemas_of(release: Release) -> dict[str, Any]:
    """The names of the JSON Schemas that the release has."""
    return {**head(release), "schemas": sorted(path.stem for path in (release.folder / SCHEMA_FOLDER).glob("*.json"))}
