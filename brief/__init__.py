"""The brief: one day as a self-contained page, and the explorer of all days. Frames in, HTML and PNG out.

tables = DayTables(asset, day, published_frames)
html = day_page(tables, load_parameters(), about, index="explorer.html")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from brief.page import About, day_page
    from brief.release import EXPLORER, HASHES, NEWEST, Lead, Pages, release_pages
    from brief.tables import READ_IF_THERE, REQUIRED, DayTables

__all__ = [
    "EXPLORER",
    "HASHES",
    "NEWEST",
    "READ_IF_THERE",
    "REQUIRED",
    "About",
    "DayTables",
    "Lead",
    "Pages",
    "day_page",
    "release_pages",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a class, a function or a constant
    """Import a name when it is first used: `leverage status` needs the words of `brief.figures` and no page."""
    for module in ("brief.page", "brief.release", "brief.tables"):
        if name in __all__ and hasattr(found := import_module(module), name):
            return getattr(found, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
