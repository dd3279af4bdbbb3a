"""Deribit's public methods over HTTP: the two hosts, the error codes, and the result inside the answer."""

from __future__ import annotations

from dataclasses import replace

from ingest.errors import CHECK_SYMBOL
from ingest.feed import Request
from ingest.fetch.interface import Interface, Page, Question, at, by, refused
from ingest.responses import Errors

# Codes about the whole venue that pass: too many requests (10028, 10066), retry, settlement in progress, a full queue
# (10047), maintenance (11051), a server's own error (11094), unavailable for now (13028, 13503), timed out (13888).
PASSING = {"10028", "10040", "10041", "10047", "10066", "11051", "11094", "13028", "13503", "13888"}
# Codes about the question itself: JSON-RPC's own, bad arguments and requests, no such thing, keys and rights.
FINAL = {"-32000", "-32600", "-32601", "-32602", "-32700", "9999", "10000", "11029", "11050", "13004", "13009", "13010",
         "13020", "13021", "13403"}  # fmt: skip
CHART = ("ticks", "open", "high", "low", "close", "volume", "cost")
ERRORS = Errors("code", "message", PASSING, FINAL, advice=CHECK_SYMBOL, inside="error", detail="data")
API = Interface("https://www.deribit.com/api/v2/public", ERRORS, by("instrument_name"), rows="result")
TRADES = replace(API, rows="result.trades", expected="trades", cursor="result.has_more")
OLD_TRADES = replace(TRADES, root="https://history.deribit.com/api/v2/public")  # those that are older than a day


def ask_chart(request: Request, question: Question) -> Page:
    """The bars of a chart, which comes as one list for each name of CHART, as rows in that order.

    Raises RequestRefused when the lists are not equally long.
    """
    asked = {**API.about(question.instrument), **question.params}
    chart = at("result", body := request.session.get_json(question.url, asked, judge=ERRORS))
    lists = [at(name, chart) for name in CHART]
    if not all(isinstance(one, list) and len(one) == len(lists[0] or []) for one in lists):
        raise refused(question.url, f"expected a chart, got {str(body)[:80]}")
    return Page([list(row) for row in zip(*lists, strict=True)])
