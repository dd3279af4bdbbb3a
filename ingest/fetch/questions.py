"""A question to a venue's interface, and a page of rows as the answer.

Each venue has an `ask` in its `api.py`: it sends a question, judges the envelope and returns the rows inside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ingest.errors import RequestRefused
from ingest.feed import Request
from ingest.instrument import Instrument
from ingest.responses import place

Params = Mapping[str, str | int]


class Page(NamedTuple):
    """The rows of one answer, as published. `cursor` leads to the next page where the venue pages by cursor."""

    rows: list[Any]
    cursor: str = ""


@dataclass(frozen=True)
class Question:
    """One question about one instrument. `row` is the type that each row of the answer must have."""

    url: str
    instrument: Instrument
    params: Params = field(default_factory=dict)
    row: type = dict

    def refused(self, what: str) -> RequestRefused:
        """The refusal of an answer to this question."""
        host, path = place(self.url)
        return RequestRefused(what, host=host, path=path)

    def rows_in(self, found: Any, expected: str = "a list of rows") -> list[Any]:  # noqa: ANN401 - whatever JSON came
        """`found` as the list of rows that it should be. Raises RequestRefused when it is none."""
        if not isinstance(found, list) or not all(isinstance(row, self.row) for row in found):
            raise self.refused(f"expected {expected}, got {str(found)[:80]}")
        return found

    def rows_under(self, name: str, body: Any) -> list[Any]:  # noqa: ANN401 - whatever JSON came
        """The list of rows that the object `body` has under `name`. Raises RequestRefused when it has none."""
        found = body.get(name) if isinstance(body, Mapping) else None
        if found is None:
            raise self.refused(f"expected {name}, got {str(body)[:80]}")
        return self.rows_in(found, expected=name)


Ask = Callable[[Request, Question], Page]
"""Ask the venue. Raises FeedUnavailable, or RequestRefused when the answer has another shape or topic."""
AskTogether = Callable[[Request, Sequence[Question]], list[Page]]
"""The same with one request for several questions that differ only in the instrument; a page for each."""
