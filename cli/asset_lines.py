"""The assets in `leverage status`: a line for each of a few, or a line for each label and each missing venue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.markup import escape

from brief.words import as_words, state_of
from cli.summary import NAMED, shortened

Newest = Mapping[str, Mapping[str, Any]]
"""`assets` of latest.json: the newest reading of each asset."""


def asset_lines(assets: Newest, every: bool) -> Iterator[str]:
    """Lines in Rich's markup. With more than NAMED assets they are counted by label, unless `every` is wanted."""
    if every or len(assets) <= NAMED:
        for asset, newest in assets.items():
            yield (
                f"{asset} {newest['day']}: [bold]{newest['event']}[/bold], confidence {_share(newest['confidence'])};"
                f" state: {state_of(newest)}"
            )
            for series, missing, share in _without_venues(newest):
                reporting = "" if share is None else f", {share:.0%} of the usual is there"
                yield f"  [yellow]{series} without {missing}[/yellow]{reporting}"
        return
    yield f"{len(assets)} assets by label of their newest day; --all has a line for each"
    yield from _grouped(((f"{as_words(one['event'])} {one['day']}", asset) for asset, one in assets.items()), "[bold]")
    lacking = (
        (f"{series} without {missing}", asset)
        for asset, newest in assets.items()
        for series, missing, _ in _without_venues(newest)
    )
    yield from _grouped(lacking, "[yellow]")


def note_lines(feed: Mapping[str, Any], every: bool) -> Iterator[str]:
    """The notes of a feed: the first NAMED, or every one."""
    notes: Sequence[str] = (feed["notes"] or "").splitlines()
    for note in notes if every else notes[:NAMED]:
        yield f"[dim]note[/dim] {feed['feed']}: {escape(note)}"
    if not every and len(notes) > NAMED:
        yield f"[dim]note[/dim] {feed['feed']}: {len(notes) - NAMED:,} more; leverage status --all has them"


def _grouped(named: Iterator[tuple[str, str]], style: str) -> Iterator[str]:
    """A line for each first text, the most frequent first: how many assets, and the first of them by name."""
    assets_of: dict[str, list[str]] = {}
    for text, asset in named:
        assets_of.setdefault(text, []).append(asset)
    for text, assets in sorted(assets_of.items(), key=lambda one: (-len(one[1]), one[0])):
        yield f"  {style}{escape(text)}[/]: {len(assets)} ({escape(shortened(assets))})"


def _without_venues(newest: Mapping[str, Any]) -> Iterator[tuple[str, str, float | None]]:
    """Each series that venues are missing in, with their names and the share of the usual that is there."""
    for series, venues in newest["venues"].items():
        if venues["missing"]:
            yield series.replace("_", " "), ", ".join(venues["missing"]), venues["reporting_share"]


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
