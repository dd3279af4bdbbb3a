"""Whether anything could come out differently: the hash changes with what goes into a release and with nothing else."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest

import warehouse.fingerprint
from ingest.catalogue import load_catalogue
from ingest.pull import Pulled
from tests.warehouse.small_warehouse import FEED, LAST, NOW, RUN, day, land, land_broken, rows
from warehouse.connection import build_database
from warehouse.feed_status import record_pull
from warehouse.fingerprint import fingerprint, published_fingerprint, remember_views, views_are_current
from warehouse.location import Calendar
from warehouse.publishing.release import Release, publish
from warehouse.raw_loading import load_segments
from warehouse.run_context import write_run_context


@pytest.fixture
def built(connection, landing):
    """A build database with one segment, the catalogue's instruments and one pull."""
    land(landing)
    load_segments(connection, landing)
    write_run_context(connection, RUN, load_catalogue())
    record_pull(connection, Pulled(FEED.name), "first", NOW)
    return connection


def pull(connection, skipped: str | None = None, **more) -> None:
    record_pull(connection, Pulled(FEED.name, skipped=skipped, **more), "later", NOW)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda c, landing: land(landing, 2, hour=1), id="rows"),
        pytest.param(lambda c, landing: land(landing, 1, 9.0, hour=1), id="restated"),
        pytest.param(lambda c, landing: land_broken(landing), id="quarantined"),
        pytest.param(
            lambda c, landing: c.execute("DELETE FROM ops.instruments WHERE symbol = 'btc'"), id="instruments"
        ),
        pytest.param(lambda c, landing: pull(c, "not available from this country"), id="skipped"),
    ],
)
def test_it_changes_with_what_goes_into_a_release(built, landing, change):
    before = fingerprint(built, RUN)
    change(built, landing)
    load_segments(built, landing)
    assert fingerprint(built, RUN) != before


def test_it_changes_with_the_days_spoken_about(built):
    found = {fingerprint(built, RUN)}
    for calendar in (Calendar(date(2026, 1, 29), LAST), Calendar(RUN.calendar.first_day, date(2026, 1, 31))):
        found.add(fingerprint(built, replace(RUN, calendar=calendar)))
    assert len(found) == 3


def test_it_does_not_change_with_a_run_that_brings_nothing(built, landing):
    before = fingerprint(built, RUN)
    landing.write(FEED, rows().clear(), [day(2, absent=True)], NOW)
    load_segments(built, landing)
    pull(built, notes=["an archive was damaged"])
    write_run_context(built, RUN, load_catalogue())
    assert fingerprint(built, replace(RUN, now=NOW + timedelta(hours=7))) == before


def test_a_feed_that_comes_back_changes_it_although_it_brought_no_row(built):
    reachable = fingerprint(built, RUN)
    pull(built, "no connection")
    skipped = fingerprint(built, RUN)
    pull(built, "no connection")
    assert fingerprint(built, RUN) == skipped
    pull(built, None)
    assert fingerprint(built, RUN) == reachable != skipped


def test_it_changes_once_when_the_last_day_becomes_final(built):
    moments = [datetime(2026, 2, 2, 5, 29), datetime(2026, 2, 2, 5, 30), datetime(2026, 2, 9)]
    early, final, later = (fingerprint(built, replace(RUN, now=m.replace(tzinfo=NOW.tzinfo))) for m in moments)
    assert early != final == later


def test_the_same_moment_in_another_zone_is_the_same(built):
    elsewhere = NOW.astimezone(timezone(timedelta(hours=-10)))
    assert fingerprint(built, replace(RUN, now=elsewhere)) == fingerprint(built, RUN)


def test_it_changes_with_the_code_that_makes_a_release_and_with_no_other_file(built, tmp_path, monkeypatch):
    def write(name: str, text: str) -> None:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    makes_it = (
        "dbt_project/models/marts/a.sql",
        "regimes/parameters.toml",
        "warehouse/raw_tables.py",
        "warehouse/publishing/a.py",
    )
    for name in makes_it:
        write(name, "as it is")
    monkeypatch.setattr("warehouse.fingerprint.PROJECT", tmp_path)
    seen = {fingerprint(built, RUN)}
    for name in ("regimes/notes.md", "cli/main.py", "warehouse/data/sample/dagster/run.py"):
        write(name, "something else")
    assert {fingerprint(built, RUN)} == seen
    for name in makes_it:
        write(name, "as it will be")
        seen.add(fingerprint(built, RUN))
    assert len(seen) == 1 + len(makes_it)


def test_every_kind_of_code_is_found():
    suffixes = {file.suffix for file in warehouse.fingerprint.files_of(warehouse.fingerprint.CODE)}
    assert suffixes == {".sql", ".yml", ".csv", ".py", ".toml", ".html", ".css", ".js"}


def test_a_release_tells_what_it_was_made_from(built, warehouse):
    assert published_fingerprint(warehouse) is None
    built.execute("CREATE SCHEMA IF NOT EXISTS marts; CREATE TABLE marts.a AS SELECT 1 AS b")
    inputs = fingerprint(built, RUN)
    publish(
        built,
        warehouse,
        Release(("a",), {"market": "live"}, {"inputs": inputs}, False),
        NOW,
    )
    assert published_fingerprint(warehouse) == inputs


def test_the_code_that_counts_is_the_packages_own_and_not_what_lies_in_warehouses():
    files = list(warehouse.fingerprint.files_of(warehouse.fingerprint.CODE))

    assert all(file.is_file() for file in files)
    assert not any("data" in file.parts or "target" in file.parts for file in files)
    assert {"prices_daily.sql", "engine.sql", "parameters.toml", "release.py"} <= {file.name for file in files}


# --- views


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A dbt project of one model, in place of the real one."""
    model = tmp_path / "dbt_project" / "models" / "a.sql"
    model.parent.mkdir(parents=True)
    model.write_text("select 1 as b")
    monkeypatch.setattr("warehouse.fingerprint.PROJECT", tmp_path)
    return model


@pytest.fixture
def views(warehouse, project):
    with build_database(warehouse.build) as connection:
        connection.execute("CREATE SCHEMA ops; CREATE SCHEMA staging; CREATE VIEW staging.a AS SELECT 1 AS b")
        yield connection


def test_views_of_which_nothing_is_known_do_not_stand(views):
    assert not views_are_current(views)


def test_views_stand_once_the_project_has_made_them(views):
    remember_views(views)
    assert views_are_current(views)


def test_a_view_that_somebody_made_differently_does_not_stand(views):
    remember_views(views)
    views.execute("CREATE OR REPLACE VIEW staging.a AS SELECT 1 AS b WHERE false")
    assert not views_are_current(views)


def test_a_view_that_is_gone_does_not_stand(views):
    remember_views(views)
    views.execute("DROP VIEW staging.a")
    assert not views_are_current(views)


def test_views_of_an_earlier_project_do_not_stand(views, project):
    remember_views(views)
    project.write_text("select 2 as b")
    assert not views_are_current(views)
