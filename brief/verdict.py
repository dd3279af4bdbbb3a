"""The answer to the question of the product: is leverage being reset, or is the structure breaking?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brief.figures import quantity
from brief.words import as_words
from regimes import Parameters
from regimes.words.venues import venue_title

STRUCTURE = {"broken": "Broken", "held": "Not broken", "tested": "Not broken", "reclaimed": "Not broken"}
# What the label of the day says of a reset. Labels that are not here are no reset.
RESET = {
    "leverage_flush": "leverage was reset today",
    "deleveraging": "leverage is being unwound",
    "long_squeeze": "longs were closed by force, but leverage was not reset",
    "capitulation": "holders sold under pressure: more than a reset",
    "spot_selloff": "holders sold: no reset",
    "unattributed_selloff": "a fall without a clear cause",
    "leverage_buildup": "no reset today: leverage grew",
    "short_buildup": "no reset today: shorts grew",
    "overheated": "no reset today: leverage is hot",
}
NO_RESET = "no reset today"
SERIES = {
    "prices": "prices_daily",
    "open interest": "open_interest_daily",
    "funding": "funding_daily",
}


def answer(row: Mapping[str, Any], support: Mapping[str, Any]) -> str:
    """The answer in one line: what support did, then what leverage did."""
    if row["data_status"] == "insufficient" or row["event"] == "insufficient_data":
        missing = as_words(row["missing_inputs"] or "").replace(",", ", ")
        return f"No answer for this day: {missing} missing" if missing else "No answer for this day"
    structure = STRUCTURE.get(support.get("support_status") or "", "Support not known")
    return f"{structure}, {RESET.get(row['event'], NO_RESET)}"


def scope(row: Mapping[str, Any], support: Mapping[str, Any], parameters: Parameters) -> str:
    """What the answer is about: broken means this level, and a reset means this day."""
    level = support.get("support_usd")
    parts = []
    if level is not None:
        origin = (
            "frozen since the flush"
            if support["support_is_frozen"]
            else f"the lowest close of {parameters.support.floor_days} days"
        )
        status = f", {support['support_status']} today" if support["support_status"] else ""
        parts.append(f"Whether it is broken is judged at support, {quantity(level, 'USD')} ({origin}{status})")
    parts.append("the label describes one UTC day")
    if not row["is_final"]:
        parts.append(f"provisional until {parameters.gate.final_at:%H:%M} UTC")
    text = "; ".join(parts)
    return text[0].upper() + text[1:] + "."


def behind(row: Mapping[str, Any], marts: Mapping[str, Mapping[str, Any]]) -> str:
    """Which venues and vendors the figures come from, series by series; series from the same venues together."""
    sources: dict[str, list[str]] = {}
    for series, mart in SERIES.items():
        sources.setdefault(_titles(marts[mart].get("venues")), []).append(series)
    sources.setdefault(_titles(row.get("liquidation_venues")), []).append("liquidations (a floor)")
    for series, mart in (("netflow", "exchange_flows_daily"), ("addresses", "network_activity_daily")):
        feed = marts[mart].get("feed")
        sources.setdefault(feed.replace("_", " ") if feed else "", []).append(series)
    unknown = sources.pop("", [])
    parts = [f"{_listed(series)} from {venues}" for venues, series in sources.items()]
    if unknown:
        parts.append(f"nothing for {_listed(unknown)}")
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}."


def _titles(venues: str | None) -> str:
    return _listed([venue_title(venue) for venue in venues.split(", ")]) if venues else ""


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
