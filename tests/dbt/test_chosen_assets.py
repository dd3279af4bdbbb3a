"""Choosing other assets changes no row of those that stay, and a coin that venues count in multiples is one coin."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import Phase, given
from hypothesis import strategies as st

from ingest.catalogue import load_catalogue
from ingest.selection import Chosen, ListedContract, Selection
from tests.dbt.compiled_models import CompiledModels, Row
from tests.properties import examples

DAYS = [datetime(2025, 12, 31) + timedelta(days=n) for n in range(5)]
MARTS = (
    "prices_daily", "prices_by_venue_daily", "open_interest_daily", "open_interest_by_venue_daily",
    "liquidations_daily", "liquidations_by_venue_daily", "dim_instruments",
)  # fmt: skip
SYMBOLS = {"SHIB": "1000SHIBUSDT", "XRP": "XRPUSDT", "ADA": "ADAUSDT", "MATIC": "MATICUSDT", "POL": "POLUSDT"}


@pytest.fixture(scope="module")
def models(compiled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CompiledModels]:
    opened = CompiledModels(compiled, tmp_path_factory.mktemp("compiled"), MARTS)
    yield opened
    opened.close()


def bar(day: datetime, price: float) -> Row:
    return {"open_at": day, "open": price, "high": price, "low": price, "close": price}


def segments() -> list[tuple[str, list[Row]]]:
    """Bars, open interest and liquidations of every symbol. One SHIB is 0.00002 USD at Binance and at OKX."""
    bars, held, closed = [], [], []
    for number, (asset, symbol) in enumerate(SYMBOLS.items()):
        for n, day in enumerate(DAYS):
            price = 0.02 if asset == "SHIB" else 10.0 * (number + 1) + n
            bars.append({"symbol": symbol, "interval": "1d", **bar(day, price), "volume": 5.0, "quote_volume": 9.0})
            held.append({"symbol": f"{symbol}_PERP.A", **bar(day, 3e6)})
            closed.append({"symbol": f"{symbol}_PERP.A", "open_at": day, "long_coin": 40.0, "short_coin": 10.0})
    swaps = [
        {
            "symbol": "SHIB-USDT-SWAP",
            **bar(day, 0.00002),
            "volume_contracts": 1.0,
            "volume_coin": 1e6,
            "volume_usd": 20.0,
        }
        for day in DAYS
    ]
    held_swaps = [
        {"symbol": "SHIB-USDT-SWAP", "period_start_at": day, "open_interest_contracts": 2.0,
         "open_interest_coin": 2e6, "open_interest_usd": 40.0}
        for day in DAYS
    ]  # fmt: skip
    return [
        ("binance_um_klines", bars), ("coinalyze_open_interest", held), ("coinalyze_liquidations", closed),
        ("okx_klines", swaps), ("okx_open_interest", held_swaps),
    ]  # fmt: skip


def of_assets(models: CompiledModels, assets: list[str], left: dict[str, date], ended: dict[str, date]):
    """The marts of chosen assets, of which some contracts have ended."""
    swap = ListedContract("okx", "SHIB", "SHIB-USDT-SWAP", "SHIB", 1e6)
    listed = [ListedContract("binance", a, s, s.removesuffix("USDT"), 1.0, ended.get(a)) for a, s in SYMBOLS.items()]
    rule = Selection(tuple(assets))
    chosen = Chosen(
        rule,
        tuple(assets),
        left=left,
        list_venues=("binance", "bybit", "hyperliquid", "okx"),
        contracts=(*listed, swap),
    )
    models.list_contracts(load_catalogue().of_assets(chosen))
    return models.marts(segments())


def test_a_multiple_and_single_coins_are_one_price_and_add_up(models):
    marts = of_assets(models, ["SHIB"], {}, {})
    prices = marts["prices_daily"].filter(pl.col("day") == date(2026, 1, 2))
    assert prices["close_usd"].to_list() == [pytest.approx(0.00002)]
    assert prices["venues"].to_list() == ["binance, okx"]
    (interest,) = marts["open_interest_daily"].filter(pl.col("day") == date(2026, 1, 2)).to_dicts()
    assert interest["open_interest_coin"] == pytest.approx(3e6 * 1000 + 2e6)
    (closed,) = marts["liquidations_daily"].filter(pl.col("day") == date(2026, 1, 2)).to_dicts()
    assert closed["long_liquidations_coin"] == pytest.approx(40_000)
    assert closed["long_liquidations_usd"] == pytest.approx(40_000 * 0.00002)
    sizes = dict(marts["dim_instruments"].select("instrument", "contract_size").iter_rows())
    assert sizes == {"1000SHIBUSDT": 1000, "SHIB-USDT-SWAP": 1e6}


@pytest.mark.parametrize("change", ["remove", "add", "rename", "delist"])
@examples(2, phases=[Phase.generate])  # an example builds the models twice
@given(kept=st.sets(st.sampled_from(["XRP", "SHIB", "ADA"]), min_size=1, max_size=2))
def test_a_change_of_one_asset_leaves_every_row_of_the_others(models, change, kept):
    others, with_matic, day = sorted(kept), [*sorted(kept), "MATIC"], date(2026, 1, 2)
    before = of_assets(models, others if change == "add" else with_matic, {}, {})
    after = {
        "remove": lambda: of_assets(models, others, {"MATIC": day}, {}),
        "add": lambda: of_assets(models, with_matic, {}, {}),
        "rename": lambda: of_assets(models, [*with_matic, "POL"], {}, {"MATIC": day}),
        "delist": lambda: of_assets(models, with_matic, {}, {"MATIC": day}),
    }[change]()
    for name in MARTS:
        stays = pl.col("asset").is_in(others)
        assert not before[name].filter(stays).is_empty(), name
        assert after[name].filter(stays).equals(before[name].filter(stays), null_equal=True), name
    last = after["prices_daily"].filter(pl.col("asset") == "MATIC")["day"].max()
    assert last == (date(2026, 1, 4) if change == "add" else day), "its history stays up to its last day"
