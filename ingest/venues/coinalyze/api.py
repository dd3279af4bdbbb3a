"""Coinalyze's interface: the address, the key, and the history of one contract inside the answer.

Stamps and windows are in seconds: a window in milliseconds is answered with an empty list and no error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ingest.feed import Request
from ingest.fetch.questions import Page, Question

HOST = "api.coinalyze.net"
MOST_SYMBOLS = 20  # in one question; each counts as a call, so this saves round trips and no calls


def ask(request: Request, questions: Sequence[Question]) -> list[Page]:
    """The rows of up to 20 contracts, for which the same is asked.

    An unknown symbol has no history in the answer, and neither has a window before the contract was listed.
    Raises RequestRefused when the answer has another shape.
    """
    first, symbols = questions[0], [question.instrument.symbol for question in questions]
    asked = {"symbols": ",".join(symbols), **first.params}
    body = request.session.get_json(first.url, asked, headers={"api_key": request.key()})
    histories = first.rows_in(body, "histories")
    rows_of = [(one.get("symbol"), first.rows_in(one.get("history"), "histories")) for one in histories]
    return [Page([row for named, rows in rows_of if named == symbol for row in rows]) for symbol in symbols]


def ask_in_usd(request: Request, questions: Sequence[Question]) -> list[Page]:
    """The same with USD for inverse contracts. The vendor does not clearly say which unit it would send otherwise."""
    usd = {"convert_to_usd": "true"} if questions[0].instrument.margin_type == "inverse" else {}
    return ask(request, [replace(question, params={**question.params, **usd}) for question in questions])
