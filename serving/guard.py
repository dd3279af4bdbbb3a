"""What every request passes: the host it asked for, the token, and the headers that every answer carries."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Sequence
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.problems import problem_response

OPEN = ("/healthz",)  # answers without a token, because a supervisor has none
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
# The pages carry their scripts and styles, and load nothing from elsewhere.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src blob:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": PAGE_POLICY,
}


class Guard:
    """An ASGI application around another.

    `hosts` are the names that a request may be addressed to, None for any: a page of another site that has pointed its
    own name at this machine is refused. `token`, when there is one, must come with each request, as a bearer token or
    as the password that a browser asks for.
    """

    def __init__(self, app: ASGIApp, hosts: Sequence[str] | None, token: str | None) -> None:
        self.app = app
        self.hosts = hosts
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        headers = Headers(scope=scope)
        if not self._addressed(headers):
            detail = "this server answers to localhost only; to serve other names start it with --host"
            await problem_response(HTTPStatus.MISDIRECTED_REQUEST, detail)(scope, receive, send_with_headers)
        elif not self._admitted(scope["path"], headers):
            detail = "a token is needed; send it as: Authorization: Bearer <token>"
            asked = {"www-authenticate": 'Bearer, Basic realm="leverage"'}
            await problem_response(HTTPStatus.UNAUTHORIZED, detail, asked)(scope, receive, send_with_headers)
        else:
            await self.app(scope, receive, send_with_headers)

    def _addressed(self, headers: Headers) -> bool:
        if self.hosts is None:
            return True
        origin = headers.get("origin")
        named = [headers.get("host", ""), *([origin.partition("://")[2]] if origin else [])]
        return all(_without_port(name) in self.hosts for name in named)

    def _admitted(self, path: str, headers: Headers) -> bool:
        if self._token is None or path in OPEN:
            return True
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            try:
                given = base64.b64decode(given, validate=True).decode().partition(":")[2]
            except (binascii.Error, UnicodeDecodeError):
                return False
        elif scheme.lower() != "bearer":
            return False
        return hmac.compare_digest(given.strip().encode(), self._token.encode())


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).lower()
