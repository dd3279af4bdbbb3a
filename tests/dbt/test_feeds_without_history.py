"""The feeds that the models take to publish only the present are those that are fetched so."""

from __future__ import annotations

import re

from ingest.feeds import FEEDS
from ingest.fetch.shapes import Present
from tests.pipelines import PROJECT


def test_the_macro_names_the_feeds_of_open_interest_that_have_only_the_present() -> None:
    text = (PROJECT / "dbt_project" / "macros" / "open_interest_of_instruments.sql").read_text()
    (listed,) = re.findall(r"macro feeds_without_history\(\) -%\} \(([^)]+)\)", text)
    declared = {feed.name for feed in FEEDS if feed.kind == "open_interest" and isinstance(feed.fetch, Present)}
    assert set(re.findall(r"'(\w+)'", listed)) == declared
