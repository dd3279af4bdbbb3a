"""Telling people what happened: rules choose alerts, an outbox keeps them, Apprise delivers them."""

from alerts.alert import Alert
from alerts.channels import Channel, ChannelUnknown, channels_of
from alerts.outbox import Delivery, Outbox
from alerts.rules import Rules, RulesBroken, load_rules
from alerts.sending import Sent, send

__all__ = [
    "Alert",
    "Channel",
    "ChannelUnknown",
    "Delivery",
    "Outbox",
    "Rules",
    "RulesBroken",
    "Sent",
    "channels_of",
    "load_rules",
    "send",
]
