"""The REST interface, version 1: each route reads one release, and names it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from serving import openapi
from serving.errors import NotModified
from serving.formats import MEDIA_TYPES, WRITERS, Format, chosen
from serving.pages import file_of, matches, release_etag
from serving.readings import NOW, changes_after, market_of, now_of, reading_of, readings_of, schemas_of, tables_of
from serving.releases import Release, Releases
from serving.selection import CONDITION, MAX_ROWS, Cursor, page_of
from serving.values import json_bytes, json_value

Name = Annotated[str, Path(pattern="^[A-Za-z0-9_]+$", max_length=64, description="Name of a table.")]
Asset = Annotated[str, Path(pattern="^[A-Za-z0-9_-]+$", max_length=20, description="Asset, such as BTC.")]
AssetFilter = Annotated[
    str | None, Query(pattern="^[A-Za-z0-9_-]+$", max_length=20, description="Asset, such as BTC. Default: all.")
]
Limit = Annotated[int, Query(ge=1, le=MAX_ROWS, description="At most so many rows.")]
Where = Annotated[str, Query(pattern=CONDITION)]
JSON = MEDIA_TYPES[Format.JSON]
EVENT = r"^[A-Za-z0-9_-]+/[0-9]{4}-[0-9]{2}-[0-9]{2}/[0-9]+$"

router = APIRouter(prefix="/v1", default_response_class=Response)


def _answer(request: Request, document: Callable[[Release], dict[str, Any]], depends_on: str | None = None) -> Response:
    """The document of the newest release, or 304 when the client has it. `depends_on` is a file that may be replaced
    within a release."""
    releases: Releases = request.app.state.releases
    release = releases.newest()
    file = release.folder / depends_on if depends_on else None
    parts = [file.stat().st_mtime_ns] if file and file.is_file() else []
    etag = release_etag(release, *parts)
    if matches(request, etag):
        raise NotModified(etag)
    body = release.answer(f"{etag} {request.url.path}?{request.url.query}", lambda: json_bytes(document(release)))
    return Response(body, headers=_headers(release, etag), media_type=JSON)


def _headers(release: Release, etag: str) -> dict[str, str]:
    return {"etag": etag, "cache-control": "no-cache", "vary": "accept", "x-release": release.name}


@router.get("/readings", responses=openapi.answers(openapi.READINGS), summary="Readings of days, newest first")
def readings(
    request: Request,
    asset: AssetFilter = None,
    first: Annotated[date | None, Query(alias="from", description="First day (UTC).")] = None,
    last: Annotated[date | None, Query(alias="to", description="Last day (UTC).")] = None,
    limit: Limit = 100,
) -> Response:
    """The label of each day with its state, confidence, sentence and headline figures."""
    return _answer(request, lambda release: readings_of(release, asset, first, last, limit))


@router.get(
    "/readings/{asset}/{day}",
    responses=openapi.answers(openapi.READING, HTTPStatus.NOT_FOUND),
    summary="The reading of a day with its evidence",
)
def reading(request: Request, asset: Asset, day: Annotated[date, Path(description="Day (UTC).")]) -> Response:
    """What the label of the day and the runner-up rest on: predicates with value, membership and baseline."""
    return _answer(request, lambda release: reading_of(release, asset, day))


@router.get(
    "/now", responses=openapi.answers(openapi.NOW, HTTPStatus.NOT_FOUND), summary="The reading of the last 24 hours"
)
def now(request: Request) -> Response:
    """The 24 hours up to the last full hour, provisional. `leverage now` writes it."""
    return _answer(request, now_of, depends_on=NOW)


@router.get(
    "/market", responses=openapi.answers(openapi.MARKET, HTTPStatus.NOT_FOUND), summary="The whole market on a day"
)
def market(
    request: Request, day: Annotated[date | None, Query(description="Day (UTC). Default: the newest.")] = None
) -> Response:
    """How many assets flushed, squeezed or were built up, and the totals across all of them."""
    return _answer(request, lambda release: market_of(release, day))


@router.get(
    "/changes",
    responses=openapi.answers(openapi.CHANGES, HTTPStatus.NOT_FOUND),
    summary="What changed since an event, oldest first",
)
def changes(
    request: Request,
    after: Annotated[
        str | None,
        Query(pattern=EVENT, max_length=60, description="`event_id` of the last change seen. Default: the newest."),
    ] = None,
    limit: Limit = 100,
) -> Response:
    """Labels, support, scenarios, lost data, restatements. `next` is the event to go on from."""
    return _answer(request, lambda release: changes_after(release, after, limit))


@router.get("/tables", responses=openapi.answers(openapi.TABLES), summary="The tables with their columns")
def tables(request: Request) -> Response:
    """Every table with its comment, number of rows, and columns with types and comments."""
    return _answer(request, tables_of)


@router.get("/tables/{name}", responses=openapi.rows(), summary="Rows of a table")
def table(
    request: Request,
    name: Name,
    columns: Annotated[
        str | None,
        Query(pattern="^[A-Za-z0-9_]+(,[A-Za-z0-9_]+)*$", max_length=5000, description="Columns. Default: all."),
    ] = None,
    where: Annotated[
        list[Where] | None,
        Query(
            max_length=20,
            description="Conditions as column:operator:value, such as day:ge:2026-01-01. All must hold. Operators:"
            " eq, ne, lt, le, gt, ge.",
        ),
    ] = None,
    cursor: Annotated[
        str | None, Query(pattern="^[A-Za-z0-9_-]+$", max_length=200, description="`next` of the page before.")
    ] = None,
    format_: Annotated[Format | None, Query(alias="format", description="Instead of an Accept header.")] = None,
    limit: Limit = 1000,
) -> Response:
    """A page of rows as JSON, CSV, Parquet or Arrow (stream). All pages of a cursor come from one release.

    The whole table is the file /parquet/{name}.parquet.
    """
    releases: Releases = request.app.state.releases
    after = Cursor.parse(cursor) if cursor else None
    release = releases.named(after.release) if after else releases.newest()
    wanted = chosen(format_, request.headers.get("accept"))
    etag = release_etag(release)
    if matches(request, etag):
        raise NotModified(etag)
    page = page_of(release, name, columns, where or [], after, limit)
    headers = _headers(release, etag)
    if wanted == Format.JSON:
        rows = release.rows(page.query, page.values)
        row_ids = [row.pop("rowid") for row in rows]
        following = _next(release, row_ids, limit)
        values = [{column: json_value(value) for column, value in row.items()} for row in rows[:limit]]
        document = {"release": release.name, "table": name, "rows": values, "next": following}
        body = json_bytes(document)
    else:
        found = release.arrow(page.query, page.values)
        following = _next(release, found.column("rowid").to_pylist(), limit)
        body = WRITERS[wanted](found.drop_columns(["rowid"]).slice(0, limit))
    if following:
        headers["link"] = f'<{request.url.include_query_params(cursor=following)}>; rel="next"'
    return Response(body, headers=headers, media_type=MEDIA_TYPES[wanted])


@router.get("/schema", responses=openapi.answers(openapi.SCHEMAS), summary="The JSON Schemas of the published files")
def schemas(request: Request) -> Response:
    """Names of JSON Schemas: of a row of each table, and of each JSON file."""
    return _answer(request, schemas_of)


@router.get(
    "/schema/{name}",
    responses=openapi.answers(openapi.SCHEMA, HTTPStatus.NOT_FOUND),
    summary="The JSON Schema of a published file",
)
def schema(request: Request, name: Name) -> Response:
    """Types, units and meanings."""
    releases: Releases = request.app.state.releases
    release = releases.newest()
    etag = release_etag(release)
    if matches(request, etag):
        raise NotModified(etag)
    body = file_of(release.folder, f"schema/{name}.json").read_bytes()
    return Response(body, headers=_headers(release, etag), media_type=JSON)


def _next(release: Release, row_ids: list[int], limit: int) -> str | None:
    """The cursor after the page, None when it is the last."""
    return Cursor(release.name, row_ids[limit - 1]).text() if len(row_ids) > limit else None
