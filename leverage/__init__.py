"""What a leverage warehouse has published, as frames in Polars, pandas or Arrow, for notebooks and bots.

    import leverage

    release = leverage.open("warehouse/data/live")
    release.readings("BTC").polars()
    release.regimes_as_of("2026-02-03T00:00:00Z").pandas()

A release is read whole: nothing that is published later changes what `open` has returned.
"""

from leverage.frame import Frame
from leverage.release import NoSuchTable, NotPublished, Release, ReleaseGone, open_release

open = open_release

__all__ = ["Frame", "NoSuchTable", "NotPublished", "Release", "ReleaseGone", "open"]
