"""A table that fits into the terminal: middle columns are left out, and long texts are folded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from rich import box
from rich.cells import cell_len
from rich.table import Table

from cli.query_formats import is_number
from ingest.errors import printable

GAP = 3  # characters between two columns: padding on both sides, and the line of the box
EDGE = 2
SHORTEST_FOLD = 24  # characters; a narrower column of text would be read letter by letter
LEFT_OUT = "\u2026"


def fitting_table(
    names: Sequence[str], types: Sequence[str], rows: Sequence[tuple[Any, ...]], width: int
) -> tuple[Table, int]:
    """The rows in at most `width` characters, and how many columns are left out. `types` are DuckDB's."""
    texts = [[_cell(value) for value in row] for row in rows]
    natural = [
        max([cell_len(printable(name)), *(cell_len(line) for row in texts for line in row[i].split("\n"))])
        for i, name in enumerate(names)
    ]
    widths = [min(one, max(SHORTEST_FOLD, width // 3)) for one in natural]
    left, right = _kept(widths, width)
    is_whole = left + right == len(names)
    shown = [*range(left), *range(len(names) - right, len(names))]
    widths = _widened(shown, widths, natural, width if is_whole else width - GAP - len(LEFT_OUT))
    table = Table(box=box.SIMPLE_HEAD, header_style="bold")
    for i in shown[:left]:
        _add_column(table, names[i], types[i], widths[i])
    if not is_whole:
        _add_column(table, LEFT_OUT, "", len(LEFT_OUT))
    for i in shown[left:]:
        _add_column(table, names[i], types[i], widths[i])
    for row, printed in zip(rows, texts, strict=True):
        cells = ["[dim]null[/dim]" if row[i] is None else _escaped(printed[i]) for i in shown]
        table.add_row(*cells[:left], *([] if is_whole else [LEFT_OUT]), *cells[left:])
    return table, len(names) - len(shown)


def _add_column(table: Table, name: str, kind: str, width: int) -> None:
    justify: Literal["left", "right"] = "right" if is_number(kind) else "left"
    table.add_column(_escaped(printable(name)), justify=justify, overflow="fold", width=width)


def _kept(widths: Sequence[int], width: int) -> tuple[int, int]:
    """How many columns are kept from the left and from the right: all, or as many as fit, one at least."""
    if sum(one + GAP for one in widths) + EDGE <= width:
        return len(widths), 0
    left, right, used = 1, 0, EDGE + widths[0] + GAP + 1 + GAP
    while left + right < len(widths):
        from_right = right < left
        following = widths[len(widths) - 1 - right] if from_right else widths[left]
        used += following + GAP
        if used > width:
            break
        left, right = (left, right + 1) if from_right else (left + 1, right)
    return left, right


def _widened(shown: Sequence[int], widths: Sequence[int], natural: Sequence[int], width: int) -> list[int]:
    """Room that is left goes to columns of long text, from the left. A single column that is too wide is cut to fit."""
    room = width - EDGE - sum(widths[i] + GAP for i in shown)
    wider = list(widths)
    for i in shown:
        more = min(room, natural[i] - wider[i])
        if more > 0:
            wider[i] += more
            room -= more
    if room < 0:
        wider[shown[0]] = max(1, wider[shown[0]] + room)
    return wider


def _cell(value: Any) -> str:  # noqa: ANN401 - any SQL value
    if value is None:
        return "null"
    if isinstance(value, float):
        return f"{value:.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
    return "\n".join(map(printable, str(value).split("\n")))


def _escaped(text: str) -> str:
    return text.replace("[", r"\[")
