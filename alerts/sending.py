"""Putting new alerts into the outbox and delivering what is due, channel by channel, side by side."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

from alerts.alert import Alert, together
from alerts.channels import Channel
from alerts.outbox import Delivery, Outbox
from alerts.rules import Rules

ATTEMPTS = 3  # in one go; the outbox keeps what failed for the next one
PAUSE = 2.0  # seconds between two attempts, doubled
ONE_BY_ONE = 3  # more alerts than this for one channel go out as one message


@dataclass(frozen=True)
class Sent:
    """What one channel was sent: the number of alerts, and why it failed, if it did."""

    channel: str
    alerts: int
    failure: str | None = None


def send(
    alerts: Iterable[Alert],
    rules: Rules,
    channels: Sequence[Channel],
    outbox: Outbox,
    present: datetime,
    *,
    pause: Callable[[float], None] = time.sleep,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> list[Sent]:
    """Add the alerts that the rules choose, then deliver all that is due. One entry for each channel that had any.

    `present` (UTC, naive) is the time that the age of alerts is counted from: of a simulated market its own, while
    quiet hours and repeated attempts follow the clock, `now`.

    Alerts that were added before are not added again, so the same list may be passed at every run. A channel that fails
    keeps no other one waiting, and its alerts stay due.
    """
    moment = now()
    for alert in alerts:
        if rules.choose(alert, present):
            due_at = rules.not_before(alert, moment)
            outbox.add(alert.id, [channel.id for channel in channels], alert.title, alert.text, moment, due_at)
    if not channels:
        return []
    with ThreadPoolExecutor(max_workers=len(channels)) as pool:
        sent = pool.map(lambda channel: _deliver(channel, outbox, pause, now), channels)
        return [one for some in sent for one in some]


def _deliver(
    channel: Channel, outbox: Outbox, pause: Callable[[float], None], now: Callable[[], datetime]
) -> list[Sent]:
    due = outbox.claim(channel.id, now())
    if not due:
        return []
    messages = [due] if len(due) > ONE_BY_ONE else [[one] for one in due]
    delivered = 0
    for number, message in enumerate(messages):
        title, text = together([(one.title, one.text) for one in message])
        if failure := _attempted(channel, title, text, pause):
            # The rest would meet the same trouble, and wait for it.
            left: list[Delivery] = [one for later in messages[number:] for one in later]
            outbox.failed(left, failure, now())
            return [Sent(channel.name, delivered, failure)]
        outbox.sent(message, now())
        delivered += len(message)
    return [Sent(channel.name, delivered)]


def _attempted(channel: Channel, title: str, text: str, pause: Callable[[float], None]) -> str | None:
    """None once the message is delivered, else why the last attempt failed."""
    failure = None
    for attempt in range(ATTEMPTS):
        if attempt:
            pause(PAUSE * 2 ** (attempt - 1))
        if (failure := channel.deliver(title, text)) is None:
            return None
    return failure
