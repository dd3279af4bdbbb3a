"""Coinalyze's histories of several contracts, in one question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import polars as pl

from ingest.errors import RequestRefused
from ingest.feed import Batch, Request
from ingest.fetch.interface import Question, rows_at
from ingest.fetch.pages import Single
from ingest.fetch.shapes import Windowed
from ingest.instrument import Instrument
from ingest.windows import Window

MOST_SYMBOLS = 20  # in one question; each counts as a call, so this saves round trips and no calls
FEWEST = 3  # contracts that are asked for together: two that are refused together would take three questions


@dataclass(frozen=True)
class Together(Windowed):
    """A fetch of windows that one answer has whole, with up to MOST_SYMBOLS contracts in a question.

    Contracts are asked for together where the same windows are missing and their margin type is the same, because
    inverse ones are counted in other units.
    """

    pages: Single

    def __call__(self, request: Request) -> Iterator[Batch]:
        """Yield a batch for each question. One that is refused is asked again for each contract alone."""
        groups: dict[tuple[str | None, tuple[Window, ...]], list[Instrument]] = {}
        for instrument in request.instruments:
            series = self.series_of(instrument)
            missing = tuple(request.held.missing(series, self.wanted(request, series)))
            groups.setdefault((instrument.margin_type, missing), []).append(instrument)
        for (_, missing), contracts in groups.items():
            for window in missing:
                for start in range(0, len(contracts), MOST_SYMBOLS):
                    yield from self._answers(request, contracts[start : start + MOST_SYMBOLS], window)

    def _answers(self, request: Request, contracts: Sequence[Instrument], window: Window) -> Iterator[Batch]:
        joined = None
        if len(contracts) >= FEWEST:
            with suppress(RequestRefused):  # perhaps of one of them: each is asked alone, and its refusal is noted
                joined = self._joined(request, contracts, window)
        if joined is not None:
            yield joined
            return
        for contract in contracts:
            with request.noting_refusal(self.series_of(contract)):
                yield self._joined(request, [contract], window)

    def _joined(self, request: Request, contracts: Sequence[Instrument], window: Window) -> Batch:
        """The rows and parts of all contracts in one window. Raises FeedUnavailable."""
        named = replace(contracts[0], symbol=",".join(one.symbol for one in contracts))
        question = Question(self.endpoint.url, named, {**self.params, **self.pages.window_params(window)})
        rows_of: dict[str, list[dict[str, object]]] = {}
        for one in self.endpoint.ask(request, question).rows:
            history = rows_at("history", one, question.url, dict, "histories")
            rows_of.setdefault(str(one.get("symbol")), []).extend(history)
        batches = [
            self.batch_of(self.fields.frame(rows_of.get(one.symbol, []), one), request, one, window)
            for one in contracts
        ]
        return Batch(pl.concat(batch.rows for batch in batches), tuple(part for one in batches for part in one.parts))
