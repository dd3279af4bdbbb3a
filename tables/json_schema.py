"""JSON Schemas of the published tables: the schema of a row as a JSON object, for programs that read them as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tables.field import Field, Kind
from tables.table import Table

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TYPES: dict[Kind, dict[str, str]] = {
    "text": {"type": "string"},
    "number": {"type": "number"},
    "count": {"type": "integer"},
    "flag": {"type": "boolean"},
    "day": {"type": "string", "format": "date"},
    "moment": {"type": "string", "format": "date-time"},
}


def row_schema(table: Table, numbers: dict[str, object]) -> dict[str, Any]:
    """The JSON Schema of a row of `table`, with `unit` beside each description.

    Only the columns of the key are never null. `numbers` are those of the rules, for the sentences.
    """
    return {
        "$schema": DIALECT,
        "title": table.name,
        "description": table.description,
        "type": "object",
        "properties": {
            column.name: {
                **value_schema(column.field, is_key=column.name in table.key),
                "description": column.description(numbers),
                **({"unit": column.field.unit} if column.field.unit else {}),
            }
            for column in table
        },
        "required": list(table.columns),
        "additionalProperties": False,
    }


def object_schema(properties: dict[str, Any]) -> dict[str, Any]:
    """The schema of an object that has these properties and no other."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def column_schemas(table: Table, names: Iterable[str], numbers: dict[str, object]) -> dict[str, Any]:
    """The schemas of the values of some columns. Every value may be null. `numbers` are as for `row_schema`."""
    described = {column.name: column for column in table}
    return {
        name: {**value_schema(described[name].field, is_key=False), "description": described[name].description(numbers)}
        for name in names
    }


def value_schema(field: Field, *, is_key: bool) -> dict[str, Any]:
    """The keywords for the values of a field."""
    keywords: dict[str, Any] = dict(TYPES[field.kind])
    limits = {"minimum": field.low, "maximum": field.high, "exclusiveMinimum": field.above}
    keywords |= {keyword: limit for keyword, limit in limits.items() if limit is not None}
    if field.allowed:
        keywords["enum"] = [*field.allowed, *([] if is_key else [None])]
    if not is_key:
        keywords["type"] = [keywords["type"], "null"]
    return keywords
