"""OKX's v5 interface: one envelope, error codes as text under HTTP 200, pages that end before a stamp."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingest.errors import RequestRefused, Transient
from ingest.feed import Request

HOST = "www.okx.com"
PAGE = 100  # every endpoint used here takes it; some take more by now
# 50011 too many requests, 50004 timeout, 50013 busy, 50026 a backend that failed: worth another attempt.
PASSING = {"50004", "50011", "50013", "50026"}
UNKNOWN = "51001"


def url(path: str) -> str:
    return f"https://{HOST}/api/v5/{path}"


def judge(body: Any, host: str, path: str) -> None:  # noqa: ANN401 - whatever JSON came
    """Raise for a `code` other than "0". OKX sends it with HTTP 200, and at times with another status."""
    if not isinstance(body, Mapping) or "code" not in body:
        raise RequestRefused(f"expected a code, got {str(body)[:80]}", host=host, path=path)
    code = str(body["code"])
    said = f"code {code}: {body.get('msg', '')}"
    if code in PASSING:
        raise Transient(said, host=host, path=path)
    if code != "0":
        raise RequestRefused(
            said, host=host, path=path, advice="check the symbol in the catalogue" if code == UNKNOWN else ""
        )


def data(request: Request, path: str, asked: Mapping[str, str | int], row_type: type) -> list[Any]:
    """The rows of one answer, newest first. Raises RequestRefused when it has another shape."""
    body = request.session.get_json(url(path), {**asked, "limit": PAGE}, judge=judge)
    rows = body.get("data")
    if not isinstance(rows, list) or not all(isinstance(row, row_type) for row in rows):
        raise RequestRefused(f"expected a list of rows, got {str(rows)[:80]}", host=HOST, path=f"/api/v5/{path}")
    return rows
