"""The venues behind a figure, in words: a figure of a few venues must not read like one of the market."""

from __future__ import annotations

import polars as pl

from regimes.words.numbers import choose, listed, text

# Venues whose name is more than their identifier with a capital letter.
_TITLES = {"okx": "OKX", "kraken": "Kraken Futures", "coinbase": "Coinbase Exchange"}


def venue_title(venue: str) -> str:
    """What a venue calls itself, from its identifier."""
    return _TITLES.get(venue, venue.capitalize())


def with_venues(frame: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    """The frame with what `on_venues` says of each column, made once for all clauses."""
    return frame.with_columns(_on(column).alias(_said(column)) for column in columns)


def on_venues(column: str) -> pl.Expr:
    """` on Binance, OKX` from a comma-separated list of venues; empty where it is null or empty."""
    return pl.col(_said(column))


def _said(column: str) -> str:
    return f"words.{column}"


def titles(venues: pl.Expr) -> pl.Expr:
    """`Binance, Bybit and OKX` from a comma-separated list of venues."""
    return listed(_titled(venues))


def _on(column: str) -> pl.Expr:
    titled = _titled(pl.col(column)).list.join(", ")
    return choose((pl.col(column).str.len_chars() > 0, text(" on ", titled)), otherwise="")


def _titled(venues: pl.Expr) -> pl.Expr:
    first = pl.element().str.slice(0, 1).str.to_uppercase() + pl.element().str.slice(1)
    titled = pl.element().replace_strict(_TITLES, default=first, return_dtype=pl.String)
    return venues.str.split(", ").list.eval(titled)
