"""Which alerts go out, and when: a small TOML file of the user's."""

from __future__ import annotations

import tomllib
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from alerts.alert import Alert
from alerts.errors import RulesBroken

FILE = "alerts.toml"  # in the warehouse's directory


class QuietHours(BaseModel):
    """From when to when nothing goes out, in the time of a zone. `start` after `end` is a night."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    start: time
    end: time
    timezone: str = "UTC"
    except_kinds: frozenset[str] = frozenset()

    @field_validator("timezone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{name!r} is no time zone, such as Europe/Berlin") from error
        return name

    def end_after(self, now: datetime) -> datetime | None:
        """When the quiet hours that `now` (aware) lies in end, in UTC; None outside of them."""
        local = now.astimezone(zone := ZoneInfo(self.timezone))
        clock = local.time()
        over_night = self.start > self.end
        within = clock >= self.start or clock < self.end if over_night else self.start <= clock < self.end
        if not within:
            return None
        day = local.date() + timedelta(days=1 if over_night and clock >= self.start else 0)
        return datetime.combine(day, self.end, zone).astimezone(now.tzinfo)


class Rules(BaseModel):
    """Empty lists choose everything. `minimum_confidence` is for alerts that have a confidence.

    Events older than `oldest_hours` are never sent, so that a first start does not send a whole history. `page` is the
    address below which the published pages are; an alert links the page of its asset there.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    assets: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    minimum_confidence: float = Field(default=0.0, ge=0, le=1)
    oldest_hours: float = Field(default=6.0, gt=0)
    page: str = "http://127.0.0.1:8787"  # where `leverage serve` has them
    quiet_hours: QuietHours | None = None

    def choose(self, alert: Alert, now: datetime) -> bool:
        """Whether the alert goes out; `now` is UTC and naive."""
        return (
            (not self.assets or alert.asset in self.assets)
            and (not self.kinds or alert.kind in self.kinds)
            and (not self.labels or alert.label is None or alert.label in self.labels)
            and (alert.confidence is None or alert.confidence >= self.minimum_confidence)
            and alert.available_at >= now - timedelta(hours=self.oldest_hours)
        )

    def not_before(self, alert: Alert, now: datetime) -> datetime:
        """When the alert may go out: `now` (aware), or the end of the quiet hours that it lies in."""
        quiet = self.quiet_hours
        if quiet is None or alert.kind in quiet.except_kinds:
            return now
        return quiet.end_after(now) or now


def load_rules(path: Path) -> Rules:
    """The rules of a file; the default rules where there is no file. Raises RulesBroken, which names the field."""
    try:
        return Rules.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Rules()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise RulesBroken(f"{path} cannot be read: {error}; see docs/alerts.md") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RulesBroken(f"{path}: {place}: {first['msg']}; see docs/alerts.md") from error
