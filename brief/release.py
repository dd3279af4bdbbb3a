"""The pages of a release: the newest day of each asset is drawn, older pages are kept until their rows change."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from brief.index import index_page
from brief.page import About, day_page
from brief.tables import DayTables, row_hash
from regimes import Parameters

FOLDER = "briefs"
NEWEST = "brief.html"
HASHES = f"{FOLDER}/pages.json"


@dataclass(frozen=True)
class Pages:
    """Files by their path in the release: `written` with their text, `kept` by name."""

    written: dict[str, str]
    kept: list[str]


@dataclass(frozen=True)
class Lead:
    """What brief.html is about: an asset on a day, with a banner if that day is not the last one."""

    asset: str
    day: date
    banner: str | None = None


def release_pages(
    frames: Mapping[str, pl.DataFrame], parameters: Parameters, about: About, lead: Lead, before: Mapping[str, str]
) -> Pages:
    """The pages of a release of these tables. `before` is what the last release's pages.json holds: page to hash.

    A first release has one page per asset, because drawing takes a third of a second per day.
    """
    regimes = frames["regimes_daily"]
    newest: dict[str, date] = dict(regimes.group_by("asset").agg(pl.col("day").max()).iter_rows())
    written: dict[str, str] = {}
    hashes: dict[str, str] = {}
    kept: list[str] = []
    pages: dict[tuple[str, date], str] = {}
    for asset, day in sorted(regimes.select("asset", "day").iter_rows()):
        name = f"{asset}-{day}.html"
        path = f"{FOLDER}/{name}"
        is_newest = day == newest[asset]
        if not is_newest and name not in before:
            continue
        tables = DayTables(asset, day, frames)
        hashes[name] = row_hash(tables)
        pages[asset, day] = name
        if is_newest or hashes[name] != before[name]:
            written[path] = day_page(tables, parameters, about, index="index.html")
        else:
            kept.append(path)
    if lead.banner is None and lead.day == newest[lead.asset]:
        top = written[f"{FOLDER}/{lead.asset}-{lead.day}.html"]
    else:
        tables = DayTables(lead.asset, lead.day, frames)
        top = day_page(tables, parameters, about, index="index.html", banner=lead.banner)
    written[NEWEST] = top.replace('href="index.html"', f'href="{FOLDER}/index.html"')
    written[f"{FOLDER}/index.html"] = index_page(regimes, frames["regime_labels"], pages, about)
    written[HASHES] = json.dumps(hashes, indent=0) + "\n"
    return Pages(written, kept)
