"""blockchain.com's interface: charts, each whole in one answer, and a status that is not `ok` where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingest.errors import Codes
from ingest.feed import Request
from ingest.fetch.questions import Page, Question

HOST = "api.blockchain.info"
URL = f"https://{HOST}/charts/{{symbol}}"
CODES = Codes(passing=(), final=("not-found",))


def judge(body: Any, host: str, path: str) -> None:  # noqa: ANN401 - whatever JSON came
    """Raise for `{"status": "not-found", ...}`: a status other than ok."""
    if isinstance(body, Mapping) and "status" in body and body["status"] != "ok":
        raise CODES.error(body["status"], f"{body['status']}: {body.get('error', '')}", host, path)


def ask(request: Request, question: Question) -> Page:
    """The points of a chart. Raises RequestRefused when the answer has another shape."""
    body = request.session.get_json(question.url, question.params, judge=judge)
    if not isinstance(body, Mapping):
        raise question.refused(f"expected values, got {str(body)[:80]}")
    return Page(question.rows_in(body.get("values"), "values"))
