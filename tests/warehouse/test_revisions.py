"""Published labels are landed before they are shown, survive the database, and can be asked for as of any moment."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import duckdb
import polars as pl
import pytest
from small_warehouse import NOW, PRESENT

from ingest.feeds import load_catalogue
from regimes import REVISION_COLUMNS, regime_changes, regime_revisions
from warehouse.changes import changes_after
from warehouse.connection import build_database
from warehouse.context import write_context
from warehouse.fingerprint import fingerprint
from warehouse.marts import write_mart
from warehouse.publishing import Release, publish
from warehouse.restatements import write_restatements
from warehouse.revisions import as_of_macro, keep_revisions, known_revisions

DAY = date(2026, 2, 1)
SCHEMA = {column.name: column.dtype for column in REVISION_COLUMNS}


def revision(number: int, regime: str, **changes: object) -> pl.DataFrame:
    row = {
        "asset": "BTC", "day": DAY, "revision": number, "event": regime, "regime": regime, "kinds": "regime_change",
        "explanation": "BTC fell.", "computed_at": datetime(2026, 2, 2), "is_backfill": False,
    } | changes  # fmt: skip
    return pl.DataFrame([row], schema=SCHEMA)


def test_revisions_survive_the_loss_of_the_build_database(connection, landing, warehouse):
    keep_revisions(connection, landing, revision(1, "leverage_flush"), NOW)
    before = known_revisions(connection, landing)
    connection.close()
    warehouse.build.unlink()
    with build_database(warehouse.build) as rebuilt:
        assert known_revisions(rebuilt, landing).equals(before)
    assert before["available_at"].to_list() == [NOW.replace(tzinfo=None)]


def test_two_runs_at_one_moment_are_still_in_order(connection, landing):
    keep_revisions(connection, landing, revision(1, "leverage_flush"), NOW)
    keep_revisions(connection, landing, revision(2, "spot_selloff"), NOW)
    first, second = known_revisions(connection, landing)["available_at"]
    assert second - first == timedelta(microseconds=1)


def test_what_was_published_is_no_input_of_the_next_release(connection, landing):
    write_context(connection, PRESENT, load_catalogue())
    before = fingerprint(connection, PRESENT)
    keep_revisions(connection, landing, revision(1, "leverage_flush"), NOW)
    assert fingerprint(connection, PRESENT) == before


@pytest.fixture
def released(connection, landing, warehouse):
    """Two revisions of a day, an hour apart, and a third day's backfill, as a release."""
    keep_revisions(connection, landing, revision(1, "leverage_flush"), NOW)
    old = revision(1, "mixed", day=date(2025, 1, 1), is_backfill=True)
    again = revision(2, "spot_selloff", kinds="regime_change,restatement", restatement_reason="flows_restated")
    keep_revisions(connection, landing, pl.concat([again, old]), NOW + timedelta(hours=1))
    known = known_revisions(connection, landing)
    for name, frame in (("regime_revisions", regime_revisions(known)), ("regime_changes", regime_changes(known))):
        write_mart(connection, name, frame, name, {})
    whole = Release(
        ["regime_revisions", "regime_changes"], {"market": "ours"}, {"simulated": False}, False, [as_of_macro()]
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
    assert [c["event_id"] for c in changes_after(released, at - timedelta(days=1))] == [
        "BTC/2026-02-01/1",
        "BTC/2026-02-01/2",
    ]
    assert [c["revision"] for c in changes_after(released, None)] == [2]
    assert changes_after(released, at + timedelta(hours=1)) == []


def test_a_pull_is_compared_with_the_one_before(connection):
    connection.execute("CREATE SCHEMA IF NOT EXISTS marts")
    write_mart(connection, "regime_revisions", pl.concat([
        revision(1, "leverage_flush", available_at=datetime(2026, 2, 2)),
        revision(2, "spot_selloff", available_at=datetime(2026, 2, 3), restatement_reason="flows_restated"),
    ]), "", {})  # fmt: skip
    connection.execute("DELETE FROM raw.coinmetrics_network")
    connection.execute(
        "CREATE OR REPLACE TABLE ops.instruments AS"
        " SELECT 'coinmetrics_network' AS feed, 'btc' AS symbol, 'BTC' AS asset"
    )
    for pulled, flows in ((2, (5.0, 5.0, 5.0, 5.0)), (3, (5.0, 4.0, -1.0, 5.0))):
        for day, netflow in enumerate(flows, start=1):
            connection.execute(
                "INSERT INTO raw.coinmetrics_network (asset_code, day, inflow_coin, outflow_coin, ingested_at, segment)"
                " VALUES ('btc', ?, ?, 0, ?, 's')",
                [date(2026, 1, day), netflow, datetime(2026, 2, pulled)],
            )
    write_restatements(connection)
    (row,) = connection.execute(
        "SELECT * EXCLUDE (asset, pulled_at, previous_pull_at) FROM marts.restatements"
    ).fetchall()
    assert row == (4, 2, 1, 0.25, 1, 0.25)
