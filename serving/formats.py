"""The forms in which rows are sent: JSON, CSV, Parquet and Arrow."""

from __future__ import annotations

import io
from collections.abc import Callable
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from serving.errors import Problem


class Format(StrEnum):
    """A form by the name that `format=` takes."""

    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"
    ARROW = "arrow"


MEDIA_TYPES: dict[Format, str] = {
    Format.JSON: "application/json",
    Format.CSV: "text/csv",
    Format.PARQUET: "application/vnd.apache.parquet",
    Format.ARROW: "application/vnd.apache.arrow.stream",
}


def chosen(format_: Format | None, accept: str | None) -> Format:
    """The form that the client wants: `format=`, else the best of its Accept header, else JSON.

    Raises Problem (406) when it accepts none.
    """
    if format_ is not None or not accept:
        return format_ or Format.JSON
    best, best_weight = None, 0.0
    for known, media_type in MEDIA_TYPES.items():
        weight = _weight(media_type, accept)
        if weight > best_weight:
            best, best_weight = known, weight
    if best is None:
        raise Problem(HTTPStatus.NOT_ACCEPTABLE, f"this can be sent as {', '.join(MEDIA_TYPES.values())}; accept one")
    return best


def _weight(media_type: str, accept: str) -> float:
    """How much the client wants a media type, by the most specific range of its Accept header that includes it."""
    found: tuple[int, float] = (-1, 0.0)
    for item in accept.split(","):
        name, *parameters = (part.strip() for part in item.split(";"))
        ranges = ("*/*", f"{media_type.split('/')[0]}/*", media_type)
        if name.lower() in ranges:
            found = max(found, (ranges.index(name.lower()), _quality(parameters)))
    return found[1]


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def _csv(table: Any) -> bytes:  # noqa: ANN401 - pyarrow has no types
    from pyarrow import csv

    file = io.BytesIO()
    csv.write_csv(table, file)
    return file.getvalue()


def _parquet(table: Any) -> bytes:  # noqa: ANN401
    from pyarrow import parquet

    file = io.BytesIO()
    parquet.write_table(table, file, compression="zstd")
    return file.getvalue()


def _arrow(table: Any) -> bytes:  # noqa: ANN401
    import pyarrow as pa

    file = io.BytesIO()
    with pa.ipc.new_stream(file, table.schema) as stream:
        stream.write_table(table)
    return file.getvalue()


# From an Arrow table. pyarrow is imported with the first request that needs it.
WRITERS: dict[Format, Callable[[Any], bytes]] = {
    Format.CSV: _csv,
    Format.PARQUET: _parquet,
    Format.ARROW: _arrow,
}
