"""A few assets have a line each; many are counted by label and by missing venue, and so are the notes of a feed."""

from __future__ import annotations

from typing import Any

from rich.markup import render

from cli.asset_lines import asset_lines, note_lines
from cli.summary import NAMED, summary


def reading(event: str, *missing: str) -> dict[str, Any]:
    return {
        "day": "2026-02-28",
        "event": event,
        "confidence": 0.5,
        "state_in_words": "none",
        "data_status": "complete",
        "venues": {"open_interest": {"missing": list(missing), "reporting_share": 0.75}},
    }


def market(count: int) -> dict[str, dict[str, Any]]:
    """So many assets, of which every third was flushed and every tenth lacks a venue."""
    return {
        f"A{n:03}": reading("leverage_flush" if n % 3 == 0 else "quiet", *(["bybit"] if n % 10 == 0 else []))
        for n in range(count)
    }


def shown(count: int, every: bool = False) -> list[str]:
    return [render(line).plain for line in asset_lines(market(count), every)]


def test_a_few_assets_have_a_line_each_and_one_for_what_is_missing() -> None:
    assert shown(2) == [
        "A000 2026-02-28: leverage_flush, confidence 0.50; state: none",
        "  open interest without bybit, 75% of the usual is there",
        "A001 2026-02-28: quiet, confidence 0.50; state: none",
    ]


def test_two_hundred_assets_take_a_line_for_each_label_and_each_missing_venue() -> None:
    head, *lines = shown(200)
    assert head.startswith("200 assets")
    assert [line.partition(" (")[0] for line in lines] == [
        "  quiet 2026-02-28: 133",
        "  leverage flush 2026-02-28: 67",
        "  open interest without bybit: 20",
    ]
    assert lines[0].endswith("(A001, A002, A004, A005, A007, A008, A010, A011 and 125 more)")


def test_every_asset_is_named_on_request() -> None:
    assert len(shown(200, every=True)) == 200 + 20


def test_the_first_line_counts_many_assets() -> None:
    latest = {"last_day": "2026-02-28", "assets": market(200)}
    assert summary(latest, [], []) == "0 of 0 feeds current, 200 of 200 assets have a reading for 2026-02-28"


def test_notes_beyond_the_first_are_counted() -> None:
    feed = {"feed": "bybit_klines", "notes": "\n".join(f"X{n}[1] is short" for n in range(NAMED + 12))}
    lines = [render(line).plain for line in note_lines(feed, every=False)]
    assert lines[0] == "note bybit_klines: X0[1] is short"
    assert lines[NAMED:] == ["note bybit_klines: 12 more; leverage status --all has them"]
    assert len(list(note_lines(feed, every=True))) == NAMED + 12
