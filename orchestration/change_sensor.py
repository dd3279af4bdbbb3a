"""The sensor that tells a webhook what changed in the release. Its cursor is what was told last, and when."""

# No postponed annotations here: Dagster reads the types of the context from the function.
import json
from datetime import UTC, datetime, timedelta

import dagster as dg

from orchestration.webhook import WebhookSettings, post
from warehouse.changes import changes_after
from warehouse.location import Warehouse


def change_sensor(warehouse: Warehouse) -> dg.SensorDefinition:
    """The sensor over one warehouse."""

    @dg.sensor(
        name="changes_to_webhook",
        minimum_interval_seconds=60,
        # It is LEVERAGE_WEBHOOK_URL that turns it on; until then every tick is skipped with that reason.
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def changes_to_webhook(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        """Post regime changes, broken or reclaimed supports, resolved scenarios, degraded data and restatements.

        Raises WebhookFailed: the tick has failed, and the next one tells the same.
        """
        webhook = WebhookSettings()
        if webhook.url is None:
            return dg.SkipReason("LEVERAGE_WEBHOOK_URL is not set: nobody is told")
        told = json.loads(context.cursor) if context.cursor else {}
        now = datetime.now(UTC)
        quiet = timedelta(minutes=webhook.cooldown_minutes)
        if told.get("posted_at") and now < datetime.fromisoformat(told["posted_at"]) + quiet:
            # What changes meanwhile is told afterwards, in one message.
            return dg.SkipReason(f"told less than {webhook.cooldown_minutes} minutes ago")
        changes = changes_after(warehouse, datetime.fromisoformat(told["available_at"]) if told else None)
        if not changes:
            return dg.SkipReason("nothing has changed")
        if not told:
            # A tick of its own: a failed one keeps the cursor that it began with, and without any a release that comes
            # before the message gets through would take its changes away.
            context.update_cursor(_cursor(changes[0]["available_at"] - timedelta(microseconds=1), None))
            return dg.SkipReason("from now on: the newest publication is told at the next tick")
        post(webhook, changes)
        context.update_cursor(_cursor(changes[-1]["available_at"], now))
        return dg.SkipReason(f"told the webhook of {len(changes)} changes")

    return changes_to_webhook


def _cursor(available_at: datetime, posted_at: datetime | None) -> str:
    return json.dumps({"available_at": available_at.isoformat(), "posted_at": posted_at and posted_at.isoformat()})
