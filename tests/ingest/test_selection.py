"""The rule of a selection as text, the coins behind multiples, and the contracts that venues name by rule."""

from datetime import date

import pytest

from ingest.catalogue import load_catalogue
from ingest.coins import coin_of
from ingest.errors import CatalogueBroken
from ingest.selection import Chosen, Selection, SelectionRefused, next_set


def chosen(rule: str, **left: date) -> Chosen:
    selection = Selection.parse(rule)
    return Chosen(selection, selection.names, left=left)


@pytest.mark.parametrize(
    ("base", "coin", "multiple"),
    [
        ("BTC", "BTC", 1),
        ("1INCH", "1INCH", 1),
        ("1000SHIB", "SHIB", 1000),
        ("SHIB1000", "SHIB", 1000),
        ("1000000MOG", "MOG", 1_000_000),
        ("1MBABYDOGE", "BABYDOGE", 1_000_000),
        ("kPEPE", "PEPE", 1000),
        ("KAVA", "KAVA", 1),
    ],
)
def test_the_coin_behind_a_base_symbol(base, coin, multiple):
    assert coin_of(base) == (coin, multiple)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("btc,ETH, XRP", "BTC,ETH,XRP"),
        ("1000SHIBUSDT,kPEPE,SHIB1000USDT", "SHIB,PEPE"),
        ("top:50", "top:50"),
        ("BTC,top:5:open_interest,-usdc", "top:5:open_interest,BTC,-USDC"),
        ("BTC,ETH,-ETH", "BTC,-ETH"),
    ],
)
def test_a_rule_is_read_and_written_the_same(text, rule):
    assert str(Selection.parse(text)) == rule
    assert Selection.parse(rule) == Selection.parse(text)


@pytest.mark.parametrize(
    "text", ["", ",", "-BTC", "BTC,-BTC", "top:0", "top:x", "top:5:mood", "top:5,top:6", "BTC ETH"]
)
def test_what_is_no_rule_is_refused_in_one_line(text):
    with pytest.raises(SelectionRefused) as raised:
        Selection.parse(text)
    assert "\n" not in str(raised.value)
    assert "top:50" in str(raised.value)


def test_an_asset_that_nobody_lists_by_hand_gets_the_perpetual_of_each_venue():
    catalogue = load_catalogue().of_assets(chosen("SHIB"))
    symbols = {feed: [i.symbol for i in listed] for feed, listed in catalogue.instruments.items()}
    assert symbols["binance_um_klines"] == ["1000SHIBUSDT"]
    assert symbols["coinalyze_liquidations"] == ["1000SHIBUSDT_PERP.A"]
    assert symbols["bybit_klines"] == ["SHIB1000USDT"]
    assert symbols["okx_klines"] == ["SHIB-USDT-SWAP"]
    assert symbols["hyperliquid_funding"] == ["kSHIB"]
    assert {feed: listed[0].coin_multiple for feed, listed in catalogue.instruments.items()}["okx_klines"] == 1
    assert {i.asset for listed in catalogue.instruments.values() for i in listed} == {"SHIB"}
    assert "binance_spot_klines" not in symbols
    assert "okx_liquidation_tape" not in symbols, "the size of the contract is not known"


def test_an_asset_that_is_listed_by_hand_has_what_is_listed():
    whole = load_catalogue()
    assert whole.of_assets(chosen("BTC,ETH,SOL")).instruments == whole.instruments


def test_an_asset_that_has_left_keeps_its_contracts_with_their_last_day():
    catalogue = load_catalogue().of_assets(chosen("XRP", BTC=date(2026, 1, 3)))
    assert catalogue.assets == ("BTC", "XRP")
    assert catalogue.last_days == {"BTC": date(2026, 1, 3), "XRP": None}


def test_a_set_remembers_what_has_left_and_forgets_what_came_back():
    first = Chosen(Selection.parse("BTC,ETH"), ("BTC", "ETH"))
    second = next_set(first.assets, first.left, Selection.parse("BTC"), ["BTC"], None, date(2026, 1, 3))
    assert second.left == {"ETH": date(2026, 1, 3)}
    third = next_set(second.assets, second.left, Selection.parse("ETH"), ["ETH"], None, date(2026, 1, 9))
    assert third.left == {"BTC": date(2026, 1, 9)}
    assert Chosen.read(third.document()) == third


def test_a_catalogue_file_selects_by_rule(tmp_path):
    file = tmp_path / "catalogue.toml"
    rules = (
        '[select]\nperpetuals = "usdt"\ntop = 20\nnames = ["XRP"]\nexclude = ["USDC"]\n'
        '[[perpetuals]]\nvenue = "binance"\nquote = "USDT"\ninstrument = "{base}USDT"\n'
        'symbols = { binance_um_klines = "{instrument}" }\n'
    )
    file.write_text(rules)
    catalogue = load_catalogue(file)
    assert str(catalogue.select) == "top:20,XRP,-USDC"
    assert catalogue.of_assets(chosen("XRP")).instruments["binance_um_klines"][0].symbol == "XRPUSDT"
    for wrong in ('by = "mood"\n', "top = 0\n", 'perpetuals = "usd"\n', "colour = 1\n", ""):
        file.write_text(f"[select]\n{wrong}")
        with pytest.raises(CatalogueBroken, match="select"):
            load_catalogue(file)
