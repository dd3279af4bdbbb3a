"""Prices of cheap coins keep their figures, in text and in columns alike."""

import polars as pl
import pytest

from brief.figures import quantity
from regimes.words.numbers import dollars
from tables.prices import price_text

PRICES = {
    78_640.4: ("78,640", "78640"),
    24.311: ("24.31", "24.31"),
    0.1043211: ("0.1043", "0.1043"),
    0.0000177812: ("0.00001778", "0.00001778"),
    0.5: ("0.5000", "0.5"),
    0.0: ("0", "0"),
}


@pytest.mark.parametrize("value", PRICES)
def test_a_price_keeps_its_figures(value):
    alone, in_column = PRICES[value]
    assert price_text(value) == alone
    assert quantity(value, "USD") == f"{alone} USD"
    assert pl.DataFrame({"v": [value, None]}).select(dollars(pl.col("v"))).to_series().to_list() == [
        f"{in_column} USD",
        None,
    ]


def test_an_amount_is_in_millions_and_a_sign_is_kept():
    assert quantity(252e6, "USD") == "252.0 million USD"
    assert quantity(-0.25, "USD", signed=True) == "-0.2500 USD"
    assert price_text(24.311, "+") == "+24.31"
