"""Deribit's public methods over HTTP: the two hosts, the error codes, and the result inside the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from ingest.errors import CHECK_SYMBOL, RequestRefused
from ingest.feed import Request
from ingest.fetch.interface import Interface, Page, Params, Question, by
from ingest.http import MarketSession
from ingest.responses import Errors

# Codes about the whole venue that pass: too many requests (10028, 10066), retry, settlement in progress, a full queue
# (10047), maintenance (11051), a server's own error (11094), unavailable for now (13028, 13503), timed out (13888).
PASSING = {"10028", "10040", "10041", "10047", "10066", "11051", "11094", "13028", "13503", "13888"}
# Codes about the question itself: JSON-RPC's own, bad arguments and requests, no such thing, keys and rights.
FINAL = {"-32000", "-32600", "-32601", "-32602", "-32700", "9999", "10000", "11029", "11050", "13004", "13009", "13010",
         "13020", "13021", "13403"}  # fmt: skip
CHART = ("ticks", "open", "high", "low", "close", "volume", "cost")
ERRORS = Errors("code", "message", PASSING, FINAL, advice=CHECK_SYMBOL, inside="error", detail="data")
API = Interface("https://www.deribit.com/api/v2/public", ERRORS, by("instrument_name"))
HISTORY = Interface("https://history.deribit.com/api/v2/public", ERRORS)  # trades that are older than a day

Kind = TypeVar("Kind", list[Any], dict[str, Any])


def ask(request: Request, question: Question) -> Page:
    """The rows of one answer. Raises RequestRefused when it has another shape."""
    found = result(request.session, question.url, {**API.about(question.instrument), **question.params}, list)
    if not all(isinstance(row, question.row) for row in found):
        raise unexpected(question.url, found)
    return Page(found)


def ask_chart(request: Request, question: Question) -> Page:
    """The bars of a chart, which comes as one list for each name of CHART, as rows in that order.

    Raises RequestRefused when the lists are not equally long.
    """
    found = result(request.session, question.url, {**API.about(question.instrument), **question.params}, dict)
    lists = [found.get(name) for name in CHART]
    if not all(isinstance(one, list) and len(one) == len(lists[0] or []) for one in lists):
        raise unexpected(question.url, found)
    return Page([list(row) for row in zip(*lists, strict=True)])


def result(session: MarketSession, url: str, params: Params, kind: type[Kind]) -> Kind:
    """The `result` of an answer. Raises RequestRefused when it is not of `kind`."""
    body = session.get_json(url, params, judge=ERRORS)
    found = body.get("result") if isinstance(body, Mapping) else None
    if not isinstance(found, kind):
        raise unexpected(url, body)
    return found


def unexpected(url: str, body: Any) -> RequestRefused:  # noqa: ANN401 - whatever JSON came
    """The refusal of an answer that is not what the method returns."""
    return RequestRefused(f"not the answer of {url.rsplit('/', 1)[1]}: {str(body)[:80]}", host=API.host)
