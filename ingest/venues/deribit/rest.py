"""Deribit's public methods over HTTP: their two hosts, what the error codes mean, and the result inside the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from ingest.errors import RequestRefused, Transient
from ingest.http import MarketSession

HOST = "www.deribit.com"
HISTORY = "history.deribit.com"  # trades that are older than the 24 hours that HOST keeps
# Too many requests, retry, settlement in progress, maintenance, unavailable for now, timed out: worth another attempt.
PASSING = {10028, 10040, 10041, 11051, 13028, 13888}

Kind = TypeVar("Kind", list[Any], dict[str, Any])


def judge(body: Any, host: str, path: str) -> None:  # noqa: ANN401 - whatever JSON came
    """Raise for `{"error": {"code": ..., "message": ..., "data": ...}}`."""
    if isinstance(body, Mapping) and isinstance(error := body.get("error"), Mapping):
        said = f"code {error.get('code')}: {error.get('message')}"
        if error.get("code") in PASSING:
            raise Transient(said, host=host, path=path)
        detail = f" {error['data']}" if error.get("data") else ""
        raise RequestRefused(f"{said}{detail}", host=host, path=path, advice="check the symbol in the catalogue")


def address(method: str, host: str = HOST) -> str:
    return f"https://{host}/api/v2/public/{method}"


def result(session: MarketSession, url: str, params: Mapping[str, str | int], kind: type[Kind]) -> Kind:
    """The `result` of an answer. Raises RequestRefused when it is not of `kind`."""
    body = session.get_json(url, params, judge=judge)
    found = body.get("result") if isinstance(body, Mapping) else None
    if not isinstance(found, kind):
        raise unexpected(url, body)
    return found


def unexpected(url: str, body: Any) -> RequestRefused:  # noqa: ANN401 - whatever JSON came
    """The refusal of an answer that has another shape than the method's."""
    return RequestRefused(f"not the answer of {url.rsplit('/', 1)[1]}: {str(body)[:80]}", host=HOST)
