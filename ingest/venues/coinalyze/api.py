"""Coinalyze's v1 interface: histories of the contracts that a question names, separated by commas.

Stamps and windows are in seconds: a window in milliseconds is answered with an empty list and no error.
An unknown symbol has no history in the answer, and neither has a window before the contract was listed.
"""

from __future__ import annotations

from dataclasses import replace

from ingest.feed import Request
from ingest.fetch.interface import Interface, Page, Question, by

API = Interface("https://api.coinalyze.net/v1", about=by("symbols"), expected="histories", key_header="api_key")


def ask_in_usd(request: Request, question: Question) -> Page:
    """Histories in USD for inverse contracts. The vendor does not clearly say which unit it would send otherwise."""
    usd = {"convert_to_usd": "true"} if question.instrument.margin_type == "inverse" else {}
    return API.ask(request, replace(question, params={**question.params, **usd}))
