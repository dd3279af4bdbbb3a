"""What `leverage run` shows while it works: on a terminal its current step, from its start; elsewhere nothing."""

from __future__ import annotations

import io

from rich.console import Console

from cli.progress import STARTING, TerminalProgress


def drawn(*, terminal: bool) -> str:
    """Everything that a run of two steps writes, with its control characters."""
    out = io.StringIO()
    progress = TerminalProgress(Console(file=out, force_terminal=terminal, width=100))
    with progress.shown():
        progress.show_step("fetching binance_um_klines")
        progress.begin("binance_um_klines", 10)
        progress.advance("binance_um_klines", 4, 1200)
    return out.getvalue()


def test_a_terminal_shows_what_the_run_is_doing_and_how_far_a_feed_is() -> None:
    said = drawn(terminal=True)
    assert STARTING in said, "before anything is imported"
    assert "fetching binance_um_klines" in said
    assert "4/10" in said
    assert "1,200 rows" in said


def test_nothing_is_drawn_into_a_file() -> None:
    assert drawn(terminal=False) == ""
