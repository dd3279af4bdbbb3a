"""Posting label changes to a webhook, as generic JSON or in Slack's format, with retries."""

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

from ingest.transport import Session

TIMEOUT_SECONDS = 10
ATTEMPTS = 3
TEXTS = {
    "regime_change": "{asset} {day}: {event}, confidence {confidence}. {explanation}"
    " State: {previous_regime} -> {regime}.",
    "support_broken": "{asset} {day}: support broken",
    "support_reclaimed": "{asset} {day}: support reclaimed",
    "scenario_resolved": "{asset} {day}: scenario resolved as {resolution}",
    "degraded_data": "{asset} {day}: data degraded",
    "restatement": "{asset} {day}: restated ({restatement_reason}), now {event}, confidence {confidence}. {explanation}"
    " State: was {previous_regime}, is {regime}.",
}


class WebhookFailed(Exception):
    """The receiver could not be reached, or refused the message. The next tick posts it again."""


class _Retryable(Exception):
    """A failure after which another attempt makes sense."""


class WebhookSettings(BaseSettings):
    """`LEVERAGE_WEBHOOK_URL`, `LEVERAGE_WEBHOOK_FORMAT` and `LEVERAGE_WEBHOOK_COOLDOWN_MINUTES`; off without the first.

    The address is a secret: anyone who knows it can post.
    """

    model_config = SettingsConfigDict(env_prefix="LEVERAGE_WEBHOOK_", extra="ignore")

    url: SecretStr | None = None
    format: Literal["json", "slack"] = "json"
    cooldown_minutes: int = Field(default=30, ge=0)


def message(changes: Sequence[Mapping[str, Any]], form: Literal["json", "slack"]) -> dict[str, Any]:
    """The body to post: `text` in both formats; with `json` also the rows under `changes`, each with its `event_id`.

    The text begins with the market on the days of the changes.
    """
    markets = {change["day"]: change["market"] for change in changes if change.get("market")}
    lines = [f"Market {day}: {sentence}" for day, sentence in markets.items()]
    lines += [TEXTS[kind].format(**_in_words(change)) for change in changes for kind in change["kinds"].split(",")]
    if any(change["simulated"] for change in changes):
        lines.insert(0, "SIMULATED MARKET, not real data")
    text = "\n".join(lines)
    if form == "slack":
        return {"text": text}
    rows = [{name: _json_value(value) for name, value in change.items()} for change in changes]
    return {"text": text, "changes": rows}


def post(settings: WebhookSettings, changes: Sequence[Mapping[str, Any]], pause: float = 1.0) -> None:
    """Post the changes, in up to three attempts that are `pause` and twice `pause` seconds apart.

    The header Idempotency-Key is the same for the same changes, so that a receiver recognises a repeated post. Raises
    WebhookFailed, which names the host but not the path, because the path is the secret.
    """
    if settings.url is None:
        raise WebhookFailed("LEVERAGE_WEBHOOK_URL is not set")
    address = settings.url.get_secret_value()
    key = hashlib.sha256(",".join(change["event_id"] for change in changes).encode()).hexdigest()
    host = urlsplit(address).hostname
    attempts = Retrying(
        retry=retry_if_exception_type(_Retryable),
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_exponential(multiplier=pause),
        reraise=True,
    )
    try:
        attempts(_post_once, address, message(changes, settings.format), key)
    except (_Retryable, requests.RequestException, ValueError) as error:
        reason = str(error) if isinstance(error, _Retryable) else type(error).__name__
        raise WebhookFailed(f"the webhook at {host} failed: {reason}; the next tick tries again") from None


def _post_once(address: str, body: Mapping[str, Any], key: str) -> None:
    try:
        with Session(environment=True) as session:
            answer = session.post(address, json=body, headers={"Idempotency-Key": key}, timeout=TIMEOUT_SECONDS)
    except (requests.ConnectionError, requests.Timeout) as error:
        raise _Retryable(type(error).__name__) from None
    if answer.status_code == 429 or answer.status_code >= 500:
        raise _Retryable(f"HTTP {answer.status_code}")
    answer.raise_for_status()


def _in_words(change: Mapping[str, Any]) -> dict[str, Any]:
    confidence = change["confidence"]
    return {**change, "confidence": "not known" if confidence is None else f"{confidence:.2f}"}


def _json_value(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime | date) else value
