"""The pages of a release: the newest day of each asset is drawn, older pages are kept until their rows change."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from brief.explorer import explorer_page
from brief.page import About, day_page
from brief.tables import DayTables, row_hash
from regimes import Parameters

FOLDER = "briefs"
NEWEST = "brief.html"
EXPLORER = "explorer.html"
HASHES = f"{FOLDER}/pages.json"
MOST_ASSETS = 12  # with pages, which take a fifth of a second each; `leverage brief` draws those of the others


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

    At most MOST_ASSETS assets have pages, in a first release only for the newest day. A page is drawn again when its
    figures change, or when a day beside it gets a page that it can link to.
    """
    published = frames["regimes_daily"]["asset"].n_unique()
    frames = _of_assets(frames, assets_with_pages(frames, lead, before))
    regimes = frames["regimes_daily"]
    left = published - regimes["asset"].n_unique()
    newest: dict[str, date] = dict(regimes.group_by("asset").agg(pl.col("day").max()).iter_rows())
    made = [
        (asset, day)
        for asset, day in sorted(regimes.select("asset", "day").iter_rows())
        if day == newest[asset] or _name(asset, day) in before
    ]
    pages = {(asset, day): _name(asset, day) for asset, day in made}
    written: dict[str, str] = {}
    hashes: dict[str, str] = {}
    kept: list[str] = []
    for asset, day in made:
        name, tables = pages[asset, day], DayTables(asset, day, frames)
        hashes[name] = row_hash(tables, pages)
        if day != newest[asset] and hashes[name] == before[name]:
            kept.append(f"{FOLDER}/{name}")
            continue
        page = day_page(tables, parameters, about, index=f"../{EXPLORER}", pages=pages, left=left)
        written[f"{FOLDER}/{name}"] = page
        if day == newest[asset]:
            written[f"{FOLDER}/{asset}.html"] = page
    top = DayTables(lead.asset, lead.day, frames)
    below = {key: f"{FOLDER}/{name}" for key, name in pages.items()}
    written[NEWEST] = day_page(top, parameters, about, EXPLORER, banner=lead.banner, pages=below, left=left)
    written[EXPLORER] = explorer_page(frames, about, below, left)
    written[HASHES] = json.dumps(hashes, indent=0) + "\n"
    return Pages(written, kept)


def assets_with_pages(frames: Mapping[str, pl.DataFrame], lead: Lead, before: Collection[str]) -> list[str]:
    """The assets that get pages: the leading one, those with pages in the last release, those with most open interest.

    An asset that had pages keeps them, so that two of about the same size do not take turns.
    """
    newest = frames["leverage_features_daily"].sort("day").group_by("asset").last()
    usd: dict[str, float | None] = dict(newest.select("asset", "open_interest_usd").iter_rows())
    had = {name.rsplit("-", 3)[0] for name in before}
    ranked = sorted(
        frames["regimes_daily"]["asset"].unique(),
        key=lambda asset: (asset != lead.asset, asset not in had, -(usd.get(asset) or 0.0), asset),
    )
    return ranked[:MOST_ASSETS]


def _of_assets(frames: Mapping[str, pl.DataFrame], assets: Collection[str]) -> dict[str, pl.DataFrame]:
    """The rows of these assets, so that no page searches those of the whole market."""
    return {
        name: frame.filter(pl.col("asset").is_in(assets)) if "asset" in frame.columns else frame
        for name, frame in frames.items()
    }


def _name(asset: str, day: date) -> str:
    return f"{asset}-{day}.html"
