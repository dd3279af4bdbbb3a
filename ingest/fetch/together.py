"""A fetch that asks for several instruments in one question, where the venue allows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from ingest.errors import RequestRefused
from ingest.feed import Batch, Request
from ingest.fetch.pages import Single
from ingest.fetch.questions import AskTogether, Question
from ingest.fetch.shapes import Windowed
from ingest.instrument import Instrument
from ingest.windows import Window

FEWEST = 3  # instruments that are asked for together: two that are refused together would take three questions


@dataclass(frozen=True)
class Together(Windowed):
    """A fetch of windows that one answer has whole, with up to `most` instruments in a question.

    Instruments are asked for together where the same windows are missing and their margin type is the same, because
    venues count in other units for inverse contracts. `ask_together` is the venue's.
    """

    pages: Single
    ask_together: AskTogether = field(kw_only=True)
    most: int = field(kw_only=True)

    def __call__(self, request: Request) -> Iterator[Batch]:
        """Yield a batch for each question. One that is refused is asked again for each instrument alone."""
        groups: dict[tuple[str | None, tuple[Window, ...]], list[Instrument]] = {}
        wanted = self.wanted(request)
        for instrument in request.instruments:
            missing = tuple(request.held.missing(self.series_of(instrument), wanted))
            groups.setdefault((instrument.margin_type, missing), []).append(instrument)
        for (_, missing), instruments in groups.items():
            for window in missing:
                for start in range(0, len(instruments), self.most):
                    yield from self._answers(request, instruments[start : start + self.most], window)

    def _answers(self, request: Request, instruments: Sequence[Instrument], window: Window) -> Iterator[Batch]:
        if len(instruments) >= FEWEST:
            try:
                yield self._joined(request, instruments, window)
                return
            except RequestRefused:
                pass  # for one of them, or for all: asked alone, each says so itself
        for instrument in instruments:
            with request.noting_refusal(self.series_of(instrument)):
                yield self._joined(request, [instrument], window)

    def _joined(self, request: Request, instruments: Sequence[Instrument], window: Window) -> Batch:
        """The rows and parts of all instruments in one window. Raises FeedUnavailable."""
        fields, params = self.fields, {**self.params, **self.pages.window_params(window)}
        questions = [Question(self.url, instrument, params, fields.row) for instrument in instruments]
        batches = [
            self.batch_of(fields.frame(page.rows, instrument), request, instrument, window)
            for instrument, page in zip(instruments, self.ask_together(request, questions), strict=True)
        ]
        return Batch(pl.concat(batch.rows for batch in batches), tuple(part for one in batches for part in one.parts))
