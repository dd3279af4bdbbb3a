"""The application: REST interface, pages and MCP behind one guard."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from mcp.server.transport_security import TransportSecuritySettings
from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from serving import api, openapi
from serving.agents import mcp_server
from serving.errors import NotModified, Problem
from serving.guard import LOCAL_HOSTS, Guard
from serving.pages import page
from serving.problems import SCHEMA, documented, problem_response
from serving.releases import Releases
from serving.values import json_bytes

MAX_MCP_BYTES = 200_000  # of a request
DESCRIPTION = (
    "The published release of a leverage warehouse, read-only. A number that is not known is null, never zero."
    " Days and times are UTC. Every answer comes from one release and names it."
)


def application(
    published: Path, version: str, *, hosts: Sequence[str] | None = LOCAL_HOSTS, token: str | None = None
) -> ASGIApp:
    """The ASGI application over `published`. `hosts` and `token` are those of Guard."""
    return Guard(rest(published, version), hosts, token)


def rest(published: Path, version: str) -> FastAPI:
    """The REST interface, the pages and MCP, without the guard."""
    releases = Releases(published)
    agents = mcp_server(releases, version)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # The SDK's sessions begin once, so each start of the application has its own. The guard looks at hosts.
        app.state.agents = agents.streamable_http_app(
            stateless_http=True,
            json_response=True,
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
            max_request_body_size=MAX_MCP_BYTES,
        )
        async with agents.session_manager.run():
            yield

    app = FastAPI(
        lifespan=lifespan,
        title="leverage",
        version=version,
        description=DESCRIPTION,
        openapi_url="/v1/openapi.json",
        docs_url=None,  # these pages load their scripts from elsewhere
        redoc_url=None,
        exception_handlers=HANDLERS,
    )
    app.state.releases = releases
    app.include_router(api.router)
    app.add_api_route(
        "/healthz",
        _health,
        response_class=Response,
        responses={
            200: {"description": "A release is there.", "content": {"application/json": {"schema": openapi.HEALTH}}},
            **documented(HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.MISDIRECTED_REQUEST),
        },
        summary="Whether there is a release",
    )
    app.router.routes.append(Route("/mcp", _Agents()))
    app.add_route("/{path:path}", page, methods=["GET", "HEAD"], include_in_schema=False)
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]
    return app


class _Agents:
    """The MCP endpoint that the lifespan has made."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await scope["app"].state.agents(scope, receive, send)


def _health(request: Request) -> Response:
    """The newest release and its last day."""
    release = request.app.state.releases.newest()
    document = {"status": "ok", "release": release.name, "last_day": release.latest.get("last_day")}
    return Response(json_bytes(document), headers={"cache-control": "no-store"}, media_type="application/json")


def _described(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            openapi_version="3.1.0",
        )
        components = document.setdefault("components", {})
        components["schemas"] = {**components.get("schemas", {}), "Problem": SCHEMA}
        app.openapi_schema = document
    return app.openapi_schema


def _problem(_: Request, error: Problem) -> Response:
    return problem_response(error.status, error.detail)


def _not_modified(_: Request, error: NotModified) -> Response:
    return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"etag": error.etag, "cache-control": "no-cache"})


def _invalid(_: Request, error: RequestValidationError) -> Response:
    first = error.errors()[0]
    detail = f"{' '.join(map(str, first['loc'][1:]))}: {first['msg']}; /v1/openapi.json describes the parameters"
    return problem_response(HTTPStatus.UNPROCESSABLE_ENTITY, detail)


def _refused(_: Request, error: HTTPException) -> Response:
    status = HTTPStatus(error.status_code)
    return problem_response(status, f"{error.detail}; /v1/openapi.json describes the interface", error.headers)


# Starlette passes each handler the errors that it is registered for.
HANDLERS: dict[Any, Any] = {
    Problem: _problem,
    NotModified: _not_modified,
    RequestValidationError: _invalid,
    HTTPException: _refused,
}
