"""OKX's v5 interface: the address, the envelope, the error codes, which come under HTTP 200, and the list of swaps."""

from __future__ import annotations

from ingest.feed import Request
from ingest.fetch.interface import Interface, by
from ingest.listings import Contract
from ingest.responses import Errors

PAGE = 100  # rows; every endpoint used here takes it, some take more by now
# Codes about the whole venue that pass: 50001 unavailable for now, 50004 timeout, 50005 offline, 50011, 50040 and 50061
# too many requests, 50013 busy, 50026 a backend that failed, 51029 and 51030 while it settles.
PASSING = {"50001", "50004", "50005", "50011", "50013", "50026", "50040", "50061", "51029", "51030"}
# Codes about the question itself: its form (500xx, 51000, 51015, 51026), no permission (50030), no such instrument.
UNKNOWN = {"51001", "51002", "51014", "51027", "51087"}
FINAL = {"50000", "50002", "50006", "50014", "50015", "50016", "50024", "50025", "50030", "51000", "51015", "51026"}

# Errors come at times with another status. Rows are newest first.
API = Interface(
    "https://www.okx.com/api/v5",
    Errors("code", "msg", PASSING, FINAL, UNKNOWN, good="0", always=True),
    by("instId"),
    rows="data",
    confirms={"instId": ""},
)
SWAPS = API.url("public/instruments")


def swaps(request: Request) -> list[Contract]:
    """The list of perpetual swaps. Raises FeedUnavailable."""
    return API.page(request.session, SWAPS, {"instType": "SWAP"}, expected="a list of swaps").rows


def pair(swap: Contract) -> tuple[str, str]:
    """The base and the quote in the name of a swap, as in BTC-USDT-SWAP."""
    base, _, quote = str(swap.get("instId")).removesuffix("-SWAP").partition("-")
    return base, quote


def coins(swap: Contract) -> object:
    """The coins in a contract; None for an inverse one, of which `ctVal` counts USD."""
    in_coins = swap.get("ctType") == "linear" and swap.get("ctValCcy") == pair(swap)[0]
    return swap.get("ctVal") if in_coins else None
