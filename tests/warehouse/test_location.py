"""Whom a warehouse belongs to and which days it speaks about, written down once and for all."""

import json
from datetime import date

import pytest

from warehouse.damage import noted
from warehouse.errors import WarehouseError, WrongMarket
from warehouse.location import Calendar, Warehouse


def days(first: str, last: str) -> Calendar:
    return Calendar(date.fromisoformat(first), date.fromisoformat(last))


def test_a_warehouse_is_nobodys_before_its_first_run(tmp_path):
    fresh = Warehouse(tmp_path / "not" / "there" / "yet")
    assert fresh.market() is None
    assert fresh.calendar() is None
    assert not fresh.root.exists()


def test_the_first_market_claims_it_for_ever(warehouse):
    warehouse.claim("sample")
    warehouse.claim("sample")
    assert Warehouse(warehouse.root).market() == "sample"


@pytest.mark.parametrize("other", ["live", "http://127.0.0.1:9080", "Sample"])
def test_another_market_is_refused_in_one_line_that_says_what_to_do(warehouse, other):
    warehouse.claim("sample")
    with pytest.raises(WrongMarket) as raised:
        warehouse.claim(other)
    said = str(raised.value)
    assert "\n" not in said
    assert str(warehouse.root) in said
    assert "--market sample" in said
    assert "--warehouse" in said
    assert warehouse.market() == "sample"


def test_the_calendar_only_widens_and_keeps_the_market(warehouse):
    warehouse.claim("sample")
    assert warehouse.extend(days("2026-01-10", "2026-01-20")) == days("2026-01-10", "2026-01-20")
    assert warehouse.extend(days("2026-01-15", "2026-01-16")) == days("2026-01-10", "2026-01-20")
    assert warehouse.extend(days("2026-01-21", "2026-01-21")) == days("2026-01-10", "2026-01-21")
    assert warehouse.extend(days("2025-12-01", "2025-12-31")) == days("2025-12-01", "2026-01-21")
    assert Warehouse(warehouse.root).calendar() == days("2025-12-01", "2026-01-21")
    assert warehouse.market() == "sample"


def test_nothing_is_written_when_nothing_changes(warehouse):
    warehouse.claim("sample")
    warehouse.extend(days("2026-01-10", "2026-01-20"))
    before = warehouse.marker.stat().st_mtime_ns, warehouse.marker.stat().st_ino
    warehouse.claim("sample")
    warehouse.extend(days("2026-01-12", "2026-01-12"))
    assert (warehouse.marker.stat().st_mtime_ns, warehouse.marker.stat().st_ino) == before
    assert [path.name for path in warehouse.root.iterdir()] == ["warehouse.json"]


DAMAGED = [
    "", "{", "market: sample", "5", '"sample"', "{}", '{"market": null}', '{"first_day": "2026-01-01"}',
    '{"market": "sample", "first_day": "2026-01-01"}', '{"market": "sample", "last_day": "2026-01-01"}',
    '{"market": "sample", "first_day": "January", "last_day": "2026-01-01"}',
]  # fmt: skip


def release_of(warehouse: Warehouse, **said: str) -> None:
    """The newest release, as far as it says what `warehouse.json` says."""
    warehouse.published.mkdir()
    (warehouse.published / "latest.json").write_text(json.dumps(said))


@pytest.mark.parametrize("content", [*DAMAGED, None])
def test_a_damaged_marker_is_written_anew_from_the_release(warehouse, content):
    release_of(warehouse, market="live", first_day="2026-01-01", last_day="2026-01-20", more="fields")
    if content is not None:
        warehouse.marker.write_text(content)
    assert warehouse.market() == "live"
    with pytest.raises(WrongMarket):
        warehouse.claim("sample")
    warehouse.claim("live")
    stored = {"market": "live", "first_day": "2026-01-01", "last_day": "2026-01-20"}
    assert json.loads(warehouse.marker.read_text()) == stored
    warehouse.claim("live")
    (line,) = noted(warehouse.root)
    assert line.startswith("warehouse.json is ")
    assert line.endswith("written anew from the newest release")


def test_a_place_that_this_user_may_not_write_to_is_named_with_its_owner(warehouse, monkeypatch):
    warehouse.refuse_read_only()
    warehouse.lock.touch()
    monkeypatch.setattr("os.access", lambda path, mode: path != warehouse.lock)
    with pytest.raises(WarehouseError, match=r"cannot write to .*pipeline\.lock, which belongs to \w+; choose another"):
        warehouse.refuse_read_only()
    monkeypatch.setattr("os.access", lambda path, mode: path != warehouse.root)
    with pytest.raises(WarehouseError, match=r"cannot write to .*a warehouse, which belongs to"):
        Warehouse(warehouse.root / "not" / "there").refuse_read_only()


@pytest.mark.parametrize("content", DAMAGED)
def test_a_marker_that_cannot_be_read_is_not_taken_for_a_fresh_warehouse(warehouse, content):
    warehouse.marker.write_text(content)
    with pytest.raises(WarehouseError, match=r"cannot read .*warehouse\.json"):
        warehouse.claim("live")
    assert warehouse.marker.read_text() == content


def test_a_place_that_cannot_be_written_to_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(WarehouseError, match=r"cannot write to .* choose another --warehouse|cannot read"):
        Warehouse(tmp_path / "file" / "warehouse").claim("sample")


def test_everything_lies_below_the_root(warehouse):
    places = (warehouse.landing, warehouse.build, warehouse.published, warehouse.releases, warehouse.lock)
    assert all(place.parent == warehouse.root for place in (*places, warehouse.marker, warehouse.dagster_home))
    assert json.loads(json.dumps([str(p) for p in places]))
