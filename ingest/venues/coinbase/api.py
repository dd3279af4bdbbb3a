"""Coinbase Exchange's interface: the address, the parameters of a window, and the form of a bar."""

from __future__ import annotations

from ingest.feed import Request
from ingest.fetch.questions import Page, Params, Question
from ingest.fetch.shapes import DAY
from ingest.windows import Window

HOST = "api.exchange.coinbase.com"
BAR = ("time", "low", "high", "open", "close", "volume")  # low and high come first


def url(path: str) -> str:
    return f"https://{HOST}/{path}"


def days(window: Window) -> Params:
    """The window as ISO texts. Both ends are bars of the answer, so the last bar is asked for by its start."""
    return {"start": f"{window.start:%Y-%m-%dT%H:%M:%SZ}", "end": f"{window.end - DAY:%Y-%m-%dT%H:%M:%SZ}"}


def ask(request: Request, question: Question) -> Page:
    """The bars of one answer. Raises RequestRefused when it has another shape."""
    bars = question.rows_in(request.session.get_json(question.url, question.params), "bars")
    if not all(len(bar) == len(BAR) for bar in bars):
        raise question.refused(f"expected bars, got {str(bars)[:80]}")
    return Page(bars)
