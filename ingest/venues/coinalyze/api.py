"""Coinalyze's interface: the address, the key, and the history of one contract inside the answer.

Stamps and windows are in seconds: a window in milliseconds is answered with an empty list and no error.
"""

from __future__ import annotations

from dataclasses import replace

from ingest.feed import Request
from ingest.fetch.questions import Page, Question

HOST = "api.coinalyze.net"


def url(path: str) -> str:
    return f"https://{HOST}/v1/{path}"


def ask(request: Request, question: Question) -> Page:
    """The rows of one contract. Every symbol counts as a call, so several in one question would save nothing.

    An unknown symbol is answered with an empty list, and so is a window before the contract was listed.
    Raises RequestRefused when the answer has another shape.
    """
    symbol, headers = question.instrument.symbol, {"api_key": request.key()}
    body = request.session.get_json(question.url, {"symbols": symbol, **question.params}, headers=headers)
    histories = question.rows_in(body, "histories")
    rows_of = [(one.get("symbol"), question.rows_in(one.get("history"), "histories")) for one in histories]
    return Page([row for named, rows in rows_of if named == symbol for row in rows])


def ask_in_usd(request: Request, question: Question) -> Page:
    """The same with USD for an inverse contract. The vendor does not clearly say which unit it would send otherwise."""
    usd = {"convert_to_usd": "true"} if question.instrument.margin_type == "inverse" else {}
    return ask(request, replace(question, params={**question.params, **usd}))
