"""Bybit's v5 interface: the address, the envelope and the error codes, and the lists of contracts.

The category decides the units, and is the margin type of the instrument: linear contracts count in coins, inverse ones
in USD.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

from ingest.errors import Banned, CatalogueBroken, GeoBlocked
from ingest.feed import Request
from ingest.fetch.interface import Interface, Page, Question, refused
from ingest.instrument import Instrument
from ingest.listings import Contract
from ingest.responses import Errors

# Codes about the whole venue that pass: 10006, 10018 and 10429 too many requests, 10000, 10016, 131200 and 131201 a
# backend that timed out or failed, 170007 no answer from it.
PASSING = {"10000", "10006", "10016", "10018", "10429", "131200", "131201", "170007"}
UNKNOWN = {"10001", "10029", "170121"}
FINAL = {"10002", "10003", "10004", "10005", "10007", "10008", "10010", "10017"}  # keys, rights, no such address
OTHERS = {
    "10009": lambda said, host, path: Banned(said, host=host, advice="wait some hours and ask more slowly"),
    "10024": lambda said, host, path: GeoBlocked(said, host=host, advice="other venues cover for it"),
}


def category(instrument: Instrument) -> str:
    """`linear` or `inverse`. Raises CatalogueBroken for an instrument that is no perpetual."""
    if instrument.margin_type is None:
        raise CatalogueBroken(
            f"Bybit's feeds are of perpetuals, {instrument.symbol} is {instrument.market}",
            advice="give it a margin type, or take it out of the catalogue",
        )
    return instrument.margin_type


# Rows are newest first. What an answer is about is confirmed, because the units depend on it.
API = Interface(
    "https://api.bybit.com/v5/market",
    Errors("retCode", "retMsg", PASSING, FINAL, UNKNOWN, OTHERS, good="0", always=True, said="retCode {}: {}"),
    lambda instrument: {"category": category(instrument), "symbol": instrument.symbol},
    rows="result.list",
    cursor="result.nextPageCursor",
    confirms={"category": "the category ", "symbol": "the symbol "},
)
CONTRACTS = API.url("instruments-info")
MOST_PAGES = 20  # of one of the lists; a venue that repeats itself is refused


def ask(request: Request, question: Question) -> Page:
    """One answer. The cursor comes percent-encoded, and sending it encodes it once more. Raises FeedUnavailable."""
    page = API.ask(request, question)
    return Page(page.rows, unquote(page.cursor))


def listed(request: Request, url: str, category: str, **params: str | int) -> Page:
    """One answer about all contracts of a category. Raises FeedUnavailable."""
    page = API.page(request.session, url, {"category": category, **params}, expected="a list of contracts")
    return Page(page.rows, unquote(page.cursor))


def contracts(request: Request) -> Iterator[Contract]:
    """Yield the contracts of both lists. Raises FeedUnavailable."""
    for margin_type in ("linear", "inverse"):
        asked: dict[str, str | int] = {"limit": 1000}
        for _ in range(MOST_PAGES):
            page = listed(request, CONTRACTS, margin_type, **asked)
            yield from page.rows
            if not page.cursor:
                break
            asked["cursor"] = page.cursor
        else:
            raise refused(CONTRACTS, f"more than {MOST_PAGES} pages of {margin_type} contracts")


def funding_hours(contract: Contract) -> object:
    """The hours between settlements, which are published in minutes."""
    minutes = contract.get("fundingInterval")
    return minutes / 60 if isinstance(minutes, int) and minutes else None
