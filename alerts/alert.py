"""One alert: what happened to an asset, and its short text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

SHOWN_TOGETHER = 20  # alerts in one message; a crash of two hundred assets must fit a phone
SIMULATED = "SIMULATED MARKET, not real data"


@dataclass(frozen=True)
class Alert:
    """What happened, once. `id` is the same whenever the same event is read again.

    `kind` is the kind of the event ("flush_begins"), `label` the label of its reading and `confidence` that label's,
    from 0 to 1, or None where the event has none. `happened_at` and `available_at` are UTC and naive. `figures` maps a
    name to a value as people read it. `page` is the address of the asset's page.
    """

    id: str
    asset: str
    kind: str
    label: str | None
    confidence: float | None
    happened_at: datetime
    available_at: datetime
    sentence: str
    figures: Mapping[str, str] = field(default_factory=dict)
    page: str = ""
    simulated: bool = False

    @property
    def title(self) -> str:
        """`BTC: flush begins, 2026-01-31 19:00 UTC`."""
        simulated = f" [{SIMULATED}]" if self.simulated else ""
        return f"{self.asset}: {_words(self.kind)}, {self.happened_at:%Y-%m-%d %H:%M} UTC{simulated}"

    @property
    def text(self) -> str:
        """Label, sentence, figures and page, a line each; lines without content are left out."""
        label = _words(self.label) if self.label else ""
        if label and self.confidence is not None:
            label += f", confidence {self.confidence:.2f}"
        figures = "; ".join(f"{name} {value}" for name, value in self.figures.items())
        return "\n".join(line for line in (label, self.sentence, figures, self.page) if line)


def together(alerts: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """Title and text of one message for several alerts, each a pair of title and text.

    One alert keeps its own. Several become a list; beyond SHOWN_TOGETHER the rest is a count.
    """
    if len(alerts) == 1:
        return alerts[0]
    shown = [f"{title}\n{text}" for title, text in alerts[:SHOWN_TOGETHER]]
    if rest := len(alerts) - len(shown):
        shown.append(f"and {rest} more")
    return f"{len(alerts)} events", "\n\n".join(shown)


def _words(name: str) -> str:
    return name.replace("_", " ")
