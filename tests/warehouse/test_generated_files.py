"""Generated files are what they are made from, and the dictionary has every column of a release."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from regimes import load_parameters
from tables.published import DBT_MARTS, PUBLISHED
from warehouse import generated_files
from warehouse.data_dictionary import INDEX, PAGES
from warehouse.generated_files import Generator

BY_ANOTHER_JOB = {"regime_validation"}  # a release has it once the job validation has run
GENERATOR = Generator(load_parameters().numbers)


def test_generated_files_are_what_they_are_made_from():
    for path, text in GENERATOR.files().items():
        assert path.read_text() == text, f"{path} is stale; run: make generated"


def test_a_file_that_differs_is_named_and_fails_the_check(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(generated_files, "DOC_BLOCKS", tmp_path / "columns.md")
    monkeypatch.setattr(generated_files, "PROJECT", tmp_path)
    monkeypatch.setattr("sys.argv", ["generated_files", "--check"])
    with pytest.raises(SystemExit) as ended:
        generated_files.main()
    assert ended.value.code == 1
    assert capsys.readouterr().err == "columns.md is not what it is made from; run: make generated\n"


def test_a_contract_keeps_what_people_wrote_and_takes_key_and_columns_from_the_table(tmp_path):
    table = DBT_MARTS["dim_feed_breaks"]
    written = tmp_path / "dim_feed_breaks.yml"
    named = "# Mine.\nmodels:\n  - name: dim_feed_breaks\n"
    written.write_text(f"{named}    constraints: []\n    columns:\n      - name: gone\n\nunit_tests: []\n")
    made = GENERATOR.contract(written, table)
    key = f"    constraints: [{{type: primary_key, columns: [{', '.join(table.key)}]}}]\n"
    assert made.startswith(f"{named}{key}    columns:\n      - {{name: feed, ")
    assert made.endswith("\n\nunit_tests: []\n")
    assert "gone" not in made
    assert re.findall(r"- \{name: (\w+), ", made) == list(table.columns)


def test_each_published_table_has_a_page_and_no_other_has_one():
    pages = {page.stem for page in PAGES.glob("*.md")}
    assert pages == set(PUBLISHED)
    assert set(re.findall(r"\(tables/(\w+)\.md\)", INDEX.read_text())) == pages


@pytest.mark.slow
def test_the_dictionary_has_what_a_release_has(sample: Path) -> None:
    written = {p.stem: re.findall(r"^\| `(\w+)` \|", p.read_text(), flags=re.MULTILINE) for p in PAGES.glob("*.md")}
    with duckdb.connect(sample / "published" / "leverage.duckdb", read_only=True) as db:
        found = db.execute(
            "SELECT table_name, list(column_name ORDER BY column_index) FROM duckdb_columns()"
            " WHERE NOT internal GROUP BY table_name"
        ).fetchall()
    assert set(written) >= BY_ANOTHER_JOB
    assert {name: columns for name, columns in written.items() if name not in BY_ANOTHER_JOB} == dict(found)
