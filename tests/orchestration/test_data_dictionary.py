"""The data dictionary has every table and column of a release, and none that is not in one."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from orchestration.data_dictionary import dictionary

BY_ANOTHER_JOB = {"regime_validation"}  # a release has it once the job validation has run


@pytest.mark.slow
def test_the_dictionary_has_what_a_release_has(sample: Path) -> None:
    sections = re.split(r"^## ", dictionary(), flags=re.MULTILINE)[1:]
    written = {s.split("\n", 1)[0]: re.findall(r"^\| `(\w+)` \|", s, flags=re.MULTILINE) for s in sections}
    with duckdb.connect(sample / "published" / "leverage.duckdb", read_only=True) as db:
        found = db.execute(
            "SELECT table_name, list(column_name ORDER BY column_index) FROM duckdb_columns()"
            " WHERE NOT internal GROUP BY table_name"
        ).fetchall()
    assert set(written) >= BY_ANOTHER_JOB
    assert {name: columns for name, columns in written.items() if name not in BY_ANOTHER_JOB} == dict(found)
