"""Every feed there is: those of the venues, of the user's own files, and of the recorder."""

from __future__ import annotations

from ingest import inbox, venues
from ingest.errors import CatalogueBroken
from ingest.feed import Feed
from ingest.tape import FEEDS as RECORDED

FEEDS: tuple[Feed, ...] = (*(feed for _, module in venues.each("feeds") for feed in module.FEEDS), *inbox.FEEDS)
LANDED: tuple[Feed, ...] = (*FEEDS, *RECORDED)  # everything that has a raw table


def feed_named(name: str) -> Feed:
    """The feed with this name. Raises CatalogueBroken when there is none."""
    for feed in LANDED:
        if feed.name == name:
            return feed
    raise CatalogueBroken(f"no feed is named {name!r}", advice=f"feeds: {', '.join(f.name for f in LANDED)}")
