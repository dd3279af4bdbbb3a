"""Numbers as a reader meets them: percent, amounts of money and coins, multiples. Clauses: clauses.py."""

from __future__ import annotations

import polars as pl


def text(*parts: str | pl.Expr) -> pl.Expr:
    """The parts, words or columns, one after the other; null if one of them is."""
    return pl.concat_str(pl.lit(part) if isinstance(part, str) else part for part in parts)


def choose(*cases: tuple[pl.Expr, str | pl.Expr], otherwise: str | pl.Expr) -> pl.Expr:
    """The text of the first case that is true; a case on an unknown value is not true."""
    chosen = text(otherwise)
    for condition, wording in reversed(cases):
        chosen = pl.when(condition).then(text(wording)).otherwise(chosen)
    return chosen


def number(value: pl.Expr, decimals: int) -> pl.Expr:
    """The value rounded, as text; with no decimals as a whole number. Null stays null."""
    if decimals == 0:
        return value.round(0).cast(pl.Int64).cast(pl.String)
    rounded = value.round(decimals)
    # -0.0 equals 0.0 but is written with its sign.
    return pl.when(rounded == 0.0).then(0.0).otherwise(rounded).cast(pl.String)


def percent(value: pl.Expr) -> pl.Expr:
    """Percent with one decimal and without a sign: the verb tells the direction."""
    return pl.concat_str(number(value.abs(), 1), pl.lit(" %"))


def signed_percent(value: pl.Expr) -> pl.Expr:
    """Percent with one decimal and its sign."""
    sign = pl.when(value.round(1) > 0).then(pl.lit("+")).otherwise(pl.lit(""))
    return pl.concat_str(sign, number(value, 1), pl.lit(" %"))


def basis_points(value: pl.Expr) -> pl.Expr:
    """A funding rate in bp per 8 hours."""
    return pl.concat_str(number(value, 2), pl.lit(" bp per 8 hours"))


def usd(value: pl.Expr) -> pl.Expr:
    """An amount such as 7.4 billion USD, 252 million USD or 830 thousand USD."""
    return pl.concat_str(_scaled(value), pl.lit(" USD"))


def signed_usd(value: pl.Expr) -> pl.Expr:
    """An amount of money with a minus where it left."""
    sign = pl.when(value < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.concat_str(sign, usd(value.abs()))


def dollars(value: pl.Expr) -> pl.Expr:
    """A price to the dollar above a hundred, else to the cent."""
    figure = pl.when(value >= 100).then(number(value, 0)).otherwise(number(value, 2))
    return pl.concat_str(figure, pl.lit(" USD"))


def coins(value: pl.Expr) -> pl.Expr:
    """An amount of the row's asset without a sign, such as 8.5 thousand BTC."""
    return pl.concat_str(_scaled(value.abs()), pl.lit(" "), pl.col("asset"))


def signed_coins(value: pl.Expr) -> pl.Expr:
    """An amount of the row's asset with a minus where coins left."""
    sign = pl.when(value < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.concat_str(sign, coins(value))


def times(value: pl.Expr) -> pl.Expr:
    """A multiple: one decimal below ten, none above."""
    return pl.when(value >= 10).then(number(value, 0)).otherwise(number(value, 1))


def ordinal(value: pl.Expr) -> pl.Expr:
    """A percentile such as 97th; the hundredth is called 99th, as nothing stands above itself."""
    whole = value.floor().clip(1, 99).cast(pl.Int64)
    last, teens = whole % 10, (whole % 100).is_between(11, 13)
    ending = (
        pl.when(~teens & (last == 1))
        .then(pl.lit("st"))
        .when(~teens & (last == 2))
        .then(pl.lit("nd"))
        .when(~teens & (last == 3))
        .then(pl.lit("rd"))
        .otherwise(pl.lit("th"))
    )
    return pl.concat_str(whole.cast(pl.String), ending)


def _scaled(value: pl.Expr) -> pl.Expr:
    def scale(unit: float, word: str) -> pl.Expr:
        part = value / unit
        figure = pl.when(part >= 100).then(number(part, 0)).otherwise(number(part, 1))
        return pl.concat_str(figure, pl.lit(word))

    return (
        pl.when(value.abs() >= 1e9)
        .then(scale(1e9, " billion"))
        .when(value.abs() >= 1e6)
        .then(scale(1e6, " million"))
        .when(value.abs() >= 1e3)
        .then(scale(1e3, " thousand"))
        .otherwise(number(value, 0))
    )
