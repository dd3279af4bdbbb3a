"""Numbers in words: counts and periods from the parameters; percent, amounts and multiples from columns."""

from __future__ import annotations

import polars as pl

_CARDINALS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_PERIODS = {7: "week", 30: "month", 90: "quarter", 365: "year"}


def cardinal(count: int) -> str:
    """A count in words up to twelve, then in digits."""
    return _CARDINALS[count] if 0 <= count < len(_CARDINALS) else str(count)


def counted(count: int, noun: str) -> str:
    """A count with its noun: one close, two closes, 20 days."""
    return f"{cardinal(count)} {noun}" + ("" if count == 1 else "s")


def figure(value: float) -> str:
    """A parameter without needless decimals: 4, 0.25, -7."""
    return f"{value:g}"


def period(days: int) -> str:
    """A number of days as a reader calls it: week, month, quarter, year, else 45 days."""
    return _PERIODS.get(days, f"{days} days")


def text(*parts: str | pl.Expr) -> pl.Expr:
    """The parts, words or columns, joined; null if one of them is null."""
    expressions = [pl.lit(part) if isinstance(part, str) else part for part in parts]
    return expressions[0] if len(expressions) == 1 else pl.concat_str(expressions)


def choose(*cases: tuple[pl.Expr, str | pl.Expr], otherwise: str | pl.Expr) -> pl.Expr:
    """The text of the first case that is true; a case on an unknown value is not true."""
    chosen = text(otherwise)
    for condition, wording in reversed(cases):
        chosen = pl.when(condition).then(text(wording)).otherwise(chosen)
    return chosen


def listed(parts: pl.Expr) -> pl.Expr:
    """A list of texts as one text: `a`, `a and b`, `a, b and c`."""
    before = parts.list.head(parts.list.len() - 1).list.join(", ")
    return choose((parts.list.len() > 1, text(before, " and ", parts.list.last())), otherwise=parts.list.last())


def number(value: pl.Expr, decimals: int) -> pl.Expr:
    """The value rounded, as text; with no decimals as a whole number. Null stays null."""
    if decimals == 0:
        return value.round(0).cast(pl.Int64).cast(pl.String)
    rounded = value.round(decimals)
    # -0.0 equals 0.0 but is written with its sign.
    return pl.when(rounded == 0.0).then(0.0).otherwise(rounded).cast(pl.String)


def percent(value: pl.Expr) -> pl.Expr:
    """Percent with one decimal and without a sign: the verb gives the direction."""
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
    """A price to the dollar from a hundred on, to the cent from one on, with four figures below."""
    # A decimal: a small float would be written as 1.778e-5.
    small = value.round_sig_figs(4).cast(pl.Decimal(38, 14), strict=False).cast(pl.String).str.replace(r"\.?0+$", "")
    figure = pl.when(value >= 100).then(number(value, 0)).when(value >= 1).then(number(value, 2)).otherwise(small)
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
    """A percentile such as 97th; the hundredth is called 99th, because no value is above itself."""
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
