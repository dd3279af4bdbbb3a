"""Where alerts go: one channel for each address in LEVERAGE_ALERT_URLS, spoken to by Apprise."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass

import apprise
from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from alerts.errors import ChannelUnknown

TIMEOUT = 20.0  # seconds for one message, its connection included
ASSET = apprise.AppriseAsset(app_id="Leverage", app_desc="Leverage warehouse", async_mode=False, secure_logging=True)

# Apprise logs each failure, and Python prints what nobody handles. The outcome of a delivery has the reason.
logging.getLogger("apprise").addHandler(logging.NullHandler())
logging.getLogger("apprise").propagate = False


class AlertSettings(BaseSettings):
    """`LEVERAGE_ALERT_URLS`: addresses in Apprise's form, separated by spaces or line breaks. Each is a secret."""

    model_config = SettingsConfigDict(env_prefix="LEVERAGE_ALERT_", extra="ignore")

    urls: SecretStr = SecretStr("")


@dataclass(frozen=True)
class Channel:
    """One address. `id` is a hash of it, which names it in the outbox; `name` is the service and the id's beginning."""

    id: str
    name: str
    service: apprise.NotifyBase

    def deliver(self, title: str, text: str) -> str | None:
        """Send one message once. Returns None, or in a few words why it failed, without the address."""
        sender = apprise.Apprise(asset=ASSET)
        sender.add(self.service)
        result = sender.notify(
            body=text, title=title, notify_type=apprise.NotifyType.WARNING, body_format=apprise.NotifyFormat.TEXT,
            timeout=TIMEOUT, log_level=logging.WARNING,
        )  # fmt: skip
        if result:
            return None
        said = [entry.message for entry in result.logs()]
        return self._without_address(said[0] if said else "not delivered")

    def _without_address(self, reason: str) -> str:
        """The reason, unless it repeats part of the address."""
        secrets = [part for part in self.service.url().replace("?", "/").split("/") if len(part) >= 8]
        return "not delivered" if any(secret in reason for secret in secrets) else " ".join(reason.split())[:200]


def channels_of(addresses: str) -> list[Channel]:
    """The channels of a list of addresses. Raises ChannelUnknown, which says which one of the list it is."""
    channels = {}
    for number, address in enumerate(addresses.split(), start=1):
        service = apprise.Apprise.instantiate(address, asset=ASSET)
        if service is None:
            raise ChannelUnknown(
                f"address {number} in LEVERAGE_ALERT_URLS is none that Apprise knows; see docs/alerts.md"
            )
        identity = hashlib.sha256(address.encode()).hexdigest()[:16]
        channels[identity] = Channel(identity, f"{service.service_name} {identity[:4]}", service)
    return list(channels.values())
