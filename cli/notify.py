"""`leverage notify`: send what is new to the channels of LEVERAGE_ALERT_URLS, or a test message."""

from __future__ import annotations

from datetime import UTC, datetime

from alerts.channels import AlertSettings, Channel, channels_of
from alerts.outbox import Outbox
from alerts.sending import Sent
from cli.console import stdout_console
from cli.errors import WrongUse
from orchestration.alerting import notify as send_new
from regimes.words.numbers import counted
from warehouse.settings import Settings

TEST_TITLE, TEST_TEXT = "Leverage: test message", "Alerts of this warehouse arrive here."


def notify(settings: Settings, test: bool) -> bool:
    """Print one line for each channel, then what waits for another attempt. Whether every channel took all of it.

    Raises WrongUse without LEVERAGE_ALERT_URLS, RulesBroken for a mistake in alerts.toml.
    """
    channels = channels_or_refuse()
    warehouse, out = settings.resolved_warehouse(), stdout_console()
    sent = [_tested(channel) for channel in channels] if test else send_new(warehouse)
    for one in sent:
        said = f"{one.alerts} sent" if one.failure is None else f"{one.alerts} sent, then failed: {one.failure}"
        out.print(f"{one.channel}: {said}", markup=False, soft_wrap=True)
    if not sent:
        out.print("nothing new to send")
    for line in waiting(Outbox(warehouse.root), channels):
        out.print(line, markup=False, soft_wrap=True)
    return all(one.failure is None for one in sent)


def channels_or_refuse() -> list[Channel]:
    """The channels of LEVERAGE_ALERT_URLS. Raises WrongUse without any, ChannelUnknown for an unknown address."""
    channels = channels_of(AlertSettings().urls.get_secret_value())
    if not channels:
        raise WrongUse("LEVERAGE_ALERT_URLS is not set; set it to addresses in Apprise's form, see docs/alerts.md")
    return channels


def waiting(outbox: Outbox, channels: list[Channel]) -> list[str]:
    """A line for each alert that has failed so far: on which channel, how often, why, and whether it was given up."""
    names = {channel.id: channel.name for channel in channels}
    return [
        f"{names.get(one.channel, 'a channel that is no longer set')}: {one.title}: "
        f"{'given up' if one.given_up else 'waits'} after {counted(one.attempts, 'run')}: {one.reason}"
        for one in outbox.undelivered()
    ]


def _tested(channel: Channel) -> Sent:
    failure = channel.deliver(TEST_TITLE, f"{TEST_TEXT} {datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
    return Sent(channel.name, 0 if failure else 1, failure)
