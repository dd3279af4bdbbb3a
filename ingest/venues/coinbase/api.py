"""Coinbase Exchange's interface: the address, the window of a question and the bars of an answer."""

from __future__ import annotations

from ingest.feed import Request
from ingest.fetch.interface import Interface, Page, Params, Question, refused
from ingest.fetch.shapes import DAY
from ingest.windows import Window

API = Interface("https://api.exchange.coinbase.com", expected="bars")
BAR = ("time", "low", "high", "open", "close", "volume")  # low and high come first


def days(window: Window) -> Params:
    """The window as ISO texts. Both ends are bars of the answer, so the last bar is asked for by its start."""
    return {"start": f"{window.start:%Y-%m-%dT%H:%M:%SZ}", "end": f"{window.end - DAY:%Y-%m-%dT%H:%M:%SZ}"}


def ask(request: Request, question: Question) -> Page:
    """The bars of one answer. Raises RequestRefused when it has another shape."""
    page = API.ask(request, question)
    if not all(len(bar) == len(BAR) for bar in page.rows):
        raise refused(question.url, f"expected bars, got {str(page.rows)[:80]}")
    return page
