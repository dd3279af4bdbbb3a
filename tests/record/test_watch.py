"""What may be claimed as recorded: only what was acknowledged, alive and speaking, by a clock that the test turns."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from ingest.stream import ALIVE, Heard
from record.ledger import Entry
from record.silence import BEYOND, ENOUGH, LEAST, QuietSpells
from record.watch import Watch

EVENTS = Heard("events", "liquidation-orders")
ACKNOWLEDGED = Heard("acknowledged", "liquidation-orders")


@pytest.fixture
def entries() -> list[Entry]:
    return []


@pytest.fixture
def watch(by_name, clock, entries) -> Watch:
    return Watch(by_name["okx"], clock, entries.append)


def listening(watch, clock) -> None:
    watch.connected()
    watch.heard(ACKNOWLEDGED, clock.now())


def claimed(entries) -> float:
    """Seconds recorded, less what silence took back."""
    signs = {"recorded": 1, "silent": -1}
    return sum(signs.get(e.kind, 0) * (e.end_at - e.start_at).total_seconds() for e in entries)


def kinds(entries) -> list[str]:
    return [e.kind for e in entries if e.kind != "recorded"]


def alive_for(watch, clock, seconds, step=20) -> None:
    for _ in range(int(seconds // step)):
        clock.turn(step)
        watch.heard(ALIVE, clock.now())
        watch.claim()


def test_nothing_is_claimed_before_the_subscription_is_acknowledged(watch, clock, entries):
    watch.connected()
    clock.turn(20)
    watch.heard(ALIVE, clock.now())
    watch.claim(at_once=True)
    assert claimed(entries) == 0
    watch.heard(ACKNOWLEDGED, clock.now())
    alive_for(watch, clock, 60)
    assert claimed(entries) == 60


def test_an_event_is_as_good_as_an_acknowledgement(watch, clock, entries):
    watch.connected()
    watch.heard(EVENTS, clock.now())
    alive_for(watch, clock, 60)
    assert claimed(entries) == 60
    assert kinds(entries) == ["connected", "acknowledged"]


def test_a_half_open_connection_is_claimed_to_its_last_sign_of_life_and_given_up(watch, clock, entries):
    listening(watch, clock)
    alive_for(watch, clock, 60)
    clock.turn(45)
    watch.claim(at_once=True)
    assert watch.overdue() is None
    clock.turn(10)
    assert watch.overdue() == "no sign of life for 55 s"
    watch.disconnected("half-open")
    assert claimed(entries) == 60


def test_a_subscription_that_nobody_confirms_is_given_up_and_said(watch, clock, entries):
    watch.connected()
    clock.turn(31)
    assert watch.overdue() == "no acknowledgement of liquidation-orders"
    assert kinds(entries) == ["connected", "unacknowledged"]


def test_an_hour_of_silence_takes_back_what_was_claimed_and_ends_with_an_event(watch, clock, entries):
    listening(watch, clock)
    watch.heard(EVENTS, clock.now())
    alive_for(watch, clock, 1800)
    assert watch.overdue() is None
    assert claimed(entries) == 1800
    alive_for(watch, clock, 20)
    assert watch.overdue() == "silent for 1820 s"
    assert claimed(entries) == 0
    assert watch.state == "silent"
    watch.disconnected("silent")
    listening(watch, clock)
    alive_for(watch, clock, 1760)
    assert claimed(entries) == 0, "an acknowledged connection without events is no proof"
    watch.heard(EVENTS, clock.now())
    alive_for(watch, clock, 100)
    assert claimed(entries) == 100
    assert watch.state == "recording"


def test_time_without_a_connection_is_no_silence(watch, clock, entries):
    listening(watch, clock)
    watch.heard(EVENTS, clock.now())
    watch.disconnected("gone")
    clock.turn(7200)
    listening(watch, clock)
    assert watch.overdue() is None
    alive_for(watch, clock, 1780)
    assert watch.overdue() is None
    assert "silent" not in kinds(entries)


def test_reconnecting_does_not_hide_silence(watch, clock):
    listening(watch, clock)
    watch.heard(EVENTS, clock.now())
    for _ in range(4):
        alive_for(watch, clock, 480)
        watch.disconnected("gone")
        listening(watch, clock)
    assert watch.overdue() == "silent for 1920 s"


def test_no_moment_is_claimed_twice_when_the_clock_is_set_back(watch, clock, entries):
    listening(watch, clock)
    alive_for(watch, clock, 600)
    clock.jump(-300)
    watch.clock_jumped(-300)
    alive_for(watch, clock, 600)
    stretches = sorted((e.start_at, e.end_at) for e in entries if e.kind == "recorded")
    assert all(end <= start for (_, end), (start, _) in pairwise(stretches))
    assert claimed(entries) == 900


def test_a_clock_set_forward_claims_nothing_of_what_it_skipped(watch, clock, entries):
    listening(watch, clock)
    alive_for(watch, clock, 60)
    clock.jump(3600)
    watch.clock_jumped(3600)
    alive_for(watch, clock, 60)
    assert claimed(entries) == 120


def test_a_message_that_could_not_be_kept_is_counted_and_not_claimed(watch, clock, entries):
    listening(watch, clock)
    alive_for(watch, clock, 60)
    clock.turn(5)
    watch.dropped()
    alive_for(watch, clock, 60)
    assert claimed(entries) == 120
    (lost,) = [e for e in entries if e.kind == "lost"]
    assert lost.message_count == 1


def test_a_refusal_is_said_in_the_venues_words_and_nothing_is_claimed(watch, clock, entries):
    watch.connected()
    watch.heard(Heard("refused", "liquidation-orders", "60018 no such channel"), clock.now())
    alive_for(watch, clock, 20)
    assert claimed(entries) == 0
    assert next(e.detail for e in entries if e.kind == "refused") == "liquidation-orders 60018 no such channel"


def test_the_limit_of_silence_follows_the_venues_own_quiet_spells():
    spells = QuietSpells(assumed=900)
    for _ in range(ENOUGH - 1):
        spells.ended(600)
    assert spells.limit() == 900
    spells.ended(600)
    assert spells.limit() == BEYOND * 600
    for _ in range(2000):
        spells.ended(2)
    assert spells.limit() == LEAST


def test_an_outage_does_not_teach_patience():
    spells = QuietSpells(assumed=900)
    for _ in range(1000):
        spells.ended(120)
    spells.ended(36_000)
    assert spells.limit() == BEYOND * 120


def test_stretches_are_joined_and_cut_where_an_hour_ends(clock):
    from record.ledger import cut_at_hours, joined

    start = clock.now() - timedelta(minutes=10)
    pieces = [
        Entry("okx", "okx", "recorded", start + timedelta(minutes=i), start + timedelta(minutes=i + 1))
        for i in range(80)
    ]
    (whole,) = joined(pieces)
    minutes = [(p.end_at - p.start_at).total_seconds() / 60 for p in cut_at_hours(whole)]
    assert minutes == [10, 60, 10]
