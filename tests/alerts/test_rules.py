"""The user's rules choose assets, kinds, labels and confidence, and hold alerts back in quiet hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.errors import RulesBroken
from alerts.outbox import Outbox
from alerts.rules import Rules, load_rules
from tests.alerts.test_delivery import FLUSH, NOW

AT = NOW.replace(tzinfo=None)


@pytest.mark.parametrize(
    ("rules", "chosen"),
    [
        ("", True),
        ('assets = ["BTC", "ETH"]', True),
        ('assets = ["ETH"]', False),
        ('kinds = ["level_broken"]', False),
        ('labels = ["leverage_flush"]', True),
        ('labels = ["short_squeeze"]', False),
        ("minimum_confidence = 0.8", True),
        ("minimum_confidence = 0.9", False),
    ],
)
def test_rules_choose(tmp_path: Path, rules: str, chosen: bool) -> None:
    (tmp_path / "alerts.toml").write_text(rules)
    assert load_rules(tmp_path / "alerts.toml").choose(FLUSH, AT) is chosen


def test_an_event_without_label_or_confidence_passes_rules_about_them() -> None:
    lost = replace(FLUSH, kind="data_lost", label=None, confidence=None)
    assert Rules(labels={"short_squeeze"}, minimum_confidence=0.9).choose(lost, AT)


def test_what_is_old_at_the_first_start_is_not_sent() -> None:
    assert Rules().choose(FLUSH, AT + timedelta(hours=5))
    assert not Rules().choose(FLUSH, AT + timedelta(hours=7))


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-02-01T21:30", "2026-02-02T06:00"),  # 22:30 in Berlin
        ("2026-02-02T04:00", "2026-02-02T06:00"),
        ("2026-02-02T06:00", None),
        ("2026-02-01T20:59", None),
        ("2026-03-28T22:00", "2026-03-29T05:00"),  # the clock goes forward that night
    ],
)
def test_quiet_hours_over_night_end_in_the_morning_of_their_zone(tmp_path: Path, now: str, end: str | None) -> None:
    (tmp_path / "rules").write_text('[quiet_hours]\nstart = 22:00:00\nend = 07:00:00\ntimezone = "Europe/Berlin"\n')
    quiet = load_rules(tmp_path / "rules").quiet_hours
    assert quiet
    found = quiet.end_after(datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert found == (datetime.fromisoformat(end).replace(tzinfo=UTC) if end else None)


def test_an_alert_of_the_night_is_due_in_the_morning_and_an_exempt_kind_at_once(tmp_path: Path) -> None:
    quiet = {"start": "18:00", "end": "20:00", "except_kinds": ["data_lost"]}
    rules = Rules.model_validate({"quiet_hours": quiet})
    due = rules.not_before(FLUSH, NOW)
    outbox = Outbox(tmp_path)
    outbox.add(FLUSH.id, ["channel"], "title", "text", NOW, due)
    assert outbox.claim("channel", NOW) == []
    assert len(outbox.claim("channel", datetime(2026, 2, 1, 20, tzinfo=UTC))) == 1
    assert rules.not_before(replace(FLUSH, kind="data_lost"), NOW) == NOW


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("asets = []", "asets: Extra inputs"),
        ("minimum_confidence = 80", "minimum_confidence: "),
        ('[quiet_hours]\nstart = "22:00"\nend = "07:00"\ntimezone = "Berlin"', "'Berlin' is no time zone"),
        ("assets = [", "cannot be read"),
    ],
)
def test_a_mistake_in_the_file_is_one_line_that_names_it(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "alerts.toml").write_text(text)
    with pytest.raises(RulesBroken, match=said) as refused:
        load_rules(tmp_path / "alerts.toml")
    assert "\n" not in str(refused.value)
    assert "docs/alerts.md" in str(refused.value)


def test_without_a_file_everything_is_sent(tmp_path: Path) -> None:
    assert load_rules(tmp_path / "alerts.toml") == Rules()
