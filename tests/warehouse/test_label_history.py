"""Published labels are landed before they are shown, survive the database, and can be asked for as of any moment."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import duckdb
import polars as pl
import pytest

from ingest.catalogue import load_catalogue
from regimes import regime_changes, regime_revisions
from regimes.schema import dtypes
from tables.published.regimes import REVISION
from tests.warehouse.small_warehouse import NOW, RUN
from warehouse.connection import build_database
from warehouse.fingerprint import fingerprint
from warehouse.label_history import as_of_macro, land_revisions, landed_revisions, published_changes
from warehouse.marts import write_mart
from warehouse.publishing.release import Release, publish
from warehouse.run_context import write_run_context

DAY = date(2026, 2, 1)
SCHEMA = dtypes(REVISION)


def revision(number: int, regime: str, **changes: object) -> pl.DataFrame:
    row = {
        "asset": "BTC", "day": DAY, "revision": number, "event": regime, "regime": regime, "kinds": "regime_change",
        "explanation": "BTC fell.", "computed_at": datetime(2026, 2, 2), "is_backfill": False,
    } | changes  # fmt: skip
    return pl.DataFrame([row], schema=SCHEMA)


def test_revisions_survive_the_loss_of_the_build_database(connection, landing, warehouse):
    land_revisions(connection, landing, revision(1, "leverage_flush"), NOW)
    before = landed_revisions(connection, landing)
    connection.close()
    warehouse.build.unlink()
    with build_database(warehouse.build) as rebuilt:
        assert landed_revisions(rebuilt, landing).equals(before)
    assert before["available_at"].to_list() == [NOW.replace(tzinfo=None)]


def test_two_runs_at_one_moment_are_still_in_order(connection, landing):
    land_revisions(connection, landing, revision(1, "leverage_flush"), NOW)
    land_revisions(connection, landing, revision(2, "spot_selloff"), NOW)
    first, second = landed_revisions(connection, landing)["available_at"]
    assert second - first == timedelta(microseconds=1)


def test_what_was_published_is_no_input_of_the_next_release(connection, landing):
    write_run_context(connection, RUN, load_catalogue())
    before = fingerprint(connection, RUN)
    land_revisions(connection, landing, revision(1, "leverage_flush"), NOW)
    assert fingerprint(connection, RUN) == before


@pytest.fixture
def released(connection, landing, warehouse):
    """Two revisions of a day, an hour apart, and a third day's backfill, as a release."""
    land_revisions(connection, landing, revision(1, "leverage_flush"), NOW)
    old = revision(1, "mixed", day=date(2025, 1, 1), is_backfill=True)
    again = revision(2, "spot_selloff", kinds="regime_change,restatement", restatement_reason="flows_restated")
    land_revisions(connection, landing, pl.concat([again, old]), NOW + timedelta(hours=1))
    known = landed_revisions(connection, landing)
    for name, frame in (("regime_revisions", regime_revisions(known)), ("regime_changes", regime_changes(known))):
        write_mart(connection, name, frame, name, {})
    whole = Release(
        ["regime_revisions", "regime_changes"],
        {"market": "ours"},
        {"simulated": False},
        False,
        [as_of_macro()],
    )
    publish(connection, warehouse, whole, NOW)
    return warehouse


def test_as_of_a_moment_the_labels_are_those_known_then(released):
    with duckdb.connect(str(released.published / "leverage.duckdb"), read_only=True) as reader:

        def regimes(moment: str) -> list:
            return reader.execute("SELECT regime FROM regimes_as_of(?) ORDER BY day", [moment]).fetchall()

        at = NOW.replace(tzinfo=None)
        assert regimes(f"{at - timedelta(seconds=1)}") == []
        assert regimes(f"{at}") == [("leverage_flush",)]
        assert regimes(f"{at + timedelta(hours=1)}") == [("mixed",), ("spot_selloff",)]


def test_as_of_works_on_an_attached_file_after_use(released):
    with duckdb.connect() as reader:
        reader.execute(f"ATTACH '{released.published / 'leverage.duckdb'}' AS theirs (READ_ONLY)")
        reader.execute("USE theirs")
        assert reader.execute("SELECT count(*) FROM regimes_as_of(TIMESTAMP '2100-01-01')").fetchone() == (2,)


def test_changes_after_a_moment_leave_out_backfills(released):
    at = NOW.replace(tzinfo=None)
    assert [c["event_id"] for c in published_changes(released, at - timedelta(days=1))] == [
        "BTC/2026-02-01/1",
        "BTC/2026-02-01/2",
    ]
    assert [c["revision"] for c in published_changes(released, None)] == [2]
    assert published_changes(released, at + timedelta(hours=1)) == []


def test_an_outage_that_still_lasts_is_news_even_if_no_run_saw_it_begin(connection, landing, warehouse):
    def lost(day: int, kinds: str | None, status: str) -> pl.DataFrame:
        old = {"day": date(2026, 1, day), "is_backfill": True, "kinds": kinds, "data_status": status}
        return revision(1, "insufficient_data", **old)

    lasting = [lost(27, "regime_change,degraded_data", "insufficient"), lost(28, None, "insufficient")]
    ended = [lost(20, "degraded_data", "insufficient"), lost(21, None, "complete")]
    land_revisions(connection, landing, pl.concat([*ended, *lasting]), NOW)
    known = landed_revisions(connection, landing)
    for name, frame in (("regime_revisions", regime_revisions(known)), ("regime_changes", regime_changes(known))):
        write_mart(connection, name, frame, name, {})
    publish(
        connection,
        warehouse,
        Release(
            ["regime_revisions", "regime_changes"],
            {"market": "ours"},
            {"simulated": False},
            False,
        ),
        NOW,
    )
    changes = published_changes(warehouse, None)
    assert [(str(change["day"]), change["kinds"]) for change in changes] == [("2026-01-27", "degraded_data")]
