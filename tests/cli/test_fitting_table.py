"""Wide tables on a terminal: whole columns from both ends, never a blank table or a column of single letters."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from cli.fitting_table import fitting_table


def shown(names: list[str], rows: list[tuple[object, ...]], width: int) -> tuple[list[str], int]:
    out = Console(file=io.StringIO(), width=width)
    table, hidden = fitting_table(names, ["VARCHAR"] * len(names), rows, width)
    out.print(table)
    return [line.rstrip() for line in out.file.getvalue().splitlines() if line.strip()], hidden  # type: ignore[attr-defined]


@pytest.mark.parametrize("width", [20, 40, 80, 100, 200])
def test_a_hundred_columns_leave_out_the_middle_and_keep_both_ends(width: int) -> None:
    names = [f"column_{i:03}" for i in range(100)]
    lines, hidden = shown(names, [tuple(f"value_{i:03}" for i in range(100))], width)
    assert 0 < hidden < 100
    assert "column_000" in lines[0]
    assert "value_000" in lines[2]
    assert "\u2026" in lines[0]
    if width >= 40:
        assert "column_099" in lines[0]
    assert max(map(len, lines)) <= width
    assert len(lines) == 3, "no cell is folded"


def test_what_fits_is_whole() -> None:
    lines, hidden = shown(["a", "b"], [("x", None), ("y", 1.5)], 80)
    assert hidden == 0
    assert [line.split() for line in lines if "\u2500" not in line] == [["a", "b"], ["x", "null"], ["y", "1.5"]]


def test_a_long_text_is_folded_between_words_and_costs_no_other_column() -> None:
    text = "No label for BTC: the day lacks the close of the day before and enough history of liquidations. " * 3
    lines, hidden = shown(["day", "explanation", "event"], [("2026-01-01", text, "capitulation")], 80)
    assert hidden == 0
    assert {"day", "explanation", "event"} <= set(lines[0].split())
    assert "capitulation" in lines[2]
    assert " ".join(" ".join(lines[2:]).split()).count("liquidations.") == 3


def test_a_single_column_of_a_long_text_fits() -> None:
    lines, hidden = shown(["explanation"], [("word " * 100,)], 60)
    assert hidden == 0
    assert max(map(len, lines)) <= 60
    assert " ".join(lines).count("word") == 100


def test_control_characters_and_markup_of_values_are_shown_as_text() -> None:
    lines, _ = shown(["[bold]a"], [("\x1b[31mred [red]x[/red]",)], 80)
    assert lines[0].strip() == "[bold]a"
    assert lines[2].strip() == "?[31mred [red]x[/red]"
