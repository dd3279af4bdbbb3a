"""The brief: one day as a self-contained page, and the explorer of all days. Frames in, HTML and PNG out.

tables = DayTables(asset, day, published_frames)
html = day_page(tables, load_parameters(), about, index="explorer.html")
"""

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
