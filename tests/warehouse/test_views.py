"""Whether the views may be left as they are: only those that the project, as it is now, made last."""

import pytest

from warehouse.connection import build_database
from warehouse.views import remember_views, views_stand


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A dbt project of one model, in place of the real one."""
    model = tmp_path / "dbt_project" / "models" / "a.sql"
    model.parent.mkdir(parents=True)
    model.write_text("select 1 as b")
    monkeypatch.setattr("warehouse.fingerprint.PROJECT", tmp_path)
    return model


@pytest.fixture
def built(warehouse, project):
    with build_database(warehouse.build) as connection:
        connection.execute("CREATE SCHEMA ops; CREATE SCHEMA staging; CREATE VIEW staging.a AS SELECT 1 AS b")
        yield connection


def test_views_of_which_nothing_is_known_do_not_stand(built):
    assert not views_stand(built)


def test_views_stand_once_the_project_has_made_them(built):
    remember_views(built)
    assert views_stand(built)


def test_a_view_that_somebody_made_differently_does_not_stand(built):
    remember_views(built)
    built.execute("CREATE OR REPLACE VIEW staging.a AS SELECT 1 AS b WHERE false")
    assert not views_stand(built)


def test_a_view_that_is_gone_does_not_stand(built):
    remember_views(built)
    built.execute("DROP VIEW staging.a")
    assert not views_stand(built)


def test_views_of_an_earlier_project_do_not_stand(built, project):
    remember_views(built)
    project.write_text("select 2 as b")
    assert not views_stand(built)
