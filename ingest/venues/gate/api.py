"""Gate's v4 interface: the address and the error labels, and answers that are cut off without a word."""

from __future__ import annotations

from dataclasses import replace

from ingest.errors import VenueFailing
from ingest.feed import Request
from ingest.fetch.interface import Interface, Page, Question
from ingest.responses import Errors, place

PAGE = 1000  # rows, the most that can be asked for
NEVER_CUT_OFF = 20  # rows: no limit below that has been seen
# Error labels of a wrong request: asking again does not help, nor for any that begins with INVALID_.
FINAL = {"BAD_REQUEST", "CONTRACT_NOT_FOUND", "FORBIDDEN", "METHOD_NOT_ALLOWED", "MISSING_REQUIRED_HEADER",
         "MISSING_REQUIRED_PARAM", "NOT_ACCEPTABLE", "NOT_FOUND"}  # fmt: skip
# Error labels of a busy or failing venue: asking again helps.
PASSING = {"INTERNAL", "SERVER_ERROR", "TOO_BUSY", "TOO_MANY_REQUESTS"}

API = Interface(
    "https://api.gateio.ws/api/v4/futures/usdt",
    Errors(
        "label",
        "message",
        PASSING,
        FINAL,
        families=("INVALID_",),
        advice="check the contract in the catalogue",
        said="{}: {}",  # with HTTP 4xx and 5xx
    ),
    lambda instrument: {"contract": instrument.symbol, "limit": PAGE},
)


def ask_whole(request: Request, question: Question) -> Page:
    """All rows stamped `from` to `to`, both included, in seconds.

    The interface has no pages, and an answer is cut off without a word, at PAGE rows or at fewer: the venue has lowered
    its limits before. So the halves of a long answer are asked for, down to one second, until they have no more rows
    than the whole. Raises VenueFailing when one second fills an answer.
    """
    if int(question.params["from"]) > int(question.params["to"]):  # a window of less than a second
        return Page([])
    return _completed(request, question, API.ask(request, question))


def _completed(request: Request, question: Question, page: Page) -> Page:
    first, last, found = int(question.params["from"]), int(question.params["to"]), len(page.rows)
    if found < PAGE and (found < NEVER_CUT_OFF or first == last):
        return page
    if first == last:
        host, path = place(question.url)
        raise VenueFailing(f"{PAGE} rows of {question.instrument.symbol} in one second", host=host, path=path)
    middle = (first + last) // 2
    halves = [replace(question, params={**question.params, **half}) for half in ({"to": middle}, {"from": middle + 1})]
    pages = [API.ask(request, half) for half in halves]
    if found < PAGE and all(each.rows for each in pages) and sum(len(each.rows) for each in pages) <= found:
        return page  # had it been cut off, the halves would have brought more
    return Page([row for half, each in zip(halves, pages, strict=True) for row in _completed(request, half, each).rows])


def ask_liquidations(request: Request, question: Question) -> Page:
    """The liquidations of exactly this contract. A row without a contract is kept, to be quarantined."""
    page, symbol = ask_whole(request, question), question.instrument.symbol
    return Page([row for row in page.rows if (row.get("contract") or symbol) == symbol])
