"""Gate's v4 interface: the address, its error bodies, and answers that are cut off at a number of rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ingest.errors import RequestRefused, VenueFailing
from ingest.feed import Request
from ingest.fetch.questions import Page, Question
from ingest.responses import place
from ingest.windows import Window

HOST = "api.gateio.ws"
PAGE = 1000  # rows; no answer has more
KEPT = timedelta(days=179)  # an older `from` than 180 days is refused; a day for clocks that differ


def url(path: str) -> str:
    return f"https://{HOST}/api/v4/futures/usdt/{path}"


def kept(now: datetime) -> Window:
    """What the venue still has of daily statistics and of funding."""
    return Window(now - KEPT, now)


def judge(body: Any, host: str, path: str) -> None:  # noqa: ANN401 - whatever JSON came
    """Raise for `{"label": ..., "message": ...}`, which comes with HTTP 4xx."""
    if isinstance(body, Mapping) and "label" in body:
        raise RequestRefused(
            f"{body['label']}: {body.get('message', '')}",
            host=host,
            path=path,
            advice="check the contract in the catalogue",
        )


def ask(request: Request, question: Question) -> Page:
    """The rows of one answer. Raises RequestRefused when it is no list of objects."""
    asked = {"contract": question.instrument.symbol, "limit": PAGE, **question.params}
    return Page(question.rows_in(request.session.get_json(question.url, asked, judge=judge)))


def ask_whole(request: Request, question: Question) -> Page:
    """All rows stamped `from` to `to`, both included, in seconds.

    The interface has no pages, and a full answer may have been cut off: its halves are asked for, down to one second.
    Raises VenueFailing when that is still full.
    """
    first, last = int(question.params["from"]), int(question.params["to"])
    if first > last:  # a window of less than a second
        return Page([])
    page = ask(request, question)
    if len(page.rows) < PAGE:
        return page
    if first == last:
        host, path = place(question.url)
        raise VenueFailing(f"{PAGE} rows of {question.instrument.symbol} in one second", host=host, path=path)
    middle = (first + last) // 2
    halves = ({"to": middle}, {"from": middle + 1})
    pages = (ask_whole(request, replace(question, params={**question.params, **half})) for half in halves)
    return Page([row for page in pages for row in page.rows])
