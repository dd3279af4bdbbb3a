"""A result as an Excel file: days are dates, text is no formula, nested values are text, a sheet has its limits."""

from __future__ import annotations

import io
import re
import zipfile

import duckdb
import pytest

from cli import query_formats
from cli.errors import WrongUse
from cli.options import Format
from cli.query_formats import WRITERS

pytest.importorskip("xlsxwriter", reason="needs xlsxwriter; run: make setup")


def parts(query: str) -> tuple[dict[str, str], int]:
    """The XML files of the workbook by name, and the number of rows."""
    with duckdb.connect() as db:
        content, count = WRITERS[Format.XLSX](db.sql(query))
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return {name: book.read(name).decode() for name in book.namelist() if name.endswith(".xml")}, count


def cells(files: dict[str, str]) -> dict[str, str | None]:
    """The stored value of each cell, None where it is empty."""
    found = re.findall(r'<c r="([A-Z]+\d+)"[^>]*?(?:/>|><v>(.*?)</v></c>)', files["xl/worksheets/sheet1.xml"])
    return {place: value or None for place, value in found}


def test_numbers_and_days_keep_their_type_and_null_is_empty() -> None:
    files, count = parts(
        "FROM (VALUES (DATE '2026-02-01', 78640.5::DOUBLE), (DATE '2026-02-02', NULL)) AS t (day, close)"
    )
    found = cells(files)
    assert count == 2
    assert (found["A2"], found["B2"]) == ("46054", "78640.5")  # days since 1899-12-30, as Excel counts them
    assert found.get("B3") is None
    assert "yyyy" in files["xl/styles.xml"]


def test_text_that_looks_like_a_formula_stays_text_and_a_list_is_text() -> None:
    files, _ = parts("SELECT '=1+1' AS note, ['BTC', 'ETH'] AS assets")
    assert "<f>" not in files["xl/worksheets/sheet1.xml"]
    assert re.findall(r"<t[^>]*>(.*?)</t>", files["xl/sharedStrings.xml"]) == ["note", "assets", "=1+1", "[BTC, ETH]"]


def test_a_result_without_rows_has_its_header() -> None:
    files, count = parts("SELECT 1 AS one, ['a'] AS listed WHERE false")
    assert count == 0
    assert ">one<" in files["xl/sharedStrings.xml"]


def test_more_rows_than_a_worksheet_has_are_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query_formats, "SHEET_ROWS", 3)
    assert parts("SELECT range FROM range(2)")[1] == 2
    with pytest.raises(WrongUse, match=r"^a worksheet has 3 rows.*; add WHERE or LIMIT, or write \.csv or \.parquet$"):
        parts("SELECT range FROM range(3)")
