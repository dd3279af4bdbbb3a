"""The facts about venues and the models' own examples speak of feeds and venues that there are."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from ingest.feeds import LANDED

DBT_PROJECT = Path(__file__).parents[2] / "dbt_project"
FEEDS = {feed.name for feed in LANDED}
NO_VENUES = {"inbox", "tape"}  # files of one's own, and the ledger of several venues


def facts(name: str) -> list[dict[str, str]]:
    with (DBT_PROJECT / "seeds" / "facts" / f"{name}.csv").open() as file:
        return list(csv.DictReader(file))


def test_every_venue_of_a_feed_is_described_by_the_name_that_the_feed_has():
    assert {feed.venue for feed in LANDED} - NO_VENUES <= {row["venue"] for row in facts("venues")}


def test_a_break_is_of_a_feed_that_there_is():
    breaks = facts("feed_breaks")
    assert breaks
    assert {row["feed"] for row in breaks} <= FEEDS


def test_the_unit_tests_of_the_models_name_feeds_that_there_are():
    """What begins with a venue's name, as `feed:` or `source:` of a row or quoted in rows that are SQL."""
    venues = "|".join(sorted({feed.venue for feed in LANDED}))
    named: dict[str, set[str]] = {}
    for path in sorted((DBT_PROJECT / "models").rglob("*.yml")):
        _, _, tests = path.read_text().partition("unit_tests:")
        found = re.findall(rf"[{{ ](?:feed|source): ((?:{venues})_\w+)", tests) + re.findall(
            rf"'((?:{venues})_\w+)'", tests
        )
        named |= {name: named.get(name, set()) | {path.name} for name in found}
    assert named
    assert {name: files for name, files in named.items() if name not in FEEDS} == {}
