"""Values of DuckDB as JSON: days and moments as in the JSON Schemas, and null for what is no number."""

from __future__ import annotations

import json
import math
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any


def json_value(value: Any) -> Any:  # noqa: ANN401 - any SQL value
    """The value as JSON has it. A TIMESTAMP is in UTC and ends with Z; NaN and infinity are null."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime):
        return f"{(value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value).isoformat()}Z"
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal):
        return float(value) if value.is_finite() else None
    if isinstance(value, dict):
        return {str(key): json_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [json_value(item) for item in value]
    return str(value)


def json_rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with JSON values."""
    return [{name: json_value(value) for name, value in row.items()} for row in rows]


def json_bytes(document: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """The document in UTF-8. Strict JSON: raises ValueError for NaN."""
    return json.dumps(document, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
