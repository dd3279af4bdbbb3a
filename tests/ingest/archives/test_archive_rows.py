"""The CSVs of several archives as one frame: headers, blanks, where a row came from, and files that cannot be read."""

from datetime import date, datetime

import pytest

from ingest.archives.archive import Archive, Fetched
from ingest.archives.rows import legible_rows, read_rows
from ingest.errors import ArchiveDamaged
from ingest.windows import Window


def file(day: int, text: str | None) -> Fetched:
    window = Window.of_days(date(2026, 1, day), date(2026, 1, day))
    return Fetched(Archive(f"https://venue.example/{day}.zip", f"S{day}", window), text and text.encode(), None)


def test_a_row_knows_its_file_with_or_without_a_header_line():
    rows = read_rows([file(1, "a,b\n1,x\n2,y\n"), file(2, None), file(3, "3,z")], ("a", "b"))
    assert rows.rows() == [
        ("1", "x", 0, "S1", datetime(2026, 1, 1)),
        ("2", "y", 0, "S1", datetime(2026, 1, 1)),
        ("3", "z", 2, "S3", datetime(2026, 1, 3)),
    ]


def test_a_blank_cell_and_a_pair_of_quotes_are_unknown():
    rows = read_rows([file(1, '1,\n2,""\n')], ("a", "b"))
    assert rows["b"].to_list() == [None, None]


def test_a_file_with_other_cells_is_damaged_and_the_others_are_still_read():
    chunk, notes = [file(1, "1,x\n"), file(2, "2,y,new\n"), file(3, "3,z\n")], []
    with pytest.raises(ArchiveDamaged):
        read_rows(chunk, ("a", "b"))
    legible, rows = legible_rows(chunk, ("a", "b"), notes)
    assert [one.archive.series for one in legible] == rows["series"].to_list() == ["S1", "S3"]
    (note,) = notes
    assert "2.zip" in note
