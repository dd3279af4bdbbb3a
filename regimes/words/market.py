"""The sentence of the market of a day: how many assets were what, what was closed by force, and what it means.

Every figure is a column of market_breadth_daily.
"""

from __future__ import annotations

import polars as pl

from regimes.labels import Group
from regimes.words.numbers import choose, listed, number, percent, signed_percent, text, times, usd
from regimes.words.venues import titles

# What one asset, and several assets, did.
DID = {
    Group.FLUSHED: ("was flushed", "were flushed"),
    Group.LONG_SQUEEZED: ("had a long squeeze", "had a long squeeze"),
    Group.SHORT_SQUEEZED: ("had a short squeeze", "had a short squeeze"),
    Group.SOLD_OFF: ("sold off", "sold off"),
    Group.RALLIED: ("rallied", "rallied"),
    Group.BUILT_UP: ("built up leverage", "built up leverage"),
    Group.DELEVERAGED: ("lost leverage slowly", "lost leverage slowly"),
    Group.QUIET: ("was quiet", "were quiet"),
}
# What each label of the market means.
MEANS = {
    Group.FLUSHED.value: "leverage was reset",
    Group.LONG_SQUEEZED.value: "longs were forced to sell, and in most of the assets others opened positions",
    Group.SHORT_SQUEEZED.value: "shorts were forced to buy back",
    Group.SOLD_OFF.value: "most prices fell without a flush",
    Group.RALLIED.value: "most prices rose without a squeeze",
    Group.BUILT_UP.value: "leverage is being built",
    Group.DELEVERAGED.value: "leverage is bleeding out slowly",
    Group.QUIET.value: "the market was calm",
    "fell": "the market fell, for more than one reason",
    "rose": "the market rose, for more than one reason",
    "mixed": "the market did not move together",
}
FLAT_PCT = 0.05  # less is 0.0 % in the sentence


def market_sentence(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame (market_breadth_daily with market_label) with `sentence`, which is never null."""
    worded = frame.join(_leads(frame), on="day", how="left", maintain_order="left")
    said = text(
        pl.col("lead"), _returns(), "; ", _liquidations(), "; ", _open_interest(), ", and ", _funding(), ": ",
        pl.col("market_label").replace_strict(MEANS, default=None, return_dtype=pl.String), _unread(), ".",
    )  # fmt: skip
    return worded.with_columns(pl.coalesce(said, _too_few()).alias("sentence")).drop("lead")


def _leads(frame: pl.DataFrame) -> pl.DataFrame:
    """Columns day, lead: how many assets were what, the largest group first."""
    names = {f"{group}_count": group for group in DID}
    counts = (
        frame.unpivot(on=list(names), index=["day", "read_count"], variable_name="group", value_name="count")
        .filter(pl.col("count") > 0)
        .with_columns(pl.col("group").replace_strict({n: i for i, n in enumerate(names)}).alias("place"))
        .sort("day", "count", "place", descending=[False, True, False])
    )
    one, several = (
        pl.col("group").replace_strict({n: DID[g][form] for n, g in names.items()}, return_dtype=pl.String)
        for form in (0, 1)
    )
    did = pl.when(pl.col("count") == 1).then(one).otherwise(several)
    count, read = pl.col("count"), pl.col("read_count")
    who = choose(
        ((count == read) & (read == 1), "The only asset read"),
        ((count == read) & (read == 2), "Both assets"),
        (count == read, text("All ", count.cast(pl.String), " assets")),
        (pl.int_range(pl.len()).over("day") == 0, text(count.cast(pl.String), " of ", read.cast(pl.String), " assets")),
        otherwise=count.cast(pl.String),
    )
    parts = counts.with_columns(text(who, " ", did).alias("part"))
    return (
        parts.group_by("day", maintain_order=True)
        .agg(pl.col("part"))
        .select("day", listed(pl.col("part")).alias("lead"))
    )


def _returns() -> pl.Expr:
    change = signed_percent(pl.col("median_asset_return_pct"))
    alone = pl.col("return_asset_count") == 1
    return choose(
        (change.is_null(), ""),
        (alone, text(", with a return of ", change)),
        otherwise=text(", with a median return of ", change),
    )


def _liquidations() -> pl.Expr:
    amount, share = pl.col("liquidations_usd"), 100.0 * pl.col("long_share")
    venues = pl.col("liquidation_venues")
    where = choose((venues.is_not_null(), text(" on ", titles(venues))), otherwise="")
    floor = choose((_is_partial("liquidation_asset_count"), text(" (a floor, of ", _assets("liquidation"), ")")),
                   otherwise=" (a floor)")  # fmt: skip
    multiple = pl.col("median_asset_liquidation_multiple")
    several = pl.col("liquidation_asset_count") > 1
    usual = choose(
        (multiple.is_null(), ""),
        (several, text(", ", times(multiple), " times the usual day for the median asset")),
        otherwise=text(", ", times(multiple), " times the usual day"),
    )
    side = choose(
        (share >= 50, text(", ", number(share, 0), " % of them longs,")),
        (share < 50, text(", ", number(100.0 - share, 0), " % of them shorts,")),
        otherwise="",
    )
    return choose(
        (amount.is_null(), "liquidations are not known"),
        otherwise=text(usd(amount), " of positions", side, " were closed by force", where, floor, usual),
    )


def _open_interest() -> pl.Expr:
    change = pl.col("open_interest_change_1d_pct")
    over = choose(
        (_is_partial("open_interest_change_asset_count"), text(" over ", _assets("open_interest_change"))),
        otherwise="",
    )
    return choose(
        (change.is_null(), "the change of open interest is not known"),
        (change >= FLAT_PCT, text("open interest", over, " rose ", percent(change))),
        (change <= -FLAT_PCT, text("open interest", over, " fell ", percent(change))),
        otherwise=text("open interest", over, " did not change"),
    )


def _funding() -> pl.Expr:
    count = pl.col("funding_asset_count")
    negative, hot = (
        (pl.col(f"{state}_funding_share") * count).round(0).cast(pl.Int64) for state in ("negative", "hot")
    )
    of = count.cast(pl.String)
    said = {state: text(state, " in ", n.cast(pl.String), " of ", of) for state, n in
            (("negative", negative), ("hot", hot))}  # fmt: skip
    return choose(
        (count == 0, "funding is not known"),
        ((negative > 0) & (hot > 0), text("funding was ", said["negative"], " and ", said["hot"])),
        (negative > 0, text("funding was ", said["negative"])),
        (hot > 0, text("funding was ", said["hot"])),
        otherwise="funding was neither negative nor hot",
    )


def _unread() -> pl.Expr:
    count = pl.col("without_reading_count")
    return choose(
        (count == 1, "; 1 more asset has no reading"),
        (count > 1, text("; ", count.cast(pl.String), " more assets have no reading")),
        otherwise="",
    )


def _too_few() -> pl.Expr:
    read, active = pl.col("read_count"), pl.col("read_count") + pl.col("without_reading_count")
    return choose(
        (active == 0, "No label for the market: no figure of any asset is known."),
        ((read == 0) & (active == 1), "No label for the market: its only asset has no reading."),
        (read == 0, text("No label for the market: none of ", active.cast(pl.String), " assets has a reading.")),
        otherwise=text(
            "No label for the market: only ",
            read.cast(pl.String),
            " of ",
            active.cast(pl.String),
            " assets ",
            pl.when(read == 1).then(pl.lit("has")).otherwise(pl.lit("have")),
            " a reading.",
        ),
    )


def _is_partial(count: str) -> pl.Expr:
    """Whether a figure lacks some of the active assets."""
    return pl.col(count) < pl.col("read_count") + pl.col("without_reading_count")


def _assets(subject: str) -> pl.Expr:
    count = pl.col(f"{subject}_asset_count")
    return choose((count == 1, "1 asset"), otherwise=text(count.cast(pl.String), " assets"))
