"""Mistakes in what the user has set for alerts."""

from __future__ import annotations


class AlertError(Exception):
    """A setting of alerts cannot be used; the message says which one."""


class RulesBroken(AlertError):
    """The file of rules cannot be read, or has a field or value that does not exist."""


class ChannelUnknown(AlertError):
    """An address in LEVERAGE_ALERT_URLS that Apprise does not know. The address is a secret and is not repeated."""
