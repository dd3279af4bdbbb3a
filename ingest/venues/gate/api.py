"""Gate's v4 interface: the address, its error bodies, and answers that are cut off at a number of rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ingest.errors import Codes, VenueFailing
from ingest.feed import Request
from ingest.fetch.questions import Page, Question
from ingest.responses import place
from ingest.windows import Window

HOST = "api.gateio.ws"
PAGE = 1000  # rows, the most that can be asked for
NEVER_CUT_OFF = 20  # rows: no limit below that has been seen
KEPT = timedelta(days=179)  # an older `from` than 180 days is refused; a day for clocks that differ

# Error labels of a wrong request: asking again does not help. INVALID_ matches every label that begins with it.
FINAL = {"BAD_REQUEST", "CONTRACT_NOT_FOUND", "FORBIDDEN", "INVALID_", "METHOD_NOT_ALLOWED", "MISSING_REQUIRED_HEADER",
         "MISSING_REQUIRED_PARAM", "NOT_ACCEPTABLE", "NOT_FOUND"}  # fmt: skip
# Error labels of a busy or failing venue: asking again helps.
PASSING = {"INTERNAL", "SERVER_ERROR", "TOO_BUSY", "TOO_MANY_REQUESTS"}
CODES = Codes(PASSING, FINAL, advice="check the contract in the catalogue")


def url(path: str) -> str:
    return f"https://{HOST}/api/v4/futures/usdt/{path}"


def kept(now: datetime) -> Window:
    """What the venue still has of daily statistics and of funding."""
    return Window(now - KEPT, now)


def judge(body: Any, host: str, path: str) -> None:  # noqa: ANN401 - whatever JSON came
    """Raise for `{"label": ..., "message": ...}`, which comes with HTTP 4xx and 5xx."""
    if isinstance(body, Mapping) and "label" in body:
        label, said = str(body["label"]), f"{body['label']}: {body.get('message', '')}"
        raise CODES.error("INVALID_" if label.startswith("INVALID_") else label, said, host, path)


def ask(request: Request, question: Question) -> Page:
    """The rows of one answer. Raises RequestRefused when it is no list of objects."""
    asked = {"contract": question.instrument.symbol, "limit": PAGE, **question.params}
    return Page(question.rows_in(request.session.get_json(question.url, asked, judge=judge)))


def ask_whole(request: Request, question: Question) -> Page:
    """All rows stamped `from` to `to`, both included, in seconds.

    The interface has no pages, and an answer is cut off without a word, at PAGE rows or at fewer: the venue has lowered
    its limits before. So the halves of a long answer are asked for, down to one second, until they have no more rows
    than the whole. Raises VenueFailing when one second fills an answer.
    """
    if int(question.params["from"]) > int(question.params["to"]):  # a window of less than a second
        return Page([])
    return _completed(request, question, ask(request, question))


def _completed(request: Request, question: Question, page: Page) -> Page:
    first, last, found = int(question.params["from"]), int(question.params["to"]), len(page.rows)
    if found < PAGE and (found < NEVER_CUT_OFF or first == last):
        return page
    if first == last:
        host, path = place(question.url)
        raise VenueFailing(f"{PAGE} rows of {question.instrument.symbol} in one second", host=host, path=path)
    middle = (first + last) // 2
    halves = [replace(question, params={**question.params, **half}) for half in ({"to": middle}, {"from": middle + 1})]
    pages = [ask(request, half) for half in halves]
    if found < PAGE and all(each.rows for each in pages) and sum(len(each.rows) for each in pages) <= found:
        return page  # had it been cut off, the halves would have brought more
    return Page([row for half, each in zip(halves, pages, strict=True) for row in _completed(request, half, each).rows])
