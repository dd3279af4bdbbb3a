"""The sensor that sends alerts to the channels of LEVERAGE_ALERT_URLS."""

# No postponed annotations here: Dagster reads the types of the context from the function.
import dagster as dg

from alerts.channels import AlertSettings
from orchestration.alerting import notify
from warehouse.location import Warehouse


def alert_sensor(warehouse: Warehouse) -> dg.SensorDefinition:
    """The sensor of one warehouse."""

    @dg.sensor(
        name="alerts",
        minimum_interval_seconds=60,
        description="Sends alerts to the channels of LEVERAGE_ALERT_URLS: docs/alerts.md.",
        # LEVERAGE_ALERT_URLS turns it on. Until it is set, every tick is skipped with that reason.
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def alerts(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        """Send events and changes that no channel has had yet, and try again what failed.

        Raises RulesBroken, ChannelUnknown, and dagster.Failure when a channel failed: its alerts stay due.
        """
        if not AlertSettings().urls.get_secret_value().strip():
            return dg.SkipReason("LEVERAGE_ALERT_URLS is not set: nothing is sent")
        sent = notify(warehouse)
        failures = [f"{one.channel}: {one.failure}" for one in sent if one.failure]
        if failures:
            raise dg.Failure(f"{'; '.join(failures)}; a later tick tries again")
        return dg.SkipReason(", ".join(f"{one.channel}: {one.alerts} sent" for one in sent) or "nothing is new")

    return alerts
