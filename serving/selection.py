"""Rows of a table: chosen columns, conditions, and pages that stay within one release."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from serving.database import quoted
from serving.errors import BadRequest, NotFound
from serving.releases import Release

OPERATORS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
CONDITION = rf"^[A-Za-z_][A-Za-z0-9_]{{0,63}}:({'|'.join(OPERATORS)}):[^\x00-\x1f\x7f]{{1,200}}$"
MAX_ROWS = 10_000
FLAGS = {"true": True, "false": False}


@dataclass(frozen=True)
class Cursor:
    """Where the next page begins: after a row of a release."""

    release: str
    row: int

    def text(self) -> str:
        """The cursor as clients send it back."""
        return base64.urlsafe_b64encode(json.dumps([self.release, self.row]).encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """The cursor that `text` was written from. Raises NotFound for anything else."""
        try:
            release, row = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        except (binascii.Error, ValueError, TypeError):
            release, row = None, None
        if not isinstance(release, str) or type(row) is not int or not 0 <= row < 2**62:
            raise NotFound("there is no such cursor; begin again without cursor")
        return cls(release, row)


@dataclass(frozen=True)
class Page:
    """The SQL of a page and its values. It selects one row more than asked for, to see whether there is a next page."""

    query: str
    values: list[Any]
    limit: int


def page_of(
    release: Release, table: str, columns: str | None, where: Sequence[str], after: Cursor | None, limit: int
) -> Page:
    """The page of `table`: `columns` separated by commas, `where` as column:operator:value, all of which must hold.

    The last column of the query is `rowid`, for the cursor. Raises NotFound for a table or a column, and
    BadRequest for a value that does not fit its column.
    """
    known = columns_of(release, table)
    wanted = columns.split(",") if columns else list(known)
    for name in wanted:
        _check_column(name, known, table)
    if len(set(wanted)) != len(wanted):
        raise BadRequest("columns names a column twice; name each once")
    conditions, values = [], []
    for text in where:
        name, operator, value = _parts(text)
        _check_column(name, known, table)
        conditions.append(f"{quoted(name)} {OPERATORS[operator]} ?")
        values.append(_typed(value, name, known[name]))
    if after is not None:
        conditions.append("rowid > ?")
        values.append(after.row)
    select = ", ".join(quoted(name) for name in (*wanted, "rowid"))
    limits = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    query = f"SELECT {select} FROM {quoted(table)}{limits} ORDER BY rowid LIMIT {limit + 1:d}"  # noqa: S608 - quoted
    return Page(query, values, limit)


def columns_of(release: Release, table: str) -> dict[str, str]:
    """The columns of a table with their types. Raises NotFound for a table that the release does not have."""
    if table not in release.tables:
        raise NotFound("there is no such table; /v1/tables lists them")
    return release.tables[table]


def _check_column(name: str, known: dict[str, str], table: str) -> None:
    if name not in known:
        raise NotFound(f"{table} has no column of that name; /v1/tables lists the columns of {table}")


def _parts(text: str) -> tuple[str, str, str]:
    if not re.match(CONDITION, text):
        raise BadRequest("where must be column:operator:value, such as day:ge:2026-01-01")
    name, operator, value = text.split(":", 2)
    return name, operator, value


def _typed(text: str, name: str, sql_type: str) -> Any:  # noqa: ANN401 - any SQL value
    """The value with the type of its column. Raises BadRequest when it has another."""
    try:
        if sql_type == "DATE":
            return date.fromisoformat(text)
        if sql_type == "TIMESTAMP":
            moment = datetime.fromisoformat(text)
            return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
        if sql_type == "DOUBLE":
            return float(text)
        if sql_type == "BIGINT":
            number = int(text)
            if abs(number) >= 2**63:
                raise ValueError(text)
            return number
        if sql_type == "BOOLEAN":
            return FLAGS[text.lower()]
    except (ValueError, KeyError, OverflowError):
        raise BadRequest(f"the value for {name} must be a {sql_type.lower()}") from None
    return text
