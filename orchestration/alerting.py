"""Sending what a warehouse has to announce, for the command line and for Dagster alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from alerts.alert import Alert
from alerts.channels import AlertSettings, channels_of
from alerts.outbox import Outbox
from alerts.rules import FILE, Rules, load_rules
from alerts.sending import Sent, send
from alerts.sources import of_changes, of_events
from ingest.landing import Landing
from ingest.market import Market
from warehouse.hourly_history import undelivered_events
from warehouse.label_history import published_changes
from warehouse.location import Warehouse

LIVE = "live"


def notify(warehouse: Warehouse) -> list[Sent]:
    """Send events of the running day and changes of the release that no channel has had; one entry for each channel.

    Empty without LEVERAGE_ALERT_URLS. Raises RulesBroken and ChannelUnknown.
    """
    channels = channels_of(AlertSettings().urls.get_secret_value())
    rules = load_rules(warehouse.root / FILE)
    if not channels:
        return []
    alerts = recent(warehouse, rules)
    present = max((alert.available_at for alert in alerts), default=_clock())
    return send(alerts, rules, channels, Outbox(warehouse.root), present if _has_own_time(warehouse) else _clock())


def recent(warehouse: Warehouse, rules: Rules) -> list[Alert]:
    """Everything recent enough to be announced, sent or not; of a market with a time of its own, everything."""
    since = None if _has_own_time(warehouse) else _clock() - timedelta(hours=rules.oldest_hours)
    simulated = Market.parse(warehouse.market() or LIVE).simulated
    events = undelivered_events(Landing(warehouse.landing), (), since or datetime.min)
    changes = published_changes(warehouse, since)
    return [*of_events(events, rules.page, simulated=simulated), *of_changes(changes, rules.page)]


def _has_own_time(warehouse: Warehouse) -> bool:
    """Whether the market's present is not the clock's: it is simulated, or recorded and behind a relay."""
    return Market.parse(warehouse.market() or LIVE).kind != LIVE


def _clock() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
