"""The files of the newest release: pages, Parquet files, the database. Nothing outside a release is ever sent."""

from __future__ import annotations

import os
from http import HTTPStatus
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from serving.errors import NotFound
from serving.problems import problem_response
from serving.releases import Release, Releases

FRONT_PAGE = "brief.html"
TYPES = {".parquet": "application/vnd.apache.parquet", ".duckdb": "application/octet-stream"}


def file_of(folder: Path, path: str) -> Path:
    """The file of a release at `path`, which a client has written. Raises NotFound when there is none."""
    nothing = NotFound("there is no such page; / is the newest brief, /v1/openapi.json describes the interface")
    if "\x00" in path or any(part.startswith(".") for part in path.split("/")):
        raise nothing
    root = os.path.realpath(folder)
    file = os.path.realpath(Path(root, path.lstrip("/") or FRONT_PAGE))
    if os.path.commonpath([root, file]) != root or not os.path.isfile(file):
        raise nothing
    return Path(file)


def page(request: Request) -> Response:
    """The file that the path names."""
    releases: Releases = request.app.state.releases
    release = releases.newest()
    file = file_of(release.folder, request.path_params["path"])
    try:
        status = file.stat()
    except FileNotFoundError:  # the release has been removed meanwhile
        return problem_response(HTTPStatus.SERVICE_UNAVAILABLE, "a new release was published; ask again")
    etag = release_etag(release, status.st_mtime_ns)
    headers = {"etag": etag, "cache-control": "no-cache"}
    if matches(request, etag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return FileResponse(file, headers=headers, media_type=TYPES.get(file.suffix), stat_result=status)


def release_etag(release: Release, *parts: int) -> str:
    """The entity tag of the answers of a release, with what else they depend on. Weak: an answer has several forms."""
    return f'W/"{"-".join(map(str, (release.name, *parts)))}"'


def matches(request: Request, etag: str) -> bool:
    """Whether the client says that it has the answer already."""
    given = [part.strip() for part in request.headers.get("if-none-match", "").split(",")]
    return "*" in given or etag in given or etag.removeprefix("W/") in given
