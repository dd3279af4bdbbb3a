"""What the OpenAPI document says of the answers: their schemas, made from the tables, and their problems."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from serving.formats import MEDIA_TYPES, Format
from serving.problems import documented
from tables.json_schema import TYPES
from tables.published import PUBLISHED

FAILURES = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.MISDIRECTED_REQUEST,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
TEXT: dict[str, Any] = {"type": "string"}
MAYBE_TEXT: dict[str, Any] = {"type": ["string", "null"]}
ANY_ROW: dict[str, Any] = {"type": "object", "additionalProperties": True}

Answers = dict[int | str, dict[str, Any]]


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    """An object that has all of these, and perhaps more in a later version."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def _row(table: str) -> dict[str, Any]:
    """A row of a table. An earlier release may lack a column; /v1/schema/{name} has the sentences and units."""
    properties = {
        field.name: {**TYPES[field.kind], "type": [TYPES[field.kind]["type"], "null"]}
        for field in PUBLISHED[table].fields
    }
    return {"type": "object", "properties": properties}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


HEAD: dict[str, Any] = {"release": TEXT, "simulated": {"type": "boolean"}}
READINGS = _object(**HEAD, readings=_list(_row("readings")))
READING = _object(**HEAD, reading=_row("readings"), evidence=_list(_row("regime_evidence")))
NOW = _object(**HEAD, now=ANY_ROW)
MARKET = _object(**HEAD, day=MAYBE_TEXT)
CHANGES = _object(**HEAD, changes=_list(_row("regime_changes")), next=MAYBE_TEXT)
COLUMN = _object(name=TEXT, type=TEXT, comment=MAYBE_TEXT)
TABLES = _object(
    **HEAD, tables=_list(_object(name=TEXT, comment=MAYBE_TEXT, row_count={"type": "integer"}, columns=_list(COLUMN)))
)
SCHEMAS = _object(**HEAD, schemas=_list(TEXT))
SCHEMA = ANY_ROW
ROWS = _object(release=TEXT, table=TEXT, rows=_list(ANY_ROW), next=MAYBE_TEXT)
HEALTH = _object(status=TEXT, release=TEXT, last_day=MAYBE_TEXT)


def answers(schema: dict[str, Any], *problems: HTTPStatus) -> Answers:
    """A JSON answer, "not modified", the problems of every route, and these."""
    return {
        200: {
            "description": "The answer, from one release.",
            "content": {MEDIA_TYPES[Format.JSON]: {"schema": schema}},
        },
        304: {"description": "The client has the answer of this release already."},
        **documented(*FAILURES, *problems),
    }


def rows() -> Answers:
    """A page of rows in each of its forms."""
    found = answers(ROWS, HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.NOT_ACCEPTABLE, HTTPStatus.GONE)
    binary = {"schema": {"type": "string", "format": "binary"}}
    found[200]["content"] |= {
        MEDIA_TYPES[Format.CSV]: {"schema": {"type": "string"}},
        MEDIA_TYPES[Format.PARQUET]: binary,
        MEDIA_TYPES[Format.ARROW]: binary,
    }
    return found
