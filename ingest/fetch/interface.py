"""A question to a venue's interface, a page of rows as the answer, and the interface as a declaration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ingest.errors import RequestRefused
from ingest.feed import Request
from ingest.http import MarketSession
from ingest.instrument import Instrument
from ingest.responses import Judge, place

Params = Mapping[str, str | int]


class Page(NamedTuple):
    """The rows of one answer, as published. `cursor` leads to the next page, or says that there is one; else blank."""

    rows: list[Any]
    cursor: str = ""


@dataclass(frozen=True)
class Question:
    """One question about one instrument. `row` is the type that each row of the answer must have."""

    url: str
    instrument: Instrument
    params: Params = field(default_factory=dict)
    row: type = dict


def refused(url: str, what: str, advice: str = "") -> RequestRefused:
    """The refusal of an answer of this address, which cannot be used."""
    host, path = place(url)
    return RequestRefused(what, host=host, path=path, advice=advice)


def at(path: str, body: Any) -> Any:  # noqa: ANN401 - whatever JSON came
    """What a body has at a path such as result.list, None where it has nothing; all of it if the path is blank."""
    for name in path.split(".") if path else ():
        body = body.get(name) if isinstance(body, Mapping) else None
    return body


def rows_at(path: str, body: Any, url: str, row: type, expected: str = "") -> list[Any]:  # noqa: ANN401 - the same
    """The list of rows that a body has at a path. Raises RequestRefused when it has none."""
    found = at(path, body)
    if not isinstance(found, list) or not all(isinstance(one, row) for one in found):
        shown = at(path.rpartition(".")[0], body) if found is None else found
        raise refused(url, f"expected {expected or path}, got {str(shown)[:80]}")
    return found


Ask = Callable[[Request, Question], Page]
"""Ask the venue. Raises FeedUnavailable, or RequestRefused when the answer has another shape or topic."""


class Endpoint(NamedTuple):
    """An address of a venue, which may contain {symbol}, and how it is asked."""

    url: str
    ask: Ask


@dataclass(frozen=True)
class Interface:
    """The questions that a venue answers below one address, `root`.

    `judge` raises for an answer that reports an error. `about` makes the parameters that name the instrument. An answer
    that differs from what was asked in a field of `confirms` is refused, in the words given there. `rows` is the path
    to the rows of an answer, such as result.list. `cursor` is the path to the cursor of the next page, or to what says
    that there is one. Errors name the rows by `expected`. `key_header` is the header of the API key.
    """

    root: str
    judge: Judge | None = None
    about: Callable[[Instrument], Params] = lambda instrument: {}
    rows: str = ""
    expected: str = "a list of rows"
    cursor: str = ""
    confirms: Mapping[str, str] = field(default_factory=dict)
    key_header: str = ""

    @property
    def host(self) -> str:
        """The host that is asked."""
        return place(self.root)[0]

    def url(self, path: str) -> str:
        """The address of a question."""
        return f"{self.root}/{path}"

    def at(self, path: str, ask: Ask | None = None) -> Endpoint:
        """The address of a question and how it is asked: as below, or by a function of the venue's own."""
        return Endpoint(self.url(path), ask or self.ask)

    def ask(self, request: Request, question: Question) -> Page:
        """The answer to a question about an instrument. Raises FeedUnavailable."""
        asked = {**self.about(question.instrument), **question.params}
        headers = {self.key_header: request.key()} if self.key_header else None
        return self.page(request.session, question.url, asked, row=question.row, headers=headers)

    def page(
        self,
        session: MarketSession,
        url: str,
        asked: Params,
        *,
        row: type = dict,
        expected: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Page:
        """The rows of one answer. Raises FeedUnavailable, RequestRefused for one of another shape or topic."""
        body = session.get_json(url, asked or None, headers=headers, judge=self.judge)
        rows = rows_at(self.rows, body, url, row, expected or self.expected)
        for name in (one for one in self.confirms if one in asked):
            answered = (one for one in (at(self.rows.rpartition(".")[0], body), *rows) if isinstance(one, Mapping))
            if others := {str(one[name]) for one in answered if name in one} - {str(asked[name])}:
                what = f"asked for {self.confirms[name]}{asked[name]}, got {', '.join(sorted(others))[:80]}"
                raise refused(url, what)
        return Page(rows, str(at(self.cursor, body) or "") if self.cursor else "")


def by(name: str) -> Callable[[Instrument], Params]:
    """The instrument is named by its symbol in the parameter `name`."""
    return lambda instrument: {name: instrument.symbol}
