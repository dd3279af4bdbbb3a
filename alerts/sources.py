"""What can become an alert: changes that a release carries, and events of the running day."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import quote

from alerts.alert import Alert
from brief.figures import quantity
from tables import field

# Figures of a reading that a message has, and what it calls them.
SHOWN = {
    "close_usd": "price",
    "return_pct": "24 h",
    "liquidations_usd": "liquidated",
    "open_interest_change_1d_pct": "open interest",
    "funding_8h_bp": "funding",
    "support_usd": "support",
}
SIGNED = ("return_pct", "open_interest_change_1d_pct", "funding_8h_bp")


def of_changes(changes: Iterable[Mapping[str, Any]], page: str) -> Iterator[Alert]:
    """An alert for each kind of change in rows of `regime_changes`, as `published_changes` returns them."""
    for row in changes:
        for kind in row["kinds"].split(","):
            yield Alert(
                id=f"{row['event_id']}/{kind}",
                asset=row["asset"],
                kind=kind,
                label=row["event"],
                confidence=row["confidence"],
                happened_at=datetime.combine(row["day"] + timedelta(days=1), time.min),
                available_at=row["available_at"],
                sentence=row["explanation"] or "",
                page=page_of(page, row["asset"]),
                simulated=row["simulated"],
            )


def of_events(events: Iterable[Mapping[str, Any]], page: str, *, simulated: bool) -> Iterator[Alert]:
    """An alert for each row of `events_hourly`. Its `figures` have the label and the confidence of its reading."""
    for row in events:
        figures = json.loads(row["figures"])
        yield Alert(
            id=row["event_id"],
            asset=row["asset"],
            kind=row["kind"],
            label=figures.get("event"),
            confidence=figures.get("confidence"),
            happened_at=row["happened_at"],
            available_at=row["available_at"],
            sentence=row["sentence"],
            figures={
                title: _quantity(name, figures[name]) for name, title in SHOWN.items() if figures.get(name) is not None
            },
            page=page_of(page, row["asset"]),
            simulated=simulated,
        )


def _quantity(name: str, value: float) -> str:
    return quantity(value, field(name).unit, signed=name in SIGNED)


def page_of(base: str, asset: str) -> str:
    """The address of the newest page of an asset below `base`."""
    return f"{base.rstrip('/')}/briefs/{quote(asset, safe='')}.html"
