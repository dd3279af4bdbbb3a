"""A segment that is not what was landed: never loaded, named with what to do, and fetched again on request."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from ingest.windows import Window
from tests.warehouse.small_warehouse import FEED, SYMBOL, everything, land, land_broken
from warehouse.damage import noted
from warehouse.landing_damage import check_loaded_segments, forget_lost_segments
from warehouse.raw_coverage import feed_coverage
from warehouse.raw_loading import load_segments

DAYS = Window.of_days(date(2026, 2, 1), date(2026, 2, 3))
REFETCH = f"restore it from a backup, or run: leverage run --refetch {FEED.name}"


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def flip_a_value(path: Path) -> None:
    """Flip a bit in the first compressed page, after the magic number of zstd."""
    flip(path, path.read_bytes().index(b"\x28\xb5\x2f\xfd") + 12)


def swap_with_another(path: Path) -> None:
    """A whole segment under the name of another."""
    other = next(p for p in path.parent.iterdir() if p != path)
    path.write_bytes(other.read_bytes())


DAMAGE: dict[str, Callable[[Path], None]] = {
    "value": flip_a_value,
    "footer": lambda path: flip(path, path.stat().st_size - 30),
    "what it answers for": lambda path: flip(path, path.read_bytes().index(b'"channel"') + 13),
    "cut": lambda path: os.truncate(path, path.stat().st_size - 40),
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("<html>"),
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "another's content": swap_with_another,
}


def values(connection) -> list[float]:
    return [v for (v,) in connection.execute(f"SELECT long_coin FROM raw.{FEED.name} ORDER BY open_at").fetchall()]


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_segment_is_left_out_and_its_days_are_not_held(connection, landing, damage):
    land(landing, 1, 1.0)
    damaged = land(landing, 2, 2.0, hour=1)
    land(landing, 3, 3.0, hour=2)
    damage(landing.path(damaged))
    load_segments(connection, landing)
    assert values(connection) == [1.0, 3.0]
    assert [w.start.day for w in feed_coverage(connection, FEED.name).missing(SYMBOL, DAYS)] == [2]
    (line,) = noted(landing.directory.parent)
    assert line.startswith(f"landing/{damaged.name} is damaged: its content does not match the hash in its name; moved")
    assert line.endswith(REFETCH)
    assert len(list((landing.directory.parent / "damaged").glob(f"*/landing/{damaged.name}"))) == 1
    assert land(landing, 2, 2.0, hour=3), "the same content lands again"


def test_what_no_venue_can_be_asked_for_again_has_to_be_restored(connection, landing):
    flip_a_value(landing.path(land_broken(landing)))
    load_segments(connection, landing)
    (line,) = noted(landing.directory.parent)
    assert line.endswith("restore it from a backup, because no venue can be asked for it again")


def test_a_file_that_only_looks_changed_is_read_once_more(connection, landing, monkeypatch):
    segment = land(landing)
    load_segments(connection, landing)
    os.utime(landing.path(segment), ns=(1, 1))
    check_loaded_segments(connection, landing)
    monkeypatch.setattr(type(landing), "read", lambda *_: pytest.fail("read again"))
    check_loaded_segments(connection, landing)
    assert noted(landing.directory.parent) == []


def test_a_file_that_was_damaged_after_it_was_loaded_is_named_until_it_is_back(connection, landing):
    segment = land(landing)
    load_segments(connection, landing)
    before, content = everything(connection), landing.path(segment).read_bytes()
    flip_a_value(landing.path(segment))
    check_loaded_segments(connection, landing)
    check_loaded_segments(connection, landing)
    damaged, gone = noted(landing.directory.parent)
    assert damaged.startswith(f"landing/{segment.name} is damaged")
    assert gone.startswith(f"landing/{segment.name} is gone; build.duckdb has the rows")
    assert damaged.endswith(REFETCH)
    assert gone.endswith(REFETCH)
    assert values(connection) == [1.5]
    landing.path(segment).write_bytes(content)
    check_loaded_segments(connection, landing)
    assert len(noted(landing.directory.parent)) == 2
    after = everything(connection)
    assert after.pop("raw.load_ledger") != before.pop("raw.load_ledger")  # it has the new time of change
    assert after == before


def test_many_that_are_gone_are_one_line(connection, landing):
    for number in (1, 2, 3):
        land(landing, number, hour=number)
    load_segments(connection, landing)
    for segment in landing.segments([FEED.name]):
        landing.path(segment).unlink()
    check_loaded_segments(connection, landing)
    (line,) = noted(landing.directory.parent)
    assert " and 2 more are gone; " in line


def test_what_a_lost_segment_held_is_forgotten_when_it_is_refetched(connection, landing):
    kept, lost = land(landing, 1), land(landing, 2, hour=1)
    load_segments(connection, landing)
    landing.path(lost).unlink()
    forget_lost_segments(connection, landing, FEED)
    assert connection.execute("SELECT segment FROM raw.load_ledger").fetchall() == [(kept.name,)]
    assert connection.execute("SELECT segment FROM ops.coverage").fetchall() == [(kept.name,)]
    assert values(connection) == [1.5]
    assert land(landing, 2, hour=2)
    load_segments(connection, landing)
    assert values(connection) == [1.5, 1.5]
