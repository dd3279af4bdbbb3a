"""Changes of the labels as one HTTP POST, generic JSON or Slack's, with retries. When to post is the sensor's."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal
from urllib.parse import urlsplit

import requests
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

TIMEOUT_SECONDS = 10
ATTEMPTS = 3
TEXTS = {
    "regime_change": "{asset} {day}: regime {previous_regime} -> {regime}",
    "support_broken": "{asset} {day}: support broken",
    "support_reclaimed": "{asset} {day}: support reclaimed",
    "scenario_resolved": "{asset} {day}: scenario resolved as {resolution}",
    "degraded_data": "{asset} {day}: data degraded",
    "restatement": "{asset} {day}: label restated ({restatement_reason}), was {previous_regime}, is {regime}",
}


class WebhookFailed(Exception):
    """The receiver could not be reached or refused; what was to be told is told next time."""


class _Again(Exception):
    """Worth another attempt."""


class WebhookSettings(BaseSettings):
    """`LEVERAGE_WEBHOOK_URL`, `LEVERAGE_WEBHOOK_FORMAT` and `LEVERAGE_WEBHOOK_COOLDOWN_MINUTES`; off without the first.

    The address is a secret: who knows it can post.
    """

    model_config = SettingsConfigDict(env_prefix="LEVERAGE_WEBHOOK_", extra="ignore")

    url: SecretStr | None = None
    format: Literal["json", "slack"] = "json"
    cooldown_minutes: int = Field(default=30, ge=0)


def message(changes: Sequence[Mapping[str, Any]], form: Literal["json", "slack"]) -> dict[str, Any]:
    """What is posted: `text` in either form, and with `json` the rows under `changes`, each with its `event_id`."""
    lines = [TEXTS[kind].format(**change) for change in changes for kind in change["kinds"].split(",")]
    if any(change["simulated"] for change in changes):
        lines.insert(0, "SIMULATED MARKET, not real data")
    text = "\n".join(lines)
    if form == "slack":
        return {"text": text}
    return {"text": text, "changes": [{name: _plain(value) for name, value in change.items()} for change in changes]}


def post(settings: WebhookSettings, changes: Sequence[Mapping[str, Any]], pause: float = 1.0) -> None:
    """Post the changes, up to three times, `pause` seconds and twice that apart.

    The header Idempotency-Key is the same for the same changes: a receiver that answered too late can tell. Raises
    WebhookFailed, naming the host and never the path, which is the secret.
    """
    if settings.url is None:
        raise WebhookFailed("LEVERAGE_WEBHOOK_URL is not set")
    address = settings.url.get_secret_value()
    key = hashlib.sha256(",".join(change["event_id"] for change in changes).encode()).hexdigest()
    host = urlsplit(address).hostname
    attempts = Retrying(
        retry=retry_if_exception_type(_Again),
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_exponential(multiplier=pause),
        reraise=True,
    )
    try:
        attempts(_once, address, message(changes, settings.format), key)
    except (_Again, requests.RequestException, ValueError) as error:
        reason = str(error) if isinstance(error, _Again) else type(error).__name__
        raise WebhookFailed(f"the webhook at {host} was not told: {reason}; it is tried again") from None


def _once(address: str, body: Mapping[str, Any], key: str) -> None:
    try:
        answer = requests.post(address, json=body, headers={"Idempotency-Key": key}, timeout=TIMEOUT_SECONDS)
    except (requests.ConnectionError, requests.Timeout) as error:
        raise _Again(type(error).__name__) from None
    if answer.status_code == 429 or answer.status_code >= 500:
        raise _Again(f"HTTP {answer.status_code}")
    answer.raise_for_status()


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime | date) else value
